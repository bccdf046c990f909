import { assertEquals, assertStringIncludes } from "@std/assert";
import { OUTPUT_FORMATS } from "../../lib/output/formats.ts";
import { printable } from "../../lib/output/printable.ts";
import { profileOf } from "../support/profile_of.ts";
import { textOfChunks } from "../support/read_outputs.ts";
import { runSymfold } from "../support/run_symfold.ts";
import { TempFolder } from "../support/temp_folder.ts";

Deno.test("printable() leaves letters of any language, and spells control characters", () => {
  assertEquals(printable("größe 日本 (x)"), "größe 日本 (x)");
  assertEquals(printable("a\x1b[31mb\nc\x7f\x9b"), "a\\x1b[31mb\\x0ac\\x7f\\x9b");
});

Deno.test("printable() spells characters that hide, or turn others around", () => {
  assertEquals(printable("a\u202eb\u200b\ufeff\u2028"), "a\\u202eb\\u200b\\ufeff\\u2028");
  assertEquals(printable("a\xadb\u{e0041}"), "a\\xadb\\u{e0041}");
  assertEquals(printable("\u{1f600}\ud800"), "\u{1f600}\ud800");
});

for (const name of ["html", "svg", "top", "tree"]) {
  Deno.test(`--format ${name} lets nothing hide in names and titles`, async () => {
    const write = await OUTPUT_FORMATS.find((format) => format.name === name)!.load();
    const profile = profileOf([[["a\u202eb\u200b"], 1]]);
    const text = await textOfChunks(write(profile, { title: "t\u2066" }));
    assertEquals(/[\u200b\u202e\u2066]/.exec(text), null);
    assertStringIncludes(text, "\\u202eb");
  });
}

for (const command of [["images"], ["explain", "0x7f0000000010"]]) {
  Deno.test(`symfold ${command[0]} lets no path of a snapshot write to the terminal`, async () => {
    using folder = new TempFolder();
    const path = "/opt/\x1b[31mred\\012line\x07.so";
    const maps = folder.write("maps", `7f0000000000-7f0000001000 r-xp 00000000 fe:00 7 ${path}\n`);
    const { code, stdout } = await runSymfold([...command, "--maps", maps]);
    assertEquals(code, 0);
    // deno-lint-ignore no-control-regex -- those are the characters that must not be there
    assertEquals(stdout.match(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/g), null);
    assertEquals(stdout.includes("\\x1b[31mred\\x0aline"), true);
  });
}

import { assertEquals, assertStringIncludes } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { findSection } from "../../lib/elf/section_data.ts";
import type { Report } from "../../lib/resolve/mod.ts";
import { runSymfold } from "../support/run_symfold.ts";
import { patched } from "../support/shifted_library.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { testdata } from "../support/testdata.ts";

// A library of one unit, in which `polynomial` is inlined into `inline_twice` at 0x1048.

const LIBRARY = Deno.readFileSync(testdata("dwarf/gcc-dwarf5.so"));
const PATH = "/opt/libinlines.so";
const MAPS = `
7f0000000000-7f0000001000 r--p 00000000 fe:00 7 ${PATH}
7f0000001000-7f0000002000 r-xp 00001000 fe:00 7 ${PATH}
7f0000002000-7f0000003000 r--p 00002000 fe:00 7 ${PATH}
7f0000003000-7f0000005000 rw-p 00002000 fe:00 7 ${PATH}
`.trimStart();
const STACK = "app;0x7f0000001048 3000\n";

/** The library with other bytes at a place of one of its sections. */
async function damaged(name: string, sectionOffset: number, ...bytes: number[]) {
  const elf = await ElfFile.open(new MemorySource("a", LIBRARY));
  const { fileOffset } = (await findSection(elf, name))!;
  return patched(LIBRARY, fileOffset + sectionOffset, bytes);
}

async function run(library: Uint8Array, ...args: string[]) {
  using folder = new TempFolder();
  const file = folder.write(`root${PATH}`, library);
  const options = ["--maps", folder.write("maps", MAPS), "--sysroot", folder.at("root")];
  const { code, stdout, stderr } = await runSymfold([...options, ...args], { stdin: STACK });
  return { code, stdout, stderr: stderr.replaceAll(file, PATH) };
}

Deno.test("symfold says nothing of debug information that is whole", async () => {
  const { code, stdout, stderr } = await run(LIBRARY, "-v");
  assertEquals([code, stdout], [0, "app;inline_twice;polynomial 3000\n"]);
  assertEquals(stderr.includes("may lack"), false, stderr);
});

for (
  const [what, damage, problem, stdout] of [
    [
      "unit",
      [".debug_info", 4, 9],
      `Cannot read the unit of "${PATH}(.debug_info)" at file offset 0x0: ` +
      "it has version 9, want 2 to 5",
      "app;inline_twice 3000\n",
    ],
    [
      "line table",
      [".debug_line", 4, 9],
      `Cannot read the line table of "${PATH}(.debug_line)" at file offset 0x6: ` +
      "it has version 9, want 2 to 5",
      "app;inline_twice;polynomial 3000\n",
    ],
  ] as readonly (readonly [string, Parameters<typeof damaged>, string, string])[]
) {
  Deno.test(`symfold says how many frames a damaged ${what} costs, and why`, async () => {
    const found = await run(await damaged(...damage), "--lines");
    assertEquals([found.code, found.stdout], [0, stdout]);
    assertStringIncludes(
      found.stderr,
      `\n      3,000 may lack inlined functions and lines: ${problem}\n`,
    );
  });
}

Deno.test("symfold says nothing of damaged debug information that it does not read", async () => {
  const { stdout, stderr } = await run(await damaged(".debug_info", 4, 9), "--no-inlines");
  assertEquals(stdout, "app;inline_twice 3000\n");
  assertEquals(stderr.includes("may lack"), false, stderr);
});

Deno.test("symfold --report has what damaged debug information costs", async () => {
  using folder = new TempFolder();
  const file = folder.at("report.json");
  await run(await damaged(".debug_info", 4, 9), "-q", "--report", file);
  const { images } = JSON.parse(Deno.readTextFileSync(file)) as Report;
  const [image] = images.filter(({ image }) => image === PATH);
  assertEquals([image?.incomplete?.weight, image?.incomplete?.frames], [3000, 1]);
  assertEquals(image?.incomplete?.problems.length, 1);
});

Deno.test("symfold explain says what is wrong with debug information", async () => {
  const library = await damaged(".debug_info", 4, 9);
  using folder = new TempFolder();
  folder.write(`root${PATH}`, library);
  const options = ["--maps", folder.write("maps", MAPS), "--sysroot", folder.at("root")];
  const { stdout } = await runSymfold(["explain", ...options, "0x7f0000001048"]);
  assertStringIncludes(stdout, "it has version 9, want 2 to 5");
});

/** The library with a reference to the name of `polynomial`, at 0x2c2, that leads nowhere. */
function withoutInlinedName() {
  return damaged(".debug_info", 0x2c2, 0xff, 0xff, 0xff, 0x7f);
}

const LOST_NAME = `Cannot read a string of "${PATH}(.debug_str)" at file offset 0x7fffffff: ` +
  "it is outside the table";

Deno.test("symfold says how many frames lack names of inlined functions, and why", async () => {
  const found = await run(await withoutInlinedName());
  assertEquals([found.code, found.stdout], [0, "app;inline_twice;[inlined] 3000\n"]);
  assertStringIncludes(found.stderr, `3,000 may lack inlined functions and lines: ${LOST_NAME}\n`);
});

Deno.test("symfold says nothing of names of inlined functions with --no-inlines", async () => {
  const { stdout, stderr } = await run(await withoutInlinedName(), "--no-inlines", "--lines");
  assertEquals(stdout, "app;[inlines.c:19] inline_twice 3000\n");
  assertEquals(stderr.includes("may lack"), false, stderr);
});

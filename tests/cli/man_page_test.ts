import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { COMMANDS } from "../../lib/cli/commands.ts";
import { manPage } from "../../lib/cli/man_page.ts";
import { optionsOf } from "../../lib/cli/option_table.ts";
import { runSymfold } from "../support/run_symfold.ts";
import { TempFolder } from "../support/temp_folder.ts";

/** Lets groff read the page; undefined if there is none. */
function formatted(): { text: string; warnings: string } | undefined {
  using folder = new TempFolder();
  const page = folder.write("symfold.1", manPage());
  try {
    const args = ["-man", "-Tascii", "-ww", "-P-cbou", page];
    const { stdout, stderr } = new Deno.Command("groff", { args }).outputSync();
    const decoder = new TextDecoder();
    return { text: decoder.decode(stdout), warnings: decoder.decode(stderr) };
  } catch {
    return undefined;
  }
}

function hasMandoc(): boolean {
  try {
    new Deno.Command("mandoc", { args: ["/dev/null"] }).outputSync();
    return true;
  } catch {
    return false;
  }
}

const PAGE = formatted();

Deno.test("manPage() has every command and every option", () => {
  const page = manPage().replaceAll("\\-", "-");
  for (const { name, summary } of COMMANDS) {
    assert(summary !== "");
    if (name !== "filter") assertStringIncludes(page, `.SH "SYMFOLD ${name.toUpperCase()}"\n`);
    for (const row of optionsOf(name).filter(({ sideOf }) => sideOf === undefined)) {
      assertStringIncludes(page, `--${row.negated ? "no-" : ""}${row.name}`);
    }
  }
});

Deno.test("manPage() says what is the default, as the help does", () => {
  const page = manPage().replaceAll("\\-", "-");
  assertStringIncludes(page, "perf, backtrace (default told by their content)\n");
  assertStringIncludes(page, "one of short, full, none (default short)\n");
});

Deno.test("manPage() has no line that groff would take for a request it is not", () => {
  const requests = new Set(
    manPage().split("\n").filter((line) => /^[.']/.test(line))
      .map((line) => line.split(" ")[0]),
  );
  const known = [".TH", ".SH", ".SS", ".PP", ".TP", ".B", ".BI", ".BR", ".br", ".nf", ".fi"];
  assertEquals([...requests].filter((request) => !known.includes(request!)), []);
});

Deno.test({
  name: "manPage() is read by groff without a warning (needs groff)",
  ignore: PAGE === undefined,
  fn() {
    assertEquals(PAGE!.warnings, "");
    assertStringIncludes(PAGE!.text, "--sysroot DIR\n");
    assertStringIncludes(PAGE!.text, "symfold completions bash|zsh|fish\n");
  },
});

Deno.test({
  name: "manPage() is read by mandoc without a warning but that it has no date (needs mandoc)",
  ignore: !hasMandoc(),
  fn() {
    using folder = new TempFolder();
    const args = ["-T", "lint", "-W", "warning", folder.write("symfold.1", manPage())];
    const { stdout } = new Deno.Command("mandoc", { args }).outputSync();
    const warnings = new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "");
    assertEquals(warnings.filter((line) => !line.includes("missing date")), []);
  },
});

Deno.test("symfold man prints the page", async () => {
  const { code, stdout, stderr } = await runSymfold(["man"]);
  assertEquals({ code, stdout, stderr }, { code: 0, stdout: manPage(), stderr: "" });
});

import { assertEquals, assertStringIncludes } from "@std/assert";
import { COMMANDS } from "../../lib/cli/commands.ts";
import { helpText } from "../../lib/cli/help_text.ts";
import { optionsOf } from "../../lib/cli/option_table.ts";

Deno.test("helpText() has every option, in words of at most 80 columns", () => {
  const help = helpText();
  const names = [...help.matchAll(/^ {2}(?:-\w, | {4})--([a-z-]+)/gm)].map(([, name]) => name);
  assertEquals(names, [
    "maps",
    "bundle",
    "max-bundle-size",
    "sysroot",
    "debug-dir",
    "path-map",
    "search",
    "build-ids",
    "kallsyms",
    "vmlinux",
    "perf-map",
    "vdso",
    "trust-files",
    "input",
    "event",
    "weight",
    "pids",
    "threads",
    "return-addresses",
    "output",
    "format",
    "title",
    "unit",
    "no-merge",
    "demangle",
    "unresolved",
    "annotate",
    "no-inlines",
    "lines",
    "image-prefix",
    "include",
    "exclude",
    "merge-recursion",
    "reverse",
    "root",
    "report",
    "fail-under",
    "quiet",
    "verbose",
    "help",
    "version",
  ]);
});

Deno.test("helpText() names the choices of an option and its default", () => {
  assertEquals(
    helpText().includes("one of\n" + " ".repeat(27) + "short, full, none (default short)"),
    true,
  );
});

for (const { name, description } of COMMANDS) {
  Deno.test(`helpText() has all of ${name}, in at most 80 columns`, () => {
    const help = helpText(name);
    assertStringIncludes(help, description);
    const words = [...help.matchAll(/^ {2}(?:-\w, | {4})--(?:no-)?([a-z-]+)/gm)].map(([, word]) =>
      word
    );
    const rows = optionsOf(name).filter(({ sideOf }) => sideOf === undefined);
    assertEquals(words, rows.map((row) => row.name));
    assertEquals(help.split("\n").filter((line) => line.length > 80), []);
  });
}

Deno.test("helpText() of diff marks the options that each side may have", () => {
  const help = helpText("diff");
  const marked = [...help.matchAll(/^ {6}--([a-z-]+).*(?:\n {27})? ?\(\*\) /gm)].map(([, name]) =>
    name
  );
  const sided = new Set(optionsOf("diff").map(({ sideOf }) => sideOf));
  assertEquals(marked, optionsOf("diff").map(({ name }) => name).filter((name) => sided.has(name)));
  assertEquals(marked.includes("maps") && !marked.includes("input"), true);
  assertEquals(/^ +--before-/m.test(help), false);
  assertEquals(helpText().includes("(*)"), false);
});

Deno.test("helpText() has headings where there is more than the help", () => {
  const headingsOf = (text: string) =>
    [...text.matchAll(/^(\S.*):\n +(?:-\w, )?--/gm)].map(([, line]) => line);
  assertEquals(headingsOf(helpText()), [
    "The recorded machine",
    "The recordings",
    "What is written",
    "How frames are written",
    "Which stacks are written, and how",
    "The report, and help",
  ]);
  assertEquals(headingsOf(helpText("man")), ["Options"]);
  assertEquals(helpText("man").split("\n")[0], "Usage: symfold man");
});

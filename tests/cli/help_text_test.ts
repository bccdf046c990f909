import { assertEquals, assertStringIncludes } from "@std/assert";
import { COMMANDS } from "../../lib/cli/commands.ts";
import { helpText } from "../../lib/cli/help_text.ts";
import { optionsOf } from "../../lib/cli/option_table.ts";

Deno.test("helpText() has every option, in words of at most 80 columns", () => {
  const help = helpText();
  const names = [...help.matchAll(/^ {2}(?:-\w, | {4})--([a-z-]+)/gm)].map(([, name]) => name);
  assertEquals(names, [
    "input",
    "event",
    "weight",
    "pids",
    "threads",
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
    "output",
    "format",
    "title",
    "unit",
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
    "return-addresses",
    "trust-files",
    "no-merge",
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
    helpText().includes("one of short, full, none\n" + " ".repeat(27) + "(default short)"),
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
    assertEquals(words, optionsOf(name).map((row) => row.name));
    assertEquals(help.split("\n").filter((line) => line.length > 80), []);
  });
}

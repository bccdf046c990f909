import { assertEquals, assertStringIncludes } from "@std/assert";
import { COMMANDS } from "../../lib/cli/commands.ts";
import { completions, SHELLS } from "../../lib/cli/completions.ts";
import { optionsOf } from "../../lib/cli/option_table.ts";
import { OUTPUT_FORMATS } from "../../lib/output/mod.ts";
import { runSymfold } from "../support/run_symfold.ts";
import { TempFolder } from "../support/temp_folder.ts";

function has(shell: string): boolean {
  try {
    return new Deno.Command(shell, { args: ["-c", "true"] }).outputSync().success;
  } catch {
    return false;
  }
}

function outputOf(shell: string, args: readonly string[]): string {
  const { stdout, stderr, code } = new Deno.Command(shell, { args: [...args] }).outputSync();
  const decoder = new TextDecoder();
  assertEquals({ code, stderr: decoder.decode(stderr) }, { code: 0, stderr: "" });
  return decoder.decode(stdout);
}

for (const shell of SHELLS) {
  Deno.test(`completions() has every option of every command for ${shell}`, () => {
    const script = completions(shell);
    const dashes = shell === "fish" ? "-l " : "--";
    for (const { name } of COMMANDS) {
      for (const row of optionsOf(name)) {
        assertStringIncludes(script, `${dashes}${row.negated ? "no-" : ""}${row.name}`);
      }
    }
  });

  Deno.test({
    name: `completions() writes what ${shell} can read (needs ${shell})`,
    ignore: !has(shell),
    fn() {
      using folder = new TempFolder();
      assertEquals(outputOf(shell, ["-n", folder.write("script", completions(shell))]), "");
    },
  });
}

const FORMATS = OUTPUT_FORMATS.map(({ name }) => name).sort();

/** What bash makes of the last word of a command line. */
function bashCompletes(words: readonly string[], folder: TempFolder): string[] {
  const script = folder.write("script", completions("bash"));
  const line = words.map((word) => `'${word}'`).join(" ");
  const code = `source ${script}; cd ${folder.path}; COMP_WORDS=(${line}); ` +
    `COMP_CWORD=${words.length - 1}; _symfold; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return outputOf("bash", ["-c", code]).split("\n").filter((word) => word !== "").sort();
}

for (
  const [words, wanted] of [
    [["symfold", "--no-"], ["--no-inlines", "--no-merge"]],
    [["symfold", "--demangle", ""], ["full", "none", "short"]],
    [["symfold", "--maps", "a"], ["a b.maps", "afolder"]],
    [["symfold", "--sysroot", "a"], ["afolder"]],
    [["symfold", "--root", "a"], []],
    [["symfold", "x", "a"], ["a b.maps", "afolder"]],
    [["symfold", "compl"], ["completions"]],
    [["symfold", "man", "--"], ["--help", "--version"]],
    [["symfold", "--for"], ["--format"]],
    [["symfold", "--format", ""], FORMATS],
    [["symfold", "--format", "=", ""], FORMATS],
    [["symfold", "--format", "="], FORMATS],
    [["symfold", "--maps", "=", "a"], ["a b.maps", "afolder"]],
    [["symfold", "x", "--demangle", "f"], ["full"]],
    [["symfold", "explain", "--return-addresses", ""], ["all", "callers", "none"]],
    [["symfold", "diff", "--before-return-addresses", ""], ["all", "callers", "none"]],
    [["symfold", "diff", "--unresolved", ""], ["file", "offset"]],
    [["symfold", "diff", "--before-sys"], ["--before-sysroot"]],
    [["symfold", "diff", "a"], ["a b.maps", "afolder"]],
    [["symfold", "explain", "a"], []],
    [["symfold", "completions", ""], [...SHELLS].sort()],
  ] as const
) {
  Deno.test({
    name: `completions() make bash complete ${JSON.stringify(words)} (needs bash)`,
    ignore: !has("bash"),
    fn() {
      using folder = new TempFolder();
      folder.write("a b.maps", "");
      folder.write("afolder/x", "");
      assertEquals(bashCompletes(words, folder), [...wanted]);
    },
  });
}

Deno.test({
  name: "completions() make fish complete options, values and commands (needs fish)",
  ignore: !has("fish"),
  fn() {
    using folder = new TempFolder();
    const script = folder.write("script", completions("fish"));
    const complete = (line: string) =>
      outputOf("fish", ["-c", `source ${script}; complete -C '${line}'`]).trimEnd().split("\n")
        .map((row) => row.split("\t")[0]);
    assertEquals(complete("symfold --no-"), ["--no-inlines", "--no-merge"]);
    assertEquals(complete("symfold --demangle "), ["full", "none", "short"]);
    assertEquals(complete("symfold man --"), ["--help", "--version"]);
    assertEquals(complete("symfold --for"), ["--format"]);
    assertEquals(complete("symfold --format ").sort(), FORMATS);
    assertEquals(complete("symfold diff --unresolved "), ["file", "offset"]);
    assertEquals(complete("symfold completions ").sort(), [...SHELLS].sort());
  },
});

/** What zsh writes behind a line when the tab key is pressed at its end. */
function zshCompletes(line: string, folder: TempFolder): string {
  folder.write("functions/_symfold", completions("zsh"));
  const script = folder.write(
    "script",
    `zmodload zsh/zpty; zpty -b shell zsh -f -i
wait_for() { while zpty -r -m shell text "*$1*"; do [[ $text == *$1* ]] && return; done }
zpty -w shell "PS1=; unsetopt zle_bracketed_paste; fpath=(${folder.path}/functions \\$fpath)"
zpty -w shell "autoload -U compinit; compinit -u -D; bindkey '^I' expand-or-complete; print REA''DY"
wait_for READY
zpty -w -n shell $'${line}\t\C-a"<" \C-e">"\C-x\n'
wait_for '>"'
print -r -- $text
`,
  );
  return outputOf("zsh", [script]);
}

for (
  const [line, wanted] of [
    ["symfold --for", "symfold --format"],
    ["symfold diff --before-map", "symfold diff --before-maps"],
    ["symfold --demangle sh", "symfold --demangle short"],
    ["symfold --demangle=f", "symfold --demangle=full"],
    ["symfold diff --unresolved o", "symfold diff --unresolved offset"],
    ["symfold completions f", "symfold completions fish"],
  ] as const
) {
  Deno.test({
    name: `completions() make zsh complete ${JSON.stringify(line)} (needs zsh)`,
    ignore: !has("zsh"),
    fn() {
      using folder = new TempFolder();
      assertStringIncludes(zshCompletes(line, folder), wanted);
    },
  });
}

Deno.test({
  name: "completions() may be sourced by zsh (needs zsh)",
  ignore: !has("zsh"),
  fn() {
    using folder = new TempFolder();
    const script = folder.write("script", completions("zsh"));
    const code = `autoload -U compinit; compinit -u -D; source ${script}; print $_comps[symfold]`;
    assertEquals(outputOf("zsh", ["-f", "-c", code]), "_symfold\n");
  },
});

Deno.test("symfold completions prints the script of a shell, and knows no other", async () => {
  const { code, stdout, stderr } = await runSymfold(["completions", "zsh"]);
  assertEquals({ code, stdout, stderr }, { code: 0, stdout: completions("zsh"), stderr: "" });
  const other = await runSymfold(["completions", "csh"]);
  assertEquals([other.code, other.stdout], [2, ""]);
  assertStringIncludes(other.stderr, 'no completions for "csh", want one of bash, zsh, fish');
});

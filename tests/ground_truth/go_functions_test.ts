import { assert, assertEquals } from "@std/assert";
import { FileSource } from "../../lib/bytes/file_source.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { findGoFunctions } from "../../lib/symbols/go_functions.ts";
import { hex } from "../../lib/errors.ts";
import { resolveText } from "../support/resolve_text.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { testdata } from "../support/testdata.ts";

// Go programs are too large to be committed: they are built here, if there is a Go toolchain.

const hasGo = succeeds("go", "version");
const hasLinker = succeeds("gcc", "--version");

interface Build {
  readonly name: string;
  readonly args: readonly string[];
  /** Of the file that Go's linker made. */
  readonly then?: readonly string[];
  /** Whether the tools are there. */
  readonly isPossible: boolean;
}

const STRIPPED = "-ldflags=-s -w";
const EXTERNAL = "-ldflags=-s -w -linkmode=external";
const STRIP_SECTIONS = ["llvm-strip", "--strip-sections"];

const BUILDS: readonly Build[] = [
  { name: "a stripped program", args: [STRIPPED], isPossible: hasGo },
  {
    name: "a stripped position-independent program",
    args: ["-buildmode=pie", STRIPPED],
    isPossible: hasGo,
  },
  {
    name: "a program that the system's linker linked",
    args: ["-buildmode=pie", EXTERNAL],
    isPossible: hasGo && hasLinker,
  },
  {
    name: "a program that lld linked, with its pointers in relocations",
    args: ["-buildmode=pie", `${EXTERNAL} -extldflags=-fuse-ld=lld`],
    isPossible: hasGo && hasLinker && succeeds("ld.lld", "--version"),
  },
  {
    name: "a program without section headers",
    args: [STRIPPED],
    then: STRIP_SECTIONS,
    isPossible: hasGo && succeeds("llvm-strip", "--version"),
  },
  {
    name: "a position-independent program without section headers",
    args: ["-buildmode=pie", STRIPPED],
    then: STRIP_SECTIONS,
    isPossible: hasGo && succeeds("llvm-strip", "--version"),
  },
];

for (const { name, args, then, isPossible } of BUILDS) {
  Deno.test({
    name: `findGoFunctions() says of ${name} what its runtime says (needs go)`,
    ignore: !isPossible,
    async fn() {
      using folder = new TempFolder();
      const program = folder.at("program");
      build(args, program);
      if (then !== undefined) run(then[0]!, [...then.slice(1), program]);
      using source = FileSource.open(program);
      const elf = await ElfFile.open(source);
      const base = elf.loadSegments[0]!.vaddr;
      const truth = run(program, []).trimEnd().split("\n").map((line) => {
        const [vaddr, start, ...names] = line.split("\t");
        const [at, from] = [vaddr!, start!].map((text) => base + parseInt(text, 16));
        return { vaddr: at!, start: from!, names };
      });
      assert(truth.length > 10_000);
      const vaddrs = Float64Array.from(truth, ({ vaddr }) => vaddr);
      const found = (await findGoFunctions(elf, vaddrs))!;
      for (const [at, { vaddr, start, names }] of truth.entries()) {
        const one = found[at]!;
        assertEquals(one.start, start);
        const spelled = [one.name, ...one.inlined].map(printed);
        assertEquals(withoutHidden(spelled, names), names, vaddr.toString(16));
      }
      assert(truth.some(({ names }) => names.length > 4));
    },
  });
}

Deno.test({
  name: "symfold gives the functions that Go inlined frames of their own (needs go)",
  ignore: !hasGo,
  async fn() {
    using folder = new TempFolder();
    const program = folder.at("program");
    build([], program);
    using source = FileSource.open(program);
    const elf = await ElfFile.open(source);
    const base = elf.loadSegments[0]!.vaddr;
    const text = elf.loadSegments.find(({ executable }) => executable)!;
    const maps = [text.vaddr, text.vaddr + text.memorySize + 0xfff, text.fileOffset]
      .map((value) => value - value % 0x1000)
      .map((value) => value.toString(16));
    const stacks = new Map<string, readonly string[]>();
    for (const line of run(program, []).trimEnd().split("\n")) {
      const [vaddr, , ...names] = line.split("\t");
      if (names.length > 3) stacks.set(hex(base + parseInt(vaddr!, 16)), names);
    }
    assert(stacks.size > 50, `${stacks.size}`);
    const { output } = await resolveText(
      [...stacks.keys()].map((address) => `${address} 1\n`).join(""),
      {
        maps: `${maps[0]}-${maps[1]} r-xp ${maps[2]} fe:00 1 ${program}\n`,
        merge: false,
        returnAddresses: "none",
      },
    );
    for (const [at, line] of output.trimEnd().split("\n").entries()) {
      const names = [...stacks.values()][at]!;
      const spelled = line.replace(/ 1$/, "").split(";").map(printed);
      assertEquals(withoutHidden(spelled, names), names);
    }
    // Those that the recorder has found itself are not there twice; where symfold finds none, they stay.
    const doubled = await resolveText(
      [...stacks.keys()].map((address) => `${address};f_[i];g_[i] 1\n`).join(""),
      {
        maps: `${maps[0]}-${maps[1]} r-xp ${maps[2]} fe:00 1 ${program}\n`,
        merge: false,
        returnAddresses: "none",
      },
    );
    assertEquals(
      doubled.output.split("\n"),
      output.split("\n").map((line) =>
        line.includes(";") ? line : line.replace(/ 1$/, ";f_[i];g_[i] 1")
      ),
    );
    // Of the same addresses one frame each, if that is wanted.
    const physical = await resolveText(
      [...stacks.keys()].map((address) => `${address} 1\n`).join(""),
      {
        maps: `${maps[0]}-${maps[1]} r-xp ${maps[2]} fe:00 1 ${program}\n`,
        merge: false,
        returnAddresses: "none",
        inlines: false,
      },
    );
    assert(!physical.output.includes(";"));
  },
});

for (const arch of ["386", "arm", "arm64", "mips", "ppc64", "riscv64", "s390x"]) {
  Deno.test({
    name:
      `findGoFunctions() finds what the symbol table of a Go program for ${arch} says (needs go)`,
    ignore: !hasGo,
    async fn() {
      using folder = new TempFolder();
      const program = folder.at("program");
      build([], program, { GOARCH: arch });
      using source = FileSource.open(program);
      const elf = await ElfFile.open(source);
      const symbols = new Map<number, string[]>();
      for (const line of run("go", ["tool", "nm", program]).split("\n")) {
        const [vaddr, type, ...words] = line.trim().split(/\s+/);
        if (!/^t$/i.test(type ?? "")) continue;
        const name = words.join(" ").replace(/\.abi0$/, "").replace(/\.(\d+)$/, "·$1");
        const start = parseInt(vaddr!, 16);
        symbols.set(start, [...(symbols.get(start) ?? []), name]);
      }
      const starts = Float64Array.from(symbols.keys()).sort();
      const found = (await findGoFunctions(elf, starts))!;
      let count = 0;
      for (const [at, one] of found.entries()) {
        const names = symbols.get(starts[at]!)!;
        // The end of the code has a symbol, too.
        if (names.includes("runtime.etext")) continue;
        assertEquals(one?.start, starts[at], names[0]);
        const spelled = names.includes(one!.name) ||
          names.includes(one!.name.replace(/\.(\d+)$/, "·$1"));
        assert(spelled, `${one!.name}, want one of ${names}`);
        count++;
      }
      assert(count > 1000);
    },
  });
}

/**
 * Go's runtime hides wrappers that the compiler made around the function that they call, and takes
 * the name at offset 0, which is that of the first function, for none.
 */
function withoutHidden(names: readonly string[], printed: readonly string[]): string[] {
  const isHidden = (name: string) => WRAPPER_REGEXP.test(name) && !printed.includes(name);
  return names.filter((name) => !isHidden(name))
    .map((name, at) => printed[at] === "" ? "" : name);
}

const WRAPPER_REGEXP =
  /\(\*|^type:|-fm$|\.(?:defer|go)wrap\d+|^reflect\.(?:callMethod|callReflect)$/;

/** As Go prints names of generic functions. */
function printed(name: string): string {
  return name.replace(/\[.*\]/, "[...]");
}

function build(args: readonly string[], output: string, env: Record<string, string> = {}): void {
  const cwd = testdata("sources/bounds/go");
  run("go", ["build", ...args, "-o", output, "."], { cwd, env: { GOTOOLCHAIN: "local", ...env } });
}

function run(program: string, args: readonly string[], options: Deno.CommandOptions = {}): string {
  const { success, stdout, stderr } = new Deno.Command(program, { ...options, args: [...args] })
    .outputSync();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

function succeeds(program: string, argument: string): boolean {
  try {
    return new Deno.Command(program, { args: [argument] }).outputSync().success;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return false;
  }
}

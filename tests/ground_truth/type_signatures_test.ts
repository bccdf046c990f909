import { assert, assertEquals } from "@std/assert";
import { FileSource } from "../../lib/bytes/file_source.ts";
import { findSourceFrames } from "../../lib/dwarf/mod.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { dwarfOfElf } from "../../lib/symbols/dwarf_of_elf.ts";
import { isInstalled, runTool } from "../support/run_tool.ts";
import { TempFolder } from "../support/temp_folder.ts";

// Names from debug information alone, of methods of types that are in units of their own, in
// packages: against what the symbol table says. clang++ leaves the linkage names out if it is told
// to, and the names of the types are behind signatures then. With SYMFOLD_DWARF=1.

const SOURCES = {
  one: `
    namespace ns {
    template <class T> struct Type {
      T value;
      __attribute__((noinline)) T method(T x) { return x * 3 + value; }
      struct Nested {
        T weight;
        __attribute__((noinline)) T go(T y) { return y * weight; }
      };
    };
    }
    struct Plain { int k; __attribute__((noinline)) int plain(int a) { return a ^ k; } };
    int other(int);
    int main(int count, char**) {
      ns::Type<int> type{count};
      ns::Type<long>::Nested nested{count};
      Plain plain{count};
      return type.method(count) + nested.go(count) + plain.plain(count) + other(count);
    }`,
  two: `
    struct Shared {
      struct Deep { int m; __attribute__((noinline)) int walk(int a) { return a * m; } };
      Deep deep;
      __attribute__((noinline)) int first(int a) { return deep.walk(a) + 1; }
    };
    int other(int a) { Shared shared{{a}}; return shared.first(a); }`,
};
const COMPILER = ["clang++", "-std=c++17", "-O1", "-gsplit-dwarf", "-fdebug-types-section"];
const WITHOUT_LINKAGE_NAMES = ["-mllvm", "-dwarf-linkage-names=Abstract"];

for (const [packer, version] of [["dwp", 4], ["llvm-dwp", 4], ["llvm-dwp", 5]] as const) {
  const missing = ["clang++", "nm", packer].filter((tool) => !isInstalled(tool));
  const needs = missing.length > 0 ? ` (needs ${missing.join(", ")})` : "";
  Deno.test({
    name: `types have their names in a package of ${packer}, DWARF ${version}${needs}`,
    ignore: Deno.env.get("SYMFOLD_DWARF") === undefined || missing.length > 0,
    async fn() {
      using folder = new TempFolder();
      const [compiler, ...flags] = COMPILER as [string, ...string[]];
      for (const [name, source] of Object.entries(SOURCES)) {
        Deno.writeTextFileSync(folder.at(`${name}.cpp`), source);
        const choice = [`-gdwarf-${version}`, ...WITHOUT_LINKAGE_NAMES];
        const files = ["-c", "-o", folder.at(`${name}.o`), folder.at(`${name}.cpp`)];
        await runTool(compiler, [...flags, ...choice, ...files]);
      }
      const program = folder.at("program");
      const of = (end: string) => Object.keys(SOURCES).map((name) => folder.at(`${name}.${end}`));
      await runTool(compiler, ["-o", program, ...of("o")]);
      await runTool(packer, ["-o", `${program}.dwp`, ...of("dwo")]);
      const methods = await methodsOf(program);
      assertEquals([...methods.values()].sort(), [
        "Plain::plain",
        "Shared::Deep::walk",
        "Shared::first",
        "ns::Type<int>::method",
        "ns::Type<long>::Nested::go",
      ]);
      assertEquals(await namesFromDwarf(program, [...methods.keys()]), methods);
    },
  });
}

/** What the symbol table says, demangled and without parameters, by vaddr in ascending order. */
async function methodsOf(program: string): Promise<Map<number, string>> {
  const output = await runTool("nm", ["-C", program]);
  return new Map(
    [...output.matchAll(/^([0-9a-f]+) [tTwW] (\S+::\S+)\(.*$/gm)]
      .map(([, vaddr, name]) => [parseInt(vaddr!, 16), name!] as const)
      .sort(([one], [other]) => one - other),
  );
}

/** What debug information says, which must be no linkage names. */
async function namesFromDwarf(
  program: string,
  vaddrs: readonly number[],
): Promise<Map<number, string>> {
  using main = FileSource.open(program);
  using packed = FileSource.open(`${program}.dwp`);
  const split = dwarfOfElf(await ElfFile.open(packed));
  const files = {
    main: dwarfOfElf(await ElfFile.open(main)),
    split: () => Promise.resolve(split),
  };
  const { frames, problems } = await findSourceFrames(files, Float64Array.from(vaddrs));
  assertEquals(problems, []);
  return new Map(vaddrs.map((vaddr, at) => {
    const { name = "", isLinkageName = true } = frames[at]?.[0] ?? {};
    assert(!isLinkageName, name);
    return [vaddr, name];
  }));
}

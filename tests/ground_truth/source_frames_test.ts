import { assert, assertEquals } from "@std/assert";
import { FileSource } from "../../lib/bytes/file_source.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import type { FoundFunction } from "../../lib/symbols/mod.ts";
import { functionsOfFile } from "../support/functions_of_file.ts";
import { isInstalled } from "../support/run_tool.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { testdata } from "../support/testdata.ts";

// What llvm-symbolizer says of the same addresses: committed libraries with debug information of
// each kind, and programs of this machine, if the tools are there.

/** A frame: function, file, line, column; the physical function comes first. */
type Row = readonly [name: string, file: string, line: number, column: number];

interface Answer {
  readonly Address: string;
  readonly Symbol: readonly {
    readonly FunctionName: string;
    readonly FileName: string;
    readonly Line: number;
    readonly Column: number;
  }[];
}

const NAMES = [...Deno.readDirSync(testdata("dwarf"))].map(({ name }) => name)
  .filter((name) => name.endsWith(".so")).map((name) => name.replace(".so", "")).sort();

Deno.test("findFunctions() is tested with debug information of every kind", () => {
  assert(NAMES.length >= 12, `${NAMES}`);
});

for (const name of NAMES) {
  Deno.test(`findFunctions() gives the frames of ${name} that llvm-symbolizer gives`, async () => {
    const file = testdata(`dwarf/${name}.truth.gz`);
    const packed = new Blob([Deno.readFileSync(file)]).stream();
    const text = await new Response(packed.pipeThrough(new DecompressionStream("gzip"))).text();
    const truth = answersOf(text);
    const frames = await framesAt(testdata(`dwarf/${name}.so`), truth.keys());
    let inlined = 0;
    for (const [vaddr, rows] of truth) {
      const known = rows.filter(([function_]) => function_ !== "");
      if (known.length === 0) continue;
      inlined += known.length > 1 ? 1 : 0;
      // The physical function has the name of its symbol, which tells a clone from its original.
      assertEquals(withoutClone(frames.get(vaddr)!), withoutClone(rows), vaddr.toString(16));
    }
    assert(inlined > 20, `${inlined}`);
  });
}

function answersOf(text: string): Map<number, Row[]> {
  const answers = new Map<number, Row[]>();
  for (const line of text.trimEnd().split("\n")) {
    const { Address, Symbol } = JSON.parse(line) as Answer;
    const rows = Symbol.map(({ FunctionName, FileName, Line, Column }): Row => [
      FunctionName,
      FileName,
      Line,
      Column,
    ]);
    answers.set(Number(Address), rows.reverse());
  }
  return answers;
}

async function framesAt(path: string, vaddrs: Iterable<number>): Promise<Map<number, Row[]>> {
  const sorted = Float64Array.from(vaddrs).sort();
  const { functions } = await functionsOfFile(path, sorted);
  return new Map(functions.map((found, at) => [sorted[at]!, rowsOf(found)]));
}

function rowsOf(found: FoundFunction | undefined): Row[] {
  if (found === undefined) return [];
  const { name, position, inlined = [] } = found;
  return [{ name, position }, ...inlined].map(({ name, position }) => [
    name,
    position?.file ?? "",
    position?.line ?? 0,
    position?.column ?? 0,
  ]);
}

function withoutClone([physical, ...inlined]: readonly Row[]): Row[] {
  const [name, ...position] = physical ?? ["", "", 0, 0];
  return [[name.replace(/\.(?:cold|part|constprop|isra).*/, ""), ...position], ...inlined];
}

const hasTools = ["llvm-symbolizer", "g++", "clang++"].every(isInstalled);
const SOURCE = `
#include <algorithm>
#include <cstdio>
#include <map>
#include <string>
#include <vector>
static inline __attribute__((always_inline)) int square(int x) { return x * x; }
__attribute__((noinline)) int work(int n) {
  std::map<int, std::string> names;
  std::vector<int> sizes;
  for (int i = 0; i < n; i++) names[square(i) % 100] += std::to_string(i);
  for (auto& [key, text] : names) sizes.push_back(square(text.size()) + key);
  std::sort(sizes.begin(), sizes.end());
  return sizes[n % sizes.size()];
}
int main(int argc, char**) { std::printf("%d\\n", work(1000 * argc)); }
`;

for (
  const [title, compiler, ...flags] of [
    ["g++", "g++", "-O2", "-g"],
    ["g++ with split units", "g++", "-O2", "-g", "-gsplit-dwarf"],
    ["g++ with LTO", "g++", "-O2", "-g", "-flto"],
    ["g++ without optimization", "g++", "-O0", "-g"],
    ["clang++", "clang++", "-O3", "-g"],
    ["clang++ with split units", "clang++", "-O2", "-g", "-gsplit-dwarf", "-gdwarf-5"],
    ["clang++ with function sections", "clang++", "-O2", "-gmlt", "-ffunction-sections"],
  ] as const
) {
  Deno.test({
    name: `findFunctions() gives the frames of a program of ${title} (needs llvm, g++, clang++)`,
    ignore: !hasTools,
    async fn() {
      using folder = new TempFolder();
      folder.write("program.cpp", SOURCE);
      const program = folder.at("program");
      const args = [...flags, "-std=c++17", "-o", program, "program.cpp"];
      const built = new Deno.Command(compiler, { args, cwd: folder.path }).outputSync();
      assert(built.success, new TextDecoder().decode(built.stderr));
      const { same, inlined } = await compareWithLlvm(program, folder);
      assert(same >= 0.995, `${(100 * same).toFixed(2)} % have the same frames`);
      if (!title.includes("without")) assert(inlined > 100, `${inlined}`);
    },
  });
}

const LAMBDAS = `
namespace ns { struct S { int m(int n); }; }
int ns::S::m(int n) {
  auto generic = [](auto a) { volatile int z = a; return z + 1; };
  struct { int method(int a) { volatile int z = a; return z; } } unnamed;
  return generic(n) + unnamed.method(n);
}
static int helper(int n) {
  auto one = [](int a) { volatile int z = a; return z * 2; };
  auto two = [](int a) {
    auto inner = [](int b) { volatile int z = b; return z * 3; };
    return inner(a);
  };
  return one(n) + two(n);
}
int main(int argc, char**) {
  struct Local { int method(int a) { volatile int z = a; return z + 1; } } local;
  ns::S s;
  return s.m(argc) + local.method(argc) + helper(argc);
}
`;

Deno.test({
  name: "findFunctions() names lambdas and local classes of g++ after their functions (needs g++)",
  ignore: !isInstalled("g++"),
  async fn() {
    assertEquals(await namesInLambdas("g++"), [
      "_ZN2ns1S1mEi",
      "helper",
      "helper::{lambda:10}::operator()",
      "helper::{lambda:10}::operator()::{lambda:11}::operator()",
      "helper::{lambda:9}::operator()",
      "main::Local::method",
      "ns::S::m::(anonymous struct)::method",
      "ns::S::m::{lambda:4}::operator()<int>",
    ]);
  },
});

Deno.test({
  name: "findFunctions() gives lambdas and local classes of clang++ linkage names (needs clang++)",
  ignore: !isInstalled("clang++"),
  async fn() {
    const names = await namesInLambdas("clang++");
    assertEquals(names.filter((name) => !name.startsWith("_Z")), []);
    assertEquals(names.filter((name) => name.startsWith("_ZZ")).length, 6, `${names}`);
  },
});

/** The names of all that is inlined somewhere in the program. */
async function namesInLambdas(compiler: string): Promise<string[]> {
  using folder = new TempFolder();
  folder.write("program.cpp", LAMBDAS);
  const program = folder.at("program");
  const args = ["-O2", "-g", "-std=c++17", "-o", program, "program.cpp"];
  const built = new Deno.Command(compiler, { args, cwd: folder.path }).outputSync();
  assert(built.success, new TextDecoder().decode(built.stderr));
  using source = FileSource.open(program);
  const { loadSegments } = await ElfFile.open(source);
  const { vaddr, memorySize } = loadSegments.find(({ executable }) => executable)!;
  const vaddrs = Float64Array.from({ length: memorySize }, (_, at) => vaddr + at);
  const { functions } = await functionsOfFile(program, vaddrs);
  const names = functions.flatMap((found) => found?.inlined?.map(({ name }) => name) ?? []);
  return [...new Set(names)].sort();
}

/** The share of addresses whose frames llvm-symbolizer gives too, whatever the file's path is. */
async function compareWithLlvm(program: string, folder: TempFolder) {
  using source = FileSource.open(program);
  const segment = (await ElfFile.open(source)).loadSegments.find(({ executable }) => executable)!;
  const vaddrs = Array.from(
    { length: 2000 },
    (_, at) => segment.vaddr + Math.floor(at * segment.memorySize / 2000),
  );
  const input = folder.write("input", vaddrs.map((vaddr) => `0x${vaddr.toString(16)}\n`).join(""));
  const command = `llvm-symbolizer -i --no-demangle --output-style=JSON -e ${program} <${input}`;
  const { stdout } = new Deno.Command("sh", { args: ["-c", command] }).outputSync();
  const frames = await framesAt(program, new Set(vaddrs));
  let [count, same, inlined] = [0, 0, 0];
  for (const [vaddr, rows] of answersOf(new TextDecoder().decode(stdout))) {
    if (rows.length === 0 || rows[0]![1] === "") continue;
    // Between functions there is padding, which has no frames here.
    if (frames.get(vaddr)!.length === 0) continue;
    count++;
    const spell = (of: readonly Row[]) =>
      of.map(([name, , line], at) => `${at === 0 ? "" : name}:${line}`).join(";");
    if (spell(frames.get(vaddr)!) === spell(rows)) same++;
    if (rows.length > 1) inlined++;
  }
  assert(count > 500, `${count}`);
  return { same: same / count, inlined };
}

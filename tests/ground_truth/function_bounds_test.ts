import { assert, assertEquals } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { type CodeRange, findFunctionBounds } from "../../lib/symbols/function_bounds.ts";
import { testdata } from "../support/testdata.ts";

// Stripped libraries, and the functions that readelf saw in them before they were stripped. See
// testdata/bounds/README.md.

interface Library {
  /** Such as "x86_64/gnu". */
  readonly name: string;
  readonly functions: readonly (CodeRange & { readonly symbol: string })[];
  /** Where functions are whose symbols have no size. */
  readonly labels: readonly number[];
}

/** Functions without an entry in any table. */
const GAPS = ["bounds_gap"];

for (const library of libraries()) {
  const { name, functions } = library;
  const isArmTable = name.startsWith("armhf/exidx");
  const described = functions.filter(({ symbol }) => !GAPS.includes(symbol));

  if (!isArmTable) {
    Deno.test(`findFunctionBounds() finds what readelf says in ${name}`, async () => {
      const wanted = described.flatMap((range) => probes(range).map((vaddr) => ({ vaddr, range })));
      const found = await boundsOf(name, wanted.map(({ vaddr }) => vaddr));
      for (const { vaddr, range: { symbol, start, end } } of wanted) {
        assertEquals(found.get(vaddr), { start, end }, `${symbol} at ${vaddr.toString(16)}`);
      }
    });

    Deno.test(`findFunctionBounds() finds nothing between the functions of ${name}`, async () => {
      const gaps = vaddrsBetween(library).concat(
        functions.filter(({ symbol }) => GAPS.includes(symbol)).flatMap(probes),
      );
      assert(gaps.length > 0);
      for (const range of (await boundsOf(name, gaps)).values()) assertEquals(range, undefined);
    });
  }
}

for (const name of ["armhf/exidx", "armhf/exidx-lld"]) {
  Deno.test(`findFunctionBounds() finds functions and the padding behind them in ${name}`, async () => {
    const { functions } = libraryOf(name);
    const found = await boundsOf(name, functions.flatMap(probes));
    for (const range of functions) {
      // The functions of one index table entry are not told apart, those of two are.
      const next = functions.map(({ start }) => start).filter((start) => start >= range.end);
      for (const vaddr of probes(range)) {
        const { start, end } = found.get(vaddr) ?? { start: NaN, end: NaN };
        assertEquals(start, range.start, range.symbol);
        assert(end >= range.end && end <= Math.min(...next, range.end + 64), range.symbol);
      }
    }
  });
}

Deno.test("findFunctionBounds() finds what the link editor merged in armhf/exidx-merged", async () => {
  const { functions } = libraryOf("armhf/exidx-merged");
  const found = await boundsOf("armhf/exidx-merged", functions.flatMap(probes));
  for (const { symbol, start, end } of functions) {
    const range = found.get(start)!;
    assert(range.start <= start && range.end >= end, symbol);
  }
  // These two stand behind each other and are unwound in the same way.
  const starts = functions.filter(({ symbol }) => /^bounds_(private|tiny)$/.test(symbol))
    .map(({ start }) => start);
  assertEquals(starts.length, 2);
  assertEquals(found.get(starts[0]!), found.get(starts[1]!));
});

Deno.test("findFunctionBounds() takes nothing from EXIDX_CANTUNWIND", async () => {
  const { functions } = libraryOf("armhf/exidx-cantunwind");
  const found = await boundsOf("armhf/exidx-cantunwind", functions.flatMap(probes));
  for (const range of functions) {
    const isKnown = !range.symbol.startsWith("bounds_unknown");
    for (const vaddr of probes(range)) {
      assertEquals(found.get(vaddr) !== undefined, isKnown, range.symbol);
    }
  }
});

function libraryOf(name: string): Library {
  const found = libraries().find((library) => library.name === name);
  return found!;
}

/** First, middle and last byte. */
function probes({ start, end }: CodeRange): number[] {
  return [...new Set([start, Math.floor((start + end) / 2), end - 1])];
}

/** The first bytes of padding behind functions. */
function vaddrsBetween({ functions, labels }: Library): number[] {
  const isCovered = (vaddr: number) =>
    functions.some(({ start, end }) => vaddr >= start && vaddr < end) ||
    labels.includes(vaddr);
  return functions.map(({ end }) => end).filter((vaddr) => !isCovered(vaddr));
}

async function boundsOf(
  name: string,
  vaddrs: readonly number[],
): Promise<Map<number, CodeRange | undefined>> {
  const bytes = Deno.readFileSync(testdata(`bounds/${name}.so`));
  const elf = await ElfFile.open(new MemorySource(`${name}.so`, bytes));
  const sorted = Float64Array.from(new Set(vaddrs)).sort();
  const found = await findFunctionBounds(elf, sorted);
  assertEquals(found.length, sorted.length);
  return new Map(Array.from(sorted, (vaddr, at) => [vaddr, found[at]]));
}

function libraries(): Library[] {
  const folder = testdata("bounds");
  const folders = [...Deno.readDirSync(folder)].filter(({ isDirectory }) => isDirectory);
  const names = folders.flatMap(({ name: arch }) =>
    [...Deno.readDirSync(`${folder}/${arch}`)].filter(({ name }) => name.endsWith(".truth"))
      .map(({ name }) => `${arch}/${name.slice(0, -".truth".length)}`)
  );
  return names.sort().map((name) => {
    const lines = Deno.readTextFileSync(`${folder}/${name}.truth`).trimEnd().split("\n");
    const functions = lines.map((line) => {
      const [vaddr, size, symbol] = line.split(" ");
      // The lowest bit of the value of a function of Arm says that it is Thumb code.
      const start = name.startsWith("armhf/") ? Number(vaddr) & ~1 : Number(vaddr);
      return { symbol: symbol!, start, end: start + Number(size) };
    });
    const labels = functions.filter(({ start, end }) => start === end).map(({ start }) => start);
    return { name, functions: functions.filter(({ start, end }) => start < end), labels };
  });
}

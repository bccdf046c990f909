import { assertEquals, assertThrows } from "@std/assert";
import { type SymbolMatch, SymbolMatcher } from "../../lib/symbols/symbol_matcher.ts";
import { Random } from "../support/random.ts";

const GLOBAL = 0;
const WEAK = 1;
const LOCAL = 2;

interface TestSymbol {
  readonly start: number;
  /** 0 for a label. */
  readonly size: number;
  readonly rank: number;
  readonly name: number;
}

Deno.test("SymbolMatcher finds the sized symbol that contains a vaddr", () => {
  const symbols = [sized(0x10, 0x10, 1), sized(0x30, 0x10, 2)];
  assertEquals(namesAt(symbols, [0xf, 0x10, 0x1f, 0x20, 0x2f, 0x30, 0x3f, 0x40]), [
    undefined,
    [1],
    [1],
    undefined,
    undefined,
    [2],
    [2],
    undefined,
  ]);
});

Deno.test("SymbolMatcher takes the greatest start of symbols that overlap", () => {
  const symbols = [sized(0x10, 0x20, 1), sized(0x20, 0x20, 2)];
  assertEquals(namesAt(symbols, [0x1f, 0x20, 0x2f, 0x30]), [[1], [2], [2], [2]]);
});

Deno.test("SymbolMatcher gives the outer symbol back behind the inner one", () => {
  const symbols = [sized(0x10, 0x40, 1), sized(0x20, 0x10, 2), sized(0x24, 4, 3)];
  const vaddrs = [0x10, 0x20, 0x24, 0x27, 0x28, 0x2f, 0x30, 0x4f, 0x50];
  assertEquals(namesAt(symbols, vaddrs), [[1], [2], [3], [3], [2], [2], [1], [1], undefined]);
});

Deno.test("SymbolMatcher takes the smallest size of symbols with one start", () => {
  const symbols = [sized(0x10, 0x20, 1), sized(0x10, 0x10, 2)];
  assertEquals(namesAt(symbols, [0x10, 0x1f, 0x20, 0x2f]), [[2], [2], [1], [1]]);
});

Deno.test("SymbolMatcher takes the start before the binding", () => {
  const symbols = [sized(0x10, 0x20, 1, GLOBAL), sized(0x11, 0x20, 2, LOCAL)];
  assertEquals(namesAt(symbols, [0x11]), [[2]]);
});

Deno.test("SymbolMatcher takes the size before the binding", () => {
  const symbols = [sized(0x10, 0x20, 1, GLOBAL), sized(0x10, 0x1f, 2, LOCAL)];
  assertEquals(namesAt(symbols, [0x11]), [[2]]);
});

Deno.test("SymbolMatcher takes GLOBAL before WEAK before LOCAL", () => {
  const symbols = [
    sized(0x10, 8, 1, LOCAL),
    sized(0x10, 8, 2, WEAK),
    sized(0x10, 8, 3, GLOBAL),
    sized(0x20, 8, 4, LOCAL),
    sized(0x20, 8, 5, WEAK),
  ];
  assertEquals(namesAt(symbols, [0x12, 0x22]), [[3], [5]]);
});

Deno.test("SymbolMatcher keeps the names of all equals", () => {
  const symbols = [sized(0x10, 8, 3), sized(0x10, 8, 1), sized(0x10, 8, 2), sized(0x10, 8, 1)];
  assertEquals(namesAt(symbols, [0x10, 0x17]), [[1, 2, 3], [1, 2, 3]]);
});

Deno.test("SymbolMatcher gives the same winner as the same object", () => {
  const matcher = new SymbolMatcher(Float64Array.of(0x10, 0x14, 0x18));
  matcher.addSized(0x10, 8, GLOBAL, 1);
  matcher.addSized(0x18, 8, GLOBAL, 1);
  const [first, second, third] = matcher.matches(() => true);
  assertEquals([first === second, second === third], [true, false]);
  assertEquals(first, { start: 0x10, size: 8, names: [1] });
});

Deno.test("SymbolMatcher falls back to the nearest label before a vaddr", () => {
  const symbols = [label(0x10, 1), label(0x20, 2)];
  assertEquals(namesAt(symbols, [0xf, 0x10, 0x1f, 0x20, 0x1000]), [
    undefined,
    [1],
    [1],
    [2],
    [2],
  ]);
});

Deno.test("SymbolMatcher takes a sized symbol before a label inside it", () => {
  assertEquals(namesAt([sized(0x10, 0x20, 1), label(0x18, 2)], [0x18, 0x20]), [[1], [1]]);
});

Deno.test("SymbolMatcher takes no label over the end of a sized symbol", () => {
  const symbols = [label(0x10, 1), sized(0x18, 8, 2)];
  assertEquals(namesAt(symbols, [0x17, 0x18, 0x20, 0x30]), [[1], [2], undefined, undefined]);
});

Deno.test("SymbolMatcher takes no label inside of a sized symbol behind that", () => {
  const symbols = [sized(0x10, 0x10, 1), label(0x18, 2)];
  assertEquals(namesAt(symbols, [0x20, 0x30]), [undefined, undefined]);
});

Deno.test("SymbolMatcher takes a label that stands where a sized symbol ends", () => {
  assertEquals(namesAt([sized(0x10, 0x10, 1), label(0x20, 2)], [0x20, 0x28]), [[2], [2]]);
});

Deno.test("SymbolMatcher takes no label that may not reach", () => {
  const mayReach = (from: number, vaddr: number) => from >> 4 === vaddr >> 4;
  assertEquals(namesAt([label(0x18, 1)], [0x18, 0x1f, 0x20], mayReach), [[1], [1], undefined]);
});

Deno.test("SymbolMatcher takes GLOBAL before WEAK labels of one place", () => {
  const symbols = [label(0x10, 1, WEAK), label(0x10, 2, GLOBAL), label(0x10, 3, LOCAL)];
  assertEquals(namesAt(symbols, [0x14]), [[2]]);
});

Deno.test("SymbolMatcher takes the nearer of two labels whatever their binding", () => {
  assertEquals(namesAt([label(0x10, 1, GLOBAL), label(0x11, 2, LOCAL)], [0x14]), [[2]]);
});

Deno.test("SymbolMatcher matches vaddrs and symbols of the kernel's half", () => {
  const symbols = [sized(-0x7f000000, 0x100, 1), sized(0x100, 0x10, 2)];
  assertEquals(namesAt(symbols, [-0x7f000000, -0x7effff01, -0x7effff00, 0x108]), [
    [1],
    [1],
    undefined,
    [2],
  ]);
});

Deno.test("SymbolMatcher ignores symbols whose start is no address", () => {
  assertEquals(namesAt([sized(NaN, 0x100, 1), label(NaN, 2)], [0x10, 0x20]), [
    undefined,
    undefined,
  ]);
});

Deno.test("SymbolMatcher asks for nothing where nothing is wanted", () => {
  assertEquals(namesAt([sized(0, 0x100, 1), label(0x10, 2)], []), []);
});

Deno.test("SymbolMatcher agrees with a naive search on random symbols", () => {
  for (let seed = 1; seed <= 5000; seed++) {
    const random = new Random(seed);
    const symbols = randomSymbols(random);
    const vaddrs = randomVaddrs(random);
    const found = matchesOf(symbols, vaddrs).map(plain);
    const wanted = vaddrs.map((vaddr) => search(symbols, vaddr));
    assertEquals(found, wanted, `seed ${seed}`);
  }
});

Deno.test("SymbolMatcher does not depend on the order of the symbols", () => {
  for (let seed = 1; seed <= 2000; seed++) {
    const random = new Random(seed);
    const symbols = randomSymbols(random);
    const vaddrs = randomVaddrs(random);
    const found = matchesOf(symbols, vaddrs).map(plain);
    const shuffled = matchesOf(random.shuffle(symbols), vaddrs).map(plain);
    assertEquals(shuffled, found, `seed ${seed}`);
  }
});

Deno.test("SymbolMatcher gives up symbols that overlap beyond reason", () => {
  const matcher = new SymbolMatcher(Float64Array.from({ length: 1_000_000 }, (_, at) => at));
  assertThrows(
    () => {
      for (let name = 0; name < 1000; name++) matcher.addSized(0, 1e9, GLOBAL, name);
    },
    RangeError,
    "Cannot match symbols: too many overlap",
  );
});

function sized(start: number, size: number, name: number, rank = GLOBAL): TestSymbol {
  return { start, size, rank, name };
}

function label(start: number, name: number, rank = GLOBAL): TestSymbol {
  return { start, size: 0, rank, name };
}

function matchesOf(
  symbols: readonly TestSymbol[],
  vaddrs: readonly number[],
  mayReach: (label: number, vaddr: number) => boolean = inSameBlock,
): (SymbolMatch | undefined)[] {
  const matcher = new SymbolMatcher(Float64Array.from(vaddrs));
  for (const { start, size, rank, name } of symbols) {
    if (size > 0) matcher.addSized(start, size, rank, name);
    else matcher.addLabel(start, rank, name);
  }
  return matcher.matches(mayReach);
}

/** Of each vaddr the names of the winner, sorted. */
function namesAt(
  symbols: readonly TestSymbol[],
  vaddrs: readonly number[],
  mayReach: (label: number, vaddr: number) => boolean = () => true,
): (number[] | undefined)[] {
  return matchesOf(symbols, vaddrs, mayReach).map((match) => plain(match)?.names);
}

function plain(match: SymbolMatch | undefined) {
  return match && { ...match, names: sortedNames(match.names) };
}

/** The rules, word by word, one vaddr at a time. */
function search(symbols: readonly TestSymbol[], vaddr: number) {
  const covering = symbols.filter(({ start, size }) => start <= vaddr && vaddr < start + size);
  if (covering.length > 0) return bestOf(covering);
  const labels = symbols.filter(({ start, size }) => size === 0 && start <= vaddr);
  if (labels.length === 0) return undefined;
  const best = bestOf(labels);
  const isCut = symbols.some(({ start, size }) =>
    size > 0 && start + size > best.start && start + size <= vaddr
  );
  return isCut || !inSameBlock(best.start, vaddr) ? undefined : best;
}

function bestOf(symbols: readonly TestSymbol[]) {
  const { start, size, rank } = symbols.toSorted((a, b) =>
    b.start - a.start || a.size - b.size || a.rank - b.rank
  )[0]!;
  const equals = symbols.filter((symbol) =>
    symbol.start === start && symbol.size === size && symbol.rank === rank
  );
  return { start, size, names: sortedNames(equals.map(({ name }) => name)) };
}

function sortedNames(names: readonly number[]): number[] {
  return [...new Set(names)].sort((a, b) => a - b);
}

/** Stands for a section: 32 bytes. */
function inSameBlock(a: number, b: number): boolean {
  return a >> 5 === b >> 5;
}

/** Few places, so that symbols nest, overlap, and are aliases of each other. */
function randomSymbols(random: Random): TestSymbol[] {
  return Array.from({ length: random.below(24) }, () => ({
    start: random.below(80) - 8,
    size: random.pick([0, 0, 1, 2, 3, 4, 8, 8, 16, 40, 100]),
    rank: random.below(3),
    name: random.below(16),
  }));
}

function randomVaddrs(random: Random): number[] {
  const vaddrs = Array.from({ length: 1 + random.below(40) }, () => random.below(110) - 16);
  return [...new Set(vaddrs)].sort((a, b) => a - b);
}

import { assert, assertEquals } from "@std/assert";
import { STB_LOCAL, STB_WEAK } from "../../lib/elf/constants.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { decidingNameRule } from "../../lib/symbols/choose_name.ts";
import { lookupSymbols, type SymbolDecision } from "../../lib/symbols/mod.ts";
import { SymbolWitness } from "../../lib/symbols/symbol_decision.ts";
import { SymbolMatcher } from "../../lib/symbols/symbol_matcher.ts";
import { buildElf } from "../support/elf_builder.ts";
import type { ElfSpec, SymbolSpec } from "../support/elf_spec.ts";
import { Random } from "../support/random.ts";

Deno.test("SymbolDecision has every symbol around a vaddr, the chosen one first", async () => {
  const { covering, coveringCount, rule } = await decisionAt([
    { name: "outer", at: 0x10, size: 0x40 },
    { name: "elsewhere", at: 0x60, size: 8 },
    { name: "inner", at: 0x20, size: 8 },
    { name: "middle", at: 0x18, size: 0x18 },
  ], 0x24);
  assertEquals(namesOf(covering), [["inner"], ["middle"], ["outer"]]);
  assertEquals(covering.map(({ size }) => size), [8, 0x18, 0x40]);
  assertEquals({ coveringCount, rule }, { coveringCount: 3, rule: "start" });
});

for (
  const [rule, symbols] of [
    ["size", [{ name: "long", at: 0x10, size: 0x40 }, { name: "short", at: 0x10, size: 0x20 }]],
    ["binding", [
      { name: "local", at: 0x10, size: 8, binding: STB_LOCAL },
      { name: "weak", at: 0x10, size: 8, binding: STB_WEAK },
    ]],
    ["underscores", [{ name: "__a", at: 0x10, size: 8 }, { name: "abc", at: 0x10, size: 8 }]],
    ["length", [{ name: "abc", at: 0x10, size: 8 }, { name: "abcd", at: 0x10, size: 8 }]],
    ["bytes", [{ name: "b", at: 0x10, size: 8 }, { name: "a", at: 0x10, size: 8 }]],
    [undefined, [{ name: "only", at: 0x10, size: 8 }]],
  ] as const
) {
  Deno.test(`SymbolDecision says that ${rule ?? "no rule"} decided`, async () => {
    assertEquals((await decisionAt(symbols, 0x12)).rule, rule);
  });
}

Deno.test("SymbolDecision says which tables have a name", async () => {
  const symbols = [{ name: "both", at: 0x10, size: 8 }];
  const { covering } = await decisionIn({ symbols, dynamicSymbols: symbols }, 0x10);
  const names = [{ name: "both", tables: [".dynsym", ".symtab"] }];
  assertEquals(covering.map((symbol) => symbol.names), [names]);
});

for (
  const [verdict, symbols, at] of [
    ["chosen", [{ name: "label", at: 0x10, size: 0 }], 0x18],
    ["covered", [{ name: "label", at: 0x10, size: 0 }, { name: "f", at: 8, size: 0x20 }], 0x18],
    ["ended", [{ name: "label", at: 0x10, size: 0 }, { name: "f", at: 0x14, size: 2 }], 0x18],
  ] as const
) {
  Deno.test(`SymbolDecision says that a label before a vaddr was ${verdict}`, async () => {
    const { label, labelVerdict } = await decisionAt(symbols, at);
    assertEquals(label?.names.map(({ name }) => name), ["label"]);
    assertEquals(labelVerdict, verdict);
  });
}

Deno.test("SymbolDecision says that a label does not reach where functions are left out", async () => {
  const dynamicSymbols = [{ name: "label", at: 0x10, size: 0 }];
  const { labelVerdict, covering } = await decisionIn({ dynamicSymbols }, 0x18);
  assertEquals({ labelVerdict, covering }, { labelVerdict: "out of reach", covering: [] });
});

Deno.test("SymbolDecision begins with what SymbolMatcher chooses, of random symbols", () => {
  for (let seed = 1; seed <= 500; seed++) {
    const random = new Random(seed);
    const vaddrs = Float64Array.from({ length: 8 }, (_, at) => 10 * at + random.below(10));
    const witness = new SymbolWitness();
    const matcher = new SymbolMatcher(vaddrs, witness);
    const symbols = Array.from({ length: random.below(30) }, (_, name) => ({
      start: random.below(80),
      size: random.pick([0, 1, 4, 8, 30]),
      rank: random.below(3),
      name,
    }));
    for (const { start, size, rank, name } of symbols) {
      if (size > 0) matcher.addSized(start, size, rank, name);
      else matcher.addLabel(start, rank, name);
    }
    const matches = matcher.matches(() => true);
    for (const [at, vaddr] of vaddrs.entries()) {
      const nameOf = (number: number) => ({ name: `f${number}`, table: ".symtab" });
      const { covering, coveringCount, label, labelVerdict } = witness.decision(at, nameOf);
      const around = symbols.filter(({ start, size }) => start <= vaddr && vaddr < start + size);
      const different = new Set(around.map(({ start, size, rank }) => `${start} ${size} ${rank}`));
      assertEquals(
        [coveringCount, covering.length],
        [different.size, different.size],
        `seed ${seed}`,
      );
      const chosen = covering[0] ?? (labelVerdict === "chosen" ? label : undefined);
      const names = matches[at]?.names.map((number) => `f${number}`);
      assertEquals(chosen?.names.map(({ name }) => name).sort(), names?.toSorted(), `seed ${seed}`);
      assertEquals(chosen?.start, matches[at]?.start, `seed ${seed}`);
    }
  }
});

Deno.test("SymbolWitness forgets the worst of very many symbols, and never the best", () => {
  const witness = new SymbolWitness();
  const matcher = new SymbolMatcher(Float64Array.of(20_000), witness);
  for (let start = 10_000; start > 0; start--) matcher.addSized(start, 50_000, 0, start);
  const { covering, coveringCount } = witness.decision(0, (number) => ({
    name: `f${number}`,
    table: ".symtab",
  }));
  assertEquals(coveringCount, 10_000);
  assertEquals(covering.length, 64);
  assert(covering.every(({ start }, at) => start === 10_000 - at));
});

Deno.test("decidingNameRule() does not look at default versions", () => {
  assertEquals(decidingNameRule("memcpy@@GLIBC_2.14", "memcpy"), undefined);
  assertEquals(decidingNameRule("memcpy@GLIBC_2.2.5", "memcpy"), "length");
});

function namesOf(symbols: SymbolDecision["covering"]): string[][] {
  return symbols.map(({ names }) => names.map(({ name }) => name));
}

function decisionAt(symbols: readonly SymbolSpec[], at: number): Promise<SymbolDecision> {
  return decisionIn({ symbols }, at);
}

async function decisionIn(spec: ElfSpec, at: number): Promise<SymbolDecision> {
  const built = buildElf(spec);
  const elf = await ElfFile.open(built.source);
  const vaddrs = Float64Array.of(built.section(".text").vaddr + at);
  const { decisions } = await lookupSymbols(elf, vaddrs, [], true);
  return decisions![0]!;
}

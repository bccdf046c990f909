import { assertEquals } from "@std/assert";
import { lowerBound } from "../../lib/bytes/lower_bound.ts";
import { BoundIndex } from "../../lib/symbols/bound_index.ts";
import { Random } from "../support/random.ts";

/** Of each value what the index and a binary search give. */
function both(sorted: readonly number[], values: readonly number[]): [number[], number[]] {
  const numbers = Float64Array.from(sorted);
  const index = new BoundIndex(numbers);
  return [
    values.map((value) => index.lowerBound(value)),
    values.map((value) => lowerBound(numbers, value)),
  ];
}

const CASES: readonly (readonly [title: string, sorted: readonly number[]])[] = [
  ["no number", []],
  ["one number", [7]],
  ["equal numbers", [7, 7, 7]],
  ["numbers far apart", [0, 1, 2, 0x7fff_ffff_f000]],
  ["numbers of the kernel's half", [-0x7f00_0000, -0x7eff_ffff, -1]],
  ["numbers of both halves", [-0x8000_0000_0000, 0, 0x7fff_ffff_ffff]],
];

for (const [title, sorted] of CASES) {
  Deno.test(`BoundIndex.lowerBound() gives what a binary search does for ${title}`, () => {
    const values = sorted.flatMap((number) => [number - 1, number, number + 1]);
    const [found, wanted] = both(sorted, [...values, -Infinity, Infinity, NaN]);
    assertEquals(found, wanted);
  });
}

for (let seed = 1; seed <= 5; seed++) {
  Deno.test(`BoundIndex.lowerBound() gives what a binary search does, seed ${seed}`, () => {
    const random = new Random(seed);
    const range = 10 ** (1 + random.below(9));
    const sorted = Array.from({ length: 300 }, () => random.below(range)).sort((a, b) => a - b);
    const values = Array.from({ length: 1000 }, () => random.below(range));
    const [found, wanted] = both(sorted, [...values, ...sorted]);
    assertEquals(found, wanted);
  });
}

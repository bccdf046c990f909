import { assertEquals } from "@std/assert";
import { BEHIND_LAST, sortSequences } from "../../lib/output/sort_sequences.ts";
import { Random } from "../support/random.ts";

/** The sequences in the order that `sortSequences` gives. */
function sorted(sequences: readonly (readonly number[])[]): (readonly number[])[] {
  const order = Uint32Array.from(sequences.keys());
  const values: number[] = [];
  const starts = Uint32Array.from(sequences, (sequence) => {
    const start = values.length;
    values.push(...sequence, BEHIND_LAST);
    return start;
  });
  sortSequences(order, starts, Int32Array.from(values));
  return Array.from(order, (number) => sequences[number]!);
}

Deno.test("sortSequences() puts a sequence before those that it begins", () => {
  assertEquals(sorted([[1, 2, 0], [1], [1, 2], []]), [[], [1], [1, 2], [1, 2, 0]]);
});

Deno.test("sortSequences() compares the first values that differ", () => {
  assertEquals(sorted([[2, 0], [1, 9], [1, 8, 7]]), [[1, 8, 7], [1, 9], [2, 0]]);
});

Deno.test("sortSequences() leaves nothing to do as it is", () => {
  assertEquals(sorted([]), []);
  assertEquals(sorted([[5]]), [[5]]);
});

for (let seed = 1; seed <= 4; seed++) {
  Deno.test(`sortSequences() sorts like a comparison of texts, seed ${seed}`, () => {
    const random = new Random(seed);
    const sequences = Array.from(
      { length: 500 },
      () => Array.from({ length: random.below(6) }, () => random.below(3)),
    );
    const texts = sequences.map((sequence) => sequence.join("")).sort();
    assertEquals(sorted(sequences).map((sequence) => sequence.join("")), texts);
  });
}

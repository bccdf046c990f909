import { assertEquals } from "@std/assert";
import { HashIndex } from "../../lib/bytes/mod.ts";
import { Random } from "../support/random.ts";

/** The numbers of texts, all in one call. */
function numbersOf(index: HashIndex, texts: readonly string[]): number[] {
  const bytes = new TextEncoder().encode(texts.join(""));
  const ends = new Uint32Array(texts.length);
  let end = 0;
  for (const [at, text] of texts.entries()) ends[at] = end += new TextEncoder().encode(text).length;
  const starts = Uint32Array.from(ends, (_, at) => at === 0 ? 0 : ends[at - 1]!);
  const numbers = new Int32Array(texts.length);
  index.numberAll(new DataView(bytes.buffer), starts, ends, texts.length, numbers);
  return [...numbers];
}

Deno.test("HashIndex.numberAll() numbers in order of first appearance", () => {
  assertEquals(numbersOf(new HashIndex(), ["b", "a", "b", "", "a", ""]), [0, 1, 0, 2, 1, 2]);
});

Deno.test("HashIndex.numberAll() knows strings of earlier calls", () => {
  const index = new HashIndex();
  numbersOf(index, ["x", "y"]);
  assertEquals(numbersOf(index, ["z", "y"]), [2, 1]);
  assertEquals(index.size, 3);
});

Deno.test("HashIndex.numberAll() tells 300,000 random strings apart as a Map does", () => {
  const random = new Random(7);
  const texts = Array.from(
    { length: 300_000 },
    () => `f${random.below(100_000)};${"x".repeat(random.below(40))}`,
  );
  const numbers = new Map<string, number>();
  const wanted = texts.map((text) => {
    if (!numbers.has(text)) numbers.set(text, numbers.size);
    return numbers.get(text)!;
  });
  assertEquals(numbersOf(new HashIndex(), texts), wanted);
});

// Differences of single bits that a step leaves together, so that the next step could undo them.
Deno.test("HashIndex.numberAll() tells stacks apart that differ in few digits", () => {
  const base = "main;0x7f4a12345678;0x7f4a12345678;0x7f4a12345678;0x7f4a12345678";
  const digits = "0123456789abcdef";
  const texts: string[] = [];
  for (const a of digits) {
    for (const b of digits) {
      for (const c of digits) {
        texts.push(
          base.slice(0, 27) + a + base.slice(28, 41) + b + base.slice(42, 47) + c +
            base.slice(48),
        );
      }
    }
  }
  for (let seed = 0; seed < 20; seed++) {
    const index = new HashIndex();
    numbersOf(index, texts);
    assertEquals(index.size, new Set(texts).size);
  }
});

Deno.test("HashIndex.numberAll() tells strings apart by every byte and by their length", () => {
  const texts: string[] = [];
  for (let length = 0; length < 70; length++) {
    texts.push("a".repeat(length));
    for (let at = 0; at < length; at++) {
      texts.push("a".repeat(at) + "b" + "a".repeat(length - at - 1));
    }
  }
  const index = new HashIndex();
  numbersOf(index, texts);
  assertEquals(index.size, texts.length);
});

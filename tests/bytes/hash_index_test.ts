import { assertEquals } from "@std/assert";
import { HashIndex } from "../../lib/bytes/hash_index.ts";
import { Random } from "../support/random.ts";
import { bytesOf } from "../support/resolve_text.ts";

/** Numbers texts that stand in one view, with other bytes around them. */
function numberAll(index: HashIndex, texts: readonly string[], before = "#"): number[] {
  const starts = new Uint32Array(texts.length);
  const ends = new Uint32Array(texts.length);
  let all = before;
  for (const [at, text] of texts.entries()) {
    starts[at] = all.length;
    all += text;
    ends[at] = all.length;
    all += ";";
  }
  const numbers = new Int32Array(texts.length);
  index.numberAll(new DataView(bytesOf(all).buffer), starts, ends, texts.length, numbers);
  return [...numbers];
}

Deno.test("HashIndex.numberAll() numbers strings in order of first appearance", () => {
  const index = new HashIndex();
  assertEquals(numberAll(index, ["", "a", "b", "a", "", "c"]), [0, 1, 2, 1, 0, 3]);
  assertEquals(numberAll(index, ["c", "d", "a"]), [3, 4, 1]);
  assertEquals(index.size, 5);
});

Deno.test("HashIndex.numberAll() leaves what is behind the count", () => {
  const index = new HashIndex();
  const numbers = Int32Array.of(-7, -7);
  const view = new DataView(bytesOf("ab").buffer);
  index.numberAll(view, Uint32Array.of(0, 1), Uint32Array.of(1, 2), 1, numbers);
  assertEquals([...numbers], [0, -7]);
  assertEquals(index.size, 1);
});

Deno.test("HashIndex.numberAll() takes no strings at all", () => {
  const index = new HashIndex();
  assertEquals(numberAll(index, []), []);
  assertEquals(index.size, 0);
});

Deno.test("HashIndex.numberAll() knows a string wherever it stands", () => {
  const index = new HashIndex();
  const text = "main;0x7f0000001234;0x7f0000005678";
  for (let shift = 0; shift < 20; shift++) {
    assertEquals(numberAll(index, [text], "x".repeat(shift)), [0]);
  }
});

Deno.test("HashIndex.numberAll() tells strings apart that differ in zeros at their end", () => {
  const texts = Array.from({ length: 70 }, (_, length) => "\0".repeat(length));
  assertEquals(numberAll(new HashIndex(), texts), texts.map((_, at) => at));
});

Deno.test("HashIndex.numberAll() tells strings apart that differ in one byte", () => {
  const text = "main;0x7f0000001234;0x7f0000005678;f";
  const texts = [text];
  for (let at = 0; at < text.length; at++) {
    for (const other of ["\0", "\x01", "~"]) {
      texts.push(text.slice(0, at) + other + text.slice(at + 1));
    }
  }
  assertEquals(numberAll(new HashIndex(), texts), texts.map((_, at) => at));
});

Deno.test("HashIndex.numberAll() tells strings apart whose words were swapped", () => {
  const words = ["main", ";abc", ";def", ";ghi", ";jkl", ";mno", ";pqr", ";stu"];
  const texts = new Set<string>();
  for (let a = 0; a < words.length; a++) {
    for (let b = 0; b < words.length; b++) {
      const swapped = [...words];
      [swapped[a], swapped[b]] = [swapped[b]!, swapped[a]!];
      texts.add(swapped.join(""));
    }
  }
  assertEquals(numberAll(new HashIndex(), [...texts]), [...texts].map((_, at) => at));
});

Deno.test("HashIndex holds 300,000 strings", () => {
  const index = new HashIndex();
  const texts = Array.from({ length: 300_000 }, (_, at) => `main;0x${(at * 4096).toString(16)}`);
  const numbers = texts.map((_, at) => at);
  assertEquals(numberAll(index, texts), numbers);
  assertEquals(numberAll(index, texts), numbers);
  assertEquals(index.size, 300_000);
});

for (let seed = 1; seed <= 6; seed++) {
  Deno.test(`HashIndex.numberAll() gives the numbers that a Map gives, seed ${seed}`, () => {
    const random = new Random(seed);
    const index = new HashIndex();
    const wanted = new Map<string, number>();
    for (let round = 0; round < 100; round++) {
      const texts = Array.from(
        { length: random.below(200) },
        () =>
          Array.from({ length: random.below(40) }, () => random.pick(["a", "b", "\0"])).join(""),
      );
      const numbers = texts.map((text) => {
        if (!wanted.has(text)) wanted.set(text, wanted.size);
        return wanted.get(text)!;
      });
      assertEquals(numberAll(index, texts), numbers);
    }
    assertEquals(index.size, wanted.size);
  });
}

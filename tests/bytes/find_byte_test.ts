import { assertEquals } from "@std/assert";
import { findByte } from "../../lib/bytes/mod.ts";
import { Random } from "../support/random.ts";

const LINE_FEED = 0x0a;

Deno.test("findByte() finds the byte wherever it is", () => {
  for (let length = 1; length <= 40; length++) {
    for (let at = 0; at < length; at++) {
      const bytes = new Uint8Array(length).fill(0x61);
      bytes[at] = LINE_FEED;
      assertEquals(findByte(new DataView(bytes.buffer), LINE_FEED, 0, length), at);
    }
  }
});

for (const [title, filler] of [["one more", 0x0b], ["one less", 9], ["with 0x80", 0x8a]] as const) {
  Deno.test(`findByte() does not take a byte that is ${title} for it`, () => {
    const view = new DataView(new Uint8Array(40).fill(filler).buffer);
    for (let end = 0; end <= 40; end++) assertEquals(findByte(view, LINE_FEED, 0, end), end);
  });
}

Deno.test("findByte() looks at no byte outside of start and end", () => {
  const view = new DataView(new Uint8Array(32).fill(LINE_FEED, 0, 8).fill(LINE_FEED, 20).buffer);
  assertEquals(findByte(view, LINE_FEED, 8, 20), 20);
  assertEquals(findByte(view, LINE_FEED, 8, 19), 19);
  assertEquals(findByte(view, LINE_FEED, 8, 8), 8);
});

for (const seed of [1, 2, 3]) {
  Deno.test(`findByte() finds what indexOf() finds, seed ${seed}`, () => {
    const random = new Random(seed);
    for (let round = 0; round < 2000; round++) {
      const wanted = random.below(256);
      const near = [wanted, wanted + 1, wanted - 1, wanted ^ 0x80, 0, 0xff];
      const bytes = Uint8Array.from({ length: random.below(50) }, () => near[1 + random.below(5)]!);
      if (bytes.length > 0 && random.below(2) === 0) bytes[random.below(bytes.length)] = wanted;
      const start = random.below(bytes.length + 1);
      const found = bytes.indexOf(wanted, start);
      const view = new DataView(bytes.buffer);
      assertEquals(findByte(view, wanted, start, bytes.length), found < 0 ? bytes.length : found);
    }
  });
}

import { assert, assertEquals, assertThrows } from "@std/assert";
import { ByteInterner } from "../../lib/bytes/byte_interner.ts";
import { Random } from "../support/random.ts";
import { bytesOf } from "../support/resolve_text.ts";

function internText(interner: ByteInterner, text: string): number {
  const bytes = bytesOf(text);
  return interner.intern(new DataView(bytes.buffer), 0, bytes.length);
}

function textOf(interner: ByteInterner, id: number): string {
  return new TextDecoder().decode(interner.bytesOf(id));
}

/** Short texts of few letters: many are alike, many are prefixes of others. */
function similarTexts(random: Random, count: number): string[] {
  return Array.from(
    { length: count },
    () => Array.from({ length: random.below(40) }, () => random.pick(["a", "b", "\0"])).join(""),
  );
}

Deno.test("ByteInterner.intern() numbers strings in order of first appearance", () => {
  const interner = new ByteInterner();
  const ids = ["a", "b", "a", "", "b", "", "c"].map((text) => internText(interner, text));
  assertEquals(ids, [0, 1, 0, 2, 1, 2, 3]);
  assertEquals(interner.size, 4);
});

Deno.test("ByteInterner.intern() tells strings apart that differ in zeros at their end", () => {
  const interner = new ByteInterner();
  const texts = Array.from({ length: 40 }, (_, at) => "\0".repeat(at + 1));
  assertEquals(texts.map((text) => internText(interner, text)), texts.map((_, at) => at));
});

Deno.test("ByteInterner.intern() takes bytes from any place of any buffer", () => {
  const interner = new ByteInterner();
  const bytes = bytesOf("xxmain;0x7f0000001234xx");
  for (let shift = 0; shift < 2; shift++) {
    const view = new DataView(bytes.buffer, shift);
    assertEquals(interner.intern(view, 2 - shift, bytes.length - 2 - shift), 0);
  }
  assertEquals(textOf(interner, 0), "main;0x7f0000001234");
});

Deno.test("ByteInterner.intern() copies the bytes", () => {
  const interner = new ByteInterner();
  const bytes = bytesOf("abc");
  interner.intern(new DataView(bytes.buffer), 0, 3);
  bytes[0] = 0x7a;
  assertEquals(textOf(interner, 0), "abc");
});

Deno.test("ByteInterner.intern() takes a string that is longer than a block", () => {
  const interner = new ByteInterner();
  const long = "long;".repeat(1_000_000);
  const texts = ["before", long, "after", long + "x"];
  assertEquals(texts.map((text) => internText(interner, text)), [0, 1, 2, 3]);
  assertEquals(texts.map((text) => internText(interner, text)), [0, 1, 2, 3]);
  for (const [id, text] of texts.entries()) assert(textOf(interner, id) === text);
});

Deno.test("ByteInterner.intern() fills blocks to their ends", () => {
  const interner = new ByteInterner();
  // A block is 4 MiB: four of these fill it exactly, the next begins another one.
  const texts = Array.from({ length: 9 }, (_, at) => String(at).repeat(1 << 20));
  for (const text of texts) internText(interner, text);
  for (const [id, text] of texts.entries()) assert(textOf(interner, id) === text);
  assertEquals(interner.size, 9);
});

for (let seed = 1; seed <= 6; seed++) {
  Deno.test(`ByteInterner.intern() gives the numbers that a Map gives, seed ${seed}`, () => {
    const random = new Random(seed);
    const interner = new ByteInterner();
    const wanted = new Map<string, number>();
    for (const text of ["a", ...similarTexts(random, 20_000)]) {
      if (!wanted.has(text)) wanted.set(text, wanted.size);
      assertEquals(internText(interner, text), wanted.get(text));
    }
    assertEquals(interner.size, wanted.size);
    for (const [text, id] of wanted) assertEquals(textOf(interner, id), text);
  });
}

Deno.test("ByteInterner holds 300,000 strings", () => {
  const interner = new ByteInterner();
  for (let at = 0; at < 300_000; at++) assert(internText(interner, `0x${at.toString(16)}`) === at);
  for (let at = 299_999; at >= 0; at -= 997) {
    assertEquals(internText(interner, `0x${at.toString(16)}`), at);
    assertEquals(textOf(interner, at), `0x${at.toString(16)}`);
  }
  assertEquals(interner.size, 300_000);
});

for (const id of [-1, 1, 2, 0.5, NaN]) {
  Deno.test(`ByteInterner.bytesOf() throws for the number ${id} of one string`, () => {
    const interner = new ByteInterner();
    internText(interner, "a");
    const error = assertThrows(() => interner.bytesOf(id), RangeError);
    assertEquals(error.message, `Cannot give the bytes of ${id}: there are 1 strings`);
  });
}

import { assertEquals, assertThrows } from "@std/assert";
import { ByteCursor } from "../../lib/bytes/mod.ts";
import { FormatError } from "../../lib/errors.ts";

const bytes = (...values: number[]) => new Uint8Array(values);
const little = (...values: number[]) => new ByteCursor(bytes(...values), { source: "test" });
const big = (...values: number[]) =>
  new ByteCursor(bytes(...values), { source: "test", littleEndian: false });

Deno.test("ByteCursor.u8() gives bytes one after the other", () => {
  const cursor = little(0x00, 0x7f, 0xff);
  assertEquals([cursor.u8(), cursor.u8(), cursor.u8()], [0, 0x7f, 0xff]);
});

Deno.test("ByteCursor.u16() reads in both byte orders", () => {
  assertEquals(little(0x34, 0x12).u16(), 0x1234);
  assertEquals(big(0x12, 0x34).u16(), 0x1234);
});

Deno.test("ByteCursor.u32() is unsigned in both byte orders", () => {
  assertEquals(little(0x01, 0x00, 0x00, 0xff).u32(), 0xff000001);
  assertEquals(big(0xff, 0x00, 0x00, 0x01).u32(), 0xff000001);
});

Deno.test("ByteCursor.u64() reads in both byte orders", () => {
  assertEquals(little(0x08, 0x07, 0x06, 0x05, 0x04, 0x03, 0x02, 0).u64(), 0x2030405060708);
  assertEquals(big(0, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08).u64(), 0x2030405060708);
});

Deno.test("ByteCursor.u64() gives 2^53 - 1 exactly", () => {
  const value = big(0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff).u64();
  assertEquals(value, Number.MAX_SAFE_INTEGER);
});

Deno.test("ByteCursor.u64() throws for 2^53 and says where it is", () => {
  const cursor = new ByteCursor(bytes(0xaa, 0, 0, 0, 0, 0, 0, 0x20, 0), {
    source: "libx.so",
    fileOffset: 0x1f0,
  });
  cursor.skip(1);
  const error = assertThrows(() => cursor.u64(), FormatError);
  assertEquals(
    error.message,
    'Cannot read bytes of "libx.so" at file offset 0x1f1: value 0x20000000000000 is past 2^53',
  );
  assertEquals(error.place, { fileOffset: 0x1f1 });
});

Deno.test("ByteCursor.u64() spells a value with zeros in its lower half", () => {
  const error = assertThrows(() => big(0xff, 0, 0, 0, 0, 0, 0x0a, 0xbc).u64(), FormatError);
  assertEquals(error.detail, "value 0xff00000000000abc is past 2^53");
});

Deno.test("ByteCursor.address64() gives the upper half as negative numbers", () => {
  assertEquals(little(0, 0, 0, 0x81, 0xff, 0xff, 0xff, 0xff).address64(), -0x7f000000);
  assertEquals(big(0xff, 0xff, 0xff, 0xff, 0x81, 0, 0, 0).address64(), -0x7f000000);
});

Deno.test("ByteCursor.address64() gives -1 for the last address", () => {
  assertEquals(little(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff).address64(), -1);
});

Deno.test("ByteCursor.address64() gives user addresses as they are", () => {
  assertEquals(little(0x30, 0xb2, 0x91, 0x2d, 0x57, 0x7f, 0, 0).address64(), 0x7f572d91b230);
});

Deno.test("ByteCursor.address64() gives NaN for what is not canonical", () => {
  assertEquals(big(0x00, 0x20, 0, 0, 0, 0, 0, 0).address64(), NaN);
  assertEquals(big(0x80, 0x00, 0, 0, 0, 0, 0, 0).address64(), NaN);
  assertEquals(big(0xff, 0xdf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff).address64(), NaN);
});

Deno.test("ByteCursor.address64() holds the ends of the canonical range", () => {
  assertEquals(big(0x00, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff).address64(), 2 ** 53 - 1);
  assertEquals(big(0xff, 0xe0, 0, 0, 0, 0, 0, 0).address64(), -(2 ** 53));
});

Deno.test("ByteCursor.bytes() gives the bytes without a copy", () => {
  const whole = bytes(1, 2, 3, 4);
  const cursor = new ByteCursor(whole, { source: "test" });
  cursor.skip(1);
  const part = cursor.bytes(2);
  whole[1] = 9;
  assertEquals(part, bytes(9, 3));
  assertEquals(cursor.position, 3);
});

Deno.test("ByteCursor reads a piece that does not begin its buffer", () => {
  const cursor = new ByteCursor(bytes(9, 9, 1, 0, 7).subarray(2), { source: "test" });
  assertEquals([cursor.u16(), cursor.bytes(1)[0], cursor.length], [1, 7, 3]);
});

Deno.test("ByteCursor.remaining goes down with each read", () => {
  const cursor = little(1, 2, 3, 4);
  cursor.u16();
  assertEquals(cursor.remaining, 2);
  cursor.skip(2);
  assertEquals(cursor.remaining, 0);
});

for (
  const [name, read, need] of [
    ["u8", (cursor: ByteCursor) => cursor.u8(), 1],
    ["u16", (cursor: ByteCursor) => cursor.u16(), 2],
    ["u32", (cursor: ByteCursor) => cursor.u32(), 4],
    ["u64", (cursor: ByteCursor) => cursor.u64(), 8],
    ["address64", (cursor: ByteCursor) => cursor.address64(), 8],
    ["skip", (cursor: ByteCursor) => cursor.skip(5), 5],
    ["bytes", (cursor: ByteCursor) => cursor.bytes(6), 6],
  ] as const
) {
  Deno.test(`ByteCursor.${name}() throws at the end and does not move`, () => {
    const cursor = new ByteCursor(bytes(1, 2, 3, 4, 5, 6, 7), {
      source: "libc.so.6",
      fileOffset: 0x100,
    });
    cursor.skip(7 - (need - 1));
    const before = cursor.position;
    const error = assertThrows(() => read(cursor), FormatError);
    assertEquals(
      error.message,
      `Cannot read bytes of "libc.so.6" at file offset 0x${(0x100 + before).toString(16)}: ` +
        `need ${need} bytes, ${need - 1} are left`,
    );
    assertEquals(cursor.position, before);
  });
}

Deno.test("ByteCursor.skip() throws for a negative count", () => {
  const error = assertThrows(() => little(1, 2).skip(-1), FormatError);
  assertEquals(
    error.message,
    'Cannot read bytes of "test" at file offset 0x0: need -1 bytes, 2 are left',
  );
});

Deno.test("ByteCursor.error() adds the file offset of the piece", () => {
  const cursor = new ByteCursor(bytes(1), { source: "a", fileOffset: 0x40 });
  assertEquals(
    cursor.error(2, "it is odd").message,
    'Cannot read bytes of "a" at file offset 0x42: it is odd',
  );
});

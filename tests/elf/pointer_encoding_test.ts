import { assertEquals, assertThrows } from "@std/assert";
import { ByteCursor } from "../../lib/bytes/mod.ts";
import { readEncodedPointer, readSleb128, readUleb128 } from "../../lib/elf/pointer_encoding.ts";
import { FormatError, UnsupportedError } from "../../lib/errors.ts";

const CONTEXT = { source: "test.so", is64: true, vaddr: 0x1000, dataVaddr: 0x5000 };

const FORMATS: readonly [encoding: number, bytes: readonly number[], value: number][] = [
  [0x00, [1, 2, 0, 0, 0, 0, 0xff, 0xff], -0x1000000000000 + 0x201],
  [0x01, [0xe5, 0x8e, 0x26], 624485],
  [0x02, [0xff, 0xfe], 0xfeff],
  [0x03, [0xff, 0xff, 0xff, 0xfe], 0xfeffffff],
  [0x04, [1, 0, 0, 0, 1, 0, 0, 0], 0x100000001],
  [0x09, [0xc0, 0xbb, 0x78], -123456],
  [0x0a, [0xfe, 0xff], -2],
  [0x0b, [0xfd, 0xff, 0xff, 0xff], -3],
  [0x0c, [0xfc, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], -4],
];

for (const [encoding, bytes, value] of FORMATS) {
  Deno.test(`readEncodedPointer() reads the format 0x${encoding.toString(16)}`, () => {
    const cursor = new ByteCursor(new Uint8Array([9, ...bytes, 9]), { source: "test.so" });
    cursor.position = 1;
    assertEquals(readEncodedPointer(cursor, encoding, CONTEXT), value);
    assertEquals(cursor.remaining, 1);
    cursor.position = 1;
    assertEquals(readEncodedPointer(cursor, encoding | 0x10, CONTEXT), value + 0x1001);
    cursor.position = 1;
    assertEquals(readEncodedPointer(cursor, encoding | 0x30, CONTEXT), value + 0x5000);
  });
}

Deno.test("readEncodedPointer() wraps addresses of 32 bits", () => {
  const cursor = new ByteCursor(new Uint8Array([0, 0, 0, 0xf0]), { source: "test.so" });
  assertEquals(readEncodedPointer(cursor, 0x1b, { ...CONTEXT, is64: false }), 0xf0001000);
});

Deno.test("readEncodedPointer() reads big-endian addresses of 32 bits", () => {
  const bytes = new Uint8Array([0x12, 0x34, 0x56, 0x78]);
  const cursor = new ByteCursor(bytes, { source: "test.so", littleEndian: false });
  assertEquals(readEncodedPointer(cursor, 0x00, { ...CONTEXT, is64: false }), 0x12345678);
});

for (const encoding of [0x05, 0x20, 0x40, 0x50, 0x9b, 0xff]) {
  const spelled = `0x${encoding.toString(16)}`;
  Deno.test(`readEncodedPointer() does not support the encoding ${spelled}`, () => {
    const cursor = new ByteCursor(new Uint8Array(16), { source: "test.so" });
    assertThrows(
      () => readEncodedPointer(cursor, encoding, CONTEXT),
      UnsupportedError,
      `Cannot read "test.so": pointer encoding ${spelled} is not supported`,
    );
  });
}

for (const read of [readUleb128, readSleb128]) {
  Deno.test(`${read.name}() refuses numbers past 2^53`, () => {
    const bytes = new Uint8Array([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x3f]);
    const cursor = new ByteCursor(bytes, { source: "test.so" });
    const message = 'Cannot read bytes of "test.so" at file offset 0x0: LEB128 number is past 2^53';
    assertThrows(() => read(cursor), FormatError, message);
  });

  Deno.test(`${read.name}() refuses a number without an end`, () => {
    const cursor = new ByteCursor(new Uint8Array(20).fill(0x80), { source: "test.so" });
    assertThrows(() => read(cursor), FormatError, "LEB128 number is past 2^53");
  });
}

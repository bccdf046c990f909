import { assertEquals, assertThrows } from "@std/assert";
import { Defect } from "../../lib/dwarf/defect.ts";
import { DwarfReader } from "../../lib/dwarf/dwarf_reader.ts";

function reader(bytes: readonly number[], littleEndian = true): DwarfReader {
  return new DwarfReader(Uint8Array.from(bytes), littleEndian);
}

const ALL_BYTES = [0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08];

Deno.test("DwarfReader reads little-endian numbers", () => {
  assertEquals(reader(ALL_BYTES).u8(), 0x01);
  assertEquals(reader(ALL_BYTES).u16(), 0x0201);
  assertEquals(reader(ALL_BYTES).u24(), 0x030201);
  assertEquals(reader(ALL_BYTES).u32(), 0x04030201);
  assertEquals(reader([1, 2, 3, 4, 5, 6, 7, 0]).u64(), 0x07060504030201);
});

Deno.test("DwarfReader reads big-endian numbers", () => {
  assertEquals(reader(ALL_BYTES, false).u16(), 0x0102);
  assertEquals(reader(ALL_BYTES, false).u24(), 0x010203);
  assertEquals(reader(ALL_BYTES, false).u32(), 0x01020304);
  assertEquals(reader([0, 1, 2, 3, 4, 5, 6, 7], false).u64(), 0x01020304050607);
});

Deno.test("DwarfReader moves behind what it reads", () => {
  const all = reader([...ALL_BYTES, ...ALL_BYTES, ...ALL_BYTES]);
  all.u8();
  all.u16();
  all.u24();
  all.u32();
  all.u64();
  assertEquals(all.position, 18);
});

Deno.test("offset() has 8 bytes in the 64-bit format, else 4", () => {
  const bytes = [1, 0, 0, 0, 0, 0, 0, 0];
  const [narrow, wide] = [reader(bytes), reader(bytes)];
  assertEquals([narrow.offset(false), narrow.position], [1, 4]);
  assertEquals([wide.offset(true), wide.position], [1, 8]);
});

Deno.test("address() has the size that it is said to have", () => {
  const bytes = [0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0x00];
  assertEquals(reader(bytes).address(2), 0x2010);
  assertEquals(reader(bytes).address(4), 0x40302010);
  assertEquals(reader(bytes).address(8), 0x70605040302010);
});

Deno.test("address() gives the upper half of the 64-bit space as negative numbers", () => {
  assertEquals(reader([0, 0, 0, 0x81, 0xff, 0xff, 0xff, 0xff]).address(8), -0x7f000000);
  assertEquals(reader([0xff, 0xff, 0xff, 0xff, 0x81, 0, 0, 0], false).address(8), -0x7f000000);
});

Deno.test("address() gives the upper half of the 32-bit space as it is", () => {
  assertEquals(reader([0, 0, 0, 0x81]).address(4), 0x81000000);
});

Deno.test("uleb() reads numbers of one and of several bytes", () => {
  assertEquals(reader([0x7f]).uleb(), 0x7f);
  assertEquals(reader([0x80, 0x01]).uleb(), 0x80);
  assertEquals(reader([0xe5, 0x8e, 0x26]).uleb(), 624485);
  assertEquals(reader([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]).uleb(), 2 ** 53 - 1);
});

Deno.test("uleb() reads a number that is padded with zeros", () => {
  const padded = reader([0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00]);
  assertEquals([padded.uleb(), padded.position], [1, 11]);
});

Deno.test("sleb() reads numbers of either sign", () => {
  assertEquals(reader([0x02]).sleb(), 2);
  assertEquals(reader([0x7e]).sleb(), -2);
  assertEquals(reader([0xff, 0x00]).sleb(), 127);
  assertEquals(reader([0x81, 0x7f]).sleb(), -127);
  assertEquals(reader([0x80, 0x7f]).sleb(), -128);
  assertEquals(reader([0xc0, 0xbb, 0x78]).sleb(), -123456);
});

Deno.test("uleb() and sleb() stop at a number that goes on and on", () => {
  const endless = new Array(100).fill(0x80);
  assertThrows(() => reader(endless).uleb(), Defect, "a LEB128 number does not end");
  assertThrows(() => reader(endless).sleb(), Defect, "a LEB128 number does not end");
});

Deno.test("skipLeb() moves behind a number of any length", () => {
  const skipping = reader([0x80, 0x80, 0x80, 0x01, 0x05]);
  skipping.skipLeb();
  assertEquals(skipping.u8(), 5);
});

Deno.test("string() ends at a zero byte", () => {
  const strings = reader([0x61, 0x62, 0x00, 0x00, 0x63]);
  assertEquals([strings.string(), strings.position], ["ab", 3]);
  assertEquals([strings.string(), strings.position], ["", 4]);
});

Deno.test("string() replaces what is no UTF-8, and keeps a byte order mark", () => {
  assertEquals(reader([0x61, 0xff, 0x00]).string(), "a\ufffd");
  assertEquals(reader([0xef, 0xbb, 0xbf, 0x61, 0x00]).string(), "\ufeffa");
});

for (
  const [name, read] of [
    ["u8", (end: DwarfReader) => end.u8()],
    ["u16", (end: DwarfReader) => end.u16()],
    ["u24", (end: DwarfReader) => end.u24()],
    ["u32", (end: DwarfReader) => end.u32()],
    ["u64", (end: DwarfReader) => end.u64()],
    ["address", (end: DwarfReader) => end.address(8)],
    ["uleb", (end: DwarfReader) => end.uleb()],
    ["sleb", (end: DwarfReader) => end.sleb()],
    ["skipLeb", (end: DwarfReader) => end.skipLeb()],
    ["string", (end: DwarfReader) => end.string()],
    ["skipString", (end: DwarfReader) => end.skipString()],
  ] as const
) {
  Deno.test(`${name}() throws a RangeError at the end of the piece`, () => {
    assertThrows(() => read(reader([])), RangeError);
  });
  Deno.test(`${name}() throws a RangeError in the middle of a value`, () => {
    const cut = reader(name === "u8" ? [] : [0x80]);
    assertThrows(() => read(cut), RangeError);
  });
}

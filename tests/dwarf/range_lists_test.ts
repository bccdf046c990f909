import { assertEquals, assertThrows } from "@std/assert";
import { AddressTable } from "../../lib/dwarf/address_table.ts";
import { Defect } from "../../lib/dwarf/defect.ts";
import { DwarfReader } from "../../lib/dwarf/dwarf_reader.ts";
import { isDead, parseRangeList, type RangeContext } from "../../lib/dwarf/range_lists.ts";
import { type DwarfWriter, written } from "../support/dwarf_writer.ts";

const ADDRESSES = new AddressTable(
  new DwarfReader(
    written((writer) => [0x1000, 0x2000, 0x3000, 0].forEach((word) => writer.word(true, word))),
    true,
  ),
  8,
);
const CONTEXT: RangeContext = { version: 5, addressSize: 8, base: 0x100, addresses: ADDRESSES };

function ranges(write: (writer: DwarfWriter) => void, context: Partial<RangeContext> = {}) {
  const found: [number, number][] = [];
  const sink = { add: (start: number, end: number) => void found.push([start, end]) };
  const reader = new DwarfReader(written(write), true);
  parseRangeList(reader, { ...CONTEXT, ...context }, sink);
  return found;
}

/** Entries of `.debug_ranges`. */
function pairs(
  values: readonly (readonly [number, number])[],
  context: Partial<RangeContext> = {},
) {
  const { addressSize = 8 } = context;
  return ranges((writer) => {
    for (const pair of values) for (const value of pair) writer.word(addressSize === 8, value);
  }, { version: 4, ...context });
}

Deno.test("parseRangeList() reads pairs relative to the base of the unit", () => {
  assertEquals(pairs([[0x10, 0x20], [0x30, 0x40], [0, 0]]), [[0x110, 0x120], [0x130, 0x140]]);
});

Deno.test("parseRangeList() reads pairs relative to a base that is selected", () => {
  const found = pairs([[0x10, 0x20], [-1, 0x5000], [0x10, 0x20], [0, 0]]);
  assertEquals(found, [[0x110, 0x120], [0x5010, 0x5020]]);
});

Deno.test("parseRangeList() knows the base selection of 32-bit addresses", () => {
  const found = pairs([[0xffffffff, 0x5000], [0x10, 0x20], [0, 0]], { addressSize: 4 });
  assertEquals(found, [[0x5010, 0x5020]]);
});

Deno.test("parseRangeList() passes empty pairs, and those of code that was left out", () => {
  assertEquals(pairs([[0x10, 0x10], [-2, -2], [-2, 5], [1, 2], [0, 0]]), [[0x101, 0x102]]);
});

Deno.test("parseRangeList() throws a RangeError if pairs do not end", () => {
  assertThrows(() => pairs([[0x10, 0x20]]), RangeError);
});

for (
  const [kind, write, expected] of [
    ["DW_RLE_base_addressx and offset_pair", (writer: DwarfWriter) => {
      writer.raw(1, 1, 4, 0x10, 0x20, 0);
    }, [[0x2010, 0x2020]]],
    ["DW_RLE_startx_endx", (writer: DwarfWriter) => writer.raw(2, 0, 1, 0), [[0x1000, 0x2000]]],
    ["DW_RLE_startx_length", (writer: DwarfWriter) => {
      writer.raw(3, 2, 0x80, 0x01, 0);
    }, [[0x3000, 0x3080]]],
    ["DW_RLE_offset_pair", (writer: DwarfWriter) => writer.raw(4, 1, 2, 0), [[0x101, 0x102]]],
    ["DW_RLE_base_address", (writer: DwarfWriter) => {
      writer.u8(5);
      writer.word(true, 0x7000);
      writer.raw(4, 1, 2, 0);
    }, [[0x7001, 0x7002]]],
    ["DW_RLE_start_end", (writer: DwarfWriter) => {
      writer.u8(6);
      writer.word(true, 0x7000);
      writer.word(true, 0x8000);
      writer.u8(0);
    }, [[0x7000, 0x8000]]],
    ["DW_RLE_start_length", (writer: DwarfWriter) => {
      writer.u8(7);
      writer.word(true, 0x7000);
      writer.raw(0x90, 0x01, 0);
    }, [[0x7000, 0x7090]]],
    ["nothing", (writer: DwarfWriter) => writer.u8(0), []],
  ] as const
) {
  Deno.test(`parseRangeList() reads ${kind}`, () => {
    assertEquals(ranges(write), expected.map(([start, end]) => [start, end]));
  });
}

Deno.test("parseRangeList() leaves out what is relative to code that was left out", () => {
  const found = ranges((writer) => writer.raw(1, 3, 4, 0x10, 0x20, 1, 0, 4, 1, 2, 0));
  assertEquals(found, [[0x1001, 0x1002]]);
});

Deno.test("parseRangeList() stands behind the list afterwards", () => {
  const reader = new DwarfReader(Uint8Array.of(4, 1, 2, 0, 0xee), true);
  parseRangeList(reader, CONTEXT, { add: () => {} });
  assertEquals(reader.position, 4);
});

Deno.test("parseRangeList() refuses an entry of an unknown kind", () => {
  const read = () => ranges((writer) => writer.raw(8));
  assertThrows(read, Defect, "a range list has an entry of kind 0x8");
});

Deno.test("parseRangeList() refuses an index without an address", () => {
  const read = () => ranges((writer) => writer.raw(1, 9));
  assertThrows(read, Defect, "there is no address with index 0x9");
});

Deno.test("parseRangeList() throws a RangeError if entries do not end", () => {
  for (const bytes of [[], [4], [4, 1], [6, 1, 2], [4, 1, 2]]) {
    assertThrows(() => ranges((writer) => writer.raw(...bytes)), RangeError);
  }
});

Deno.test("isDead() knows what linkers write for code that they left out", () => {
  const dead = ([address, size]: readonly [number, number]) => isDead(address, size);
  assertEquals(
    ([[0, 8], [-1, 8], [-2, 8], [0xffffffff, 4], [0xfffffffe, 4]] as const).every(dead),
    true,
  );
  assertEquals(([[1, 8], [-3, 8], [0xffffffff, 8], [0xfffffffd, 4]] as const).some(dead), false);
});

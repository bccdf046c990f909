import { assertEquals, assertThrows } from "@std/assert";
import {
  DW_UT_COMPILE,
  DW_UT_PARTIAL,
  DW_UT_SKELETON,
  DW_UT_SPLIT_COMPILE,
  DW_UT_SPLIT_TYPE,
  DW_UT_TYPE,
} from "../../lib/dwarf/constants.ts";
import { Defect } from "../../lib/dwarf/defect.ts";
import { DwarfReader } from "../../lib/dwarf/dwarf_reader.ts";
import { MAX_HEADER_SIZE, parseUnitHeader } from "../../lib/dwarf/unit_header.ts";
import { buildDwarf, type UnitSpec } from "../support/dwarf_builder.ts";
import { written } from "../support/dwarf_writer.ts";

function parse(unit: UnitSpec, littleEndian = true) {
  const { sections } = buildDwarf({ littleEndian, units: [unit] });
  const bytes = sections.get(unit.isInTypes ? ".debug_types" : ".debug_info")!;
  const reader = new DwarfReader(bytes, littleEndian);
  return { bytes, ...parseUnitHeader(reader, 0, bytes.length, unit.isInTypes ?? false) };
}

for (const version of [2, 3, 4, 5]) {
  for (const is64 of [false, true]) {
    for (const littleEndian of [true, false]) {
      const what = `version ${version}, ${is64 ? 64 : 32} bits, little-endian: ${littleEndian}`;
      Deno.test(`parseUnitHeader() reads a unit (${what})`, () => {
        const unit = { version, is64, addressSize: 4, abbreviationsOffset: 0x1234, tail: [0, 0] };
        const header = parse(unit, littleEndian);
        assertEquals(header.version, version);
        assertEquals(header.is64, is64);
        assertEquals(header.addressSize, 4);
        assertEquals(header.abbreviationsOffset, 0x1234);
        assertEquals(header.type, DW_UT_COMPILE);
        assertEquals(header.end, header.bytes.length);
        assertEquals(header.firstEntry, header.end - 2);
      });
    }
  }
}

for (
  const [name, type, hasId] of [
    ["partial", DW_UT_PARTIAL, false],
    ["skeleton", DW_UT_SKELETON, true],
    ["split", DW_UT_SPLIT_COMPILE, true],
    ["type", DW_UT_TYPE, true],
    ["split type", DW_UT_SPLIT_TYPE, true],
  ] as const
) {
  for (const is64 of [false, true]) {
    Deno.test(`parseUnitHeader() reads a ${name} unit (${is64 ? 64 : 32} bits)`, () => {
      const header = parse({ type, is64, id: 0xfedc_ba98_7654_3210n, tail: [0] });
      assertEquals(header.type, type);
      assertEquals(header.id, hasId ? 0xfedc_ba98_7654_3210n : 0n);
      assertEquals(header.firstEntry, header.end - 1);
    });
  }
}

Deno.test("parseUnitHeader() reads where the type of a unit is", () => {
  const entry = { tag: 0x41, children: [{ tag: 0x13, label: "type" }] };
  const header = parse({ type: DW_UT_TYPE, id: 1n, typeLabel: "type", entry });
  assertEquals(header.typeOffset, header.firstEntry + 1);
});

Deno.test("parseUnitHeader() reads a unit of .debug_types", () => {
  const entry = { tag: 0x41, children: [{ tag: 0x13, label: "type" }] };
  const header = parse({ version: 4, isInTypes: true, id: 77n, typeLabel: "type", entry });
  assertEquals([header.type, header.id], [DW_UT_TYPE, 77n]);
  assertEquals(header.typeOffset, header.firstEntry + 1);
});

Deno.test("parseUnitHeader() counts from where the unit begins", () => {
  const { sections } = buildDwarf({ units: [{ tail: [0] }] });
  const bytes = sections.get(".debug_info")!;
  const header = parseUnitHeader(new DwarfReader(bytes, true), 0x1000, 0x2000, false);
  assertEquals([header.start, header.end], [0x1000, 0x1000 + bytes.length]);
});

Deno.test("the longest header has MAX_HEADER_SIZE bytes", () => {
  assertEquals(parse({ type: DW_UT_TYPE, is64: true }).firstEntry, MAX_HEADER_SIZE);
});

for (
  const [what, unit, detail] of [
    ["version 1", { version: 1 }, "it has version 1, want 2 to 5"],
    ["version 6", { version: 6 }, "it has version 6, want 2 to 5"],
    ["an unknown type", { type: 0x80 }, "its type is 0x80, which is not known here"],
    ["type 0", { type: 0 }, "its type is 0x0, which is not known here"],
    ["addresses of 3 bytes", { addressSize: 3 }, "addresses have 3 bytes, want 2, 4 or 8"],
    [
      "addresses of 0 bytes",
      { version: 4, addressSize: 0 },
      "addresses have 0 bytes, want 2, 4 or 8",
    ],
    ["too long a length", { length: 9 }, "it is said to end at 0xd, the section ends at 0xc"],
    ["a reserved length", { length: 0xfffffff0 }, "its length is 0xfffffff0, which is reserved"],
    ["length 0", { length: 0 }, "it has 0 bytes, which are less than its header"],
    ["too short a length", { length: 7 }, "it has 7 bytes, which are less than its header"],
    [
      "a length of 2^63",
      { is64: true, length: 1n << 63n },
      "it is said to end at 0x8000000000000000, the section ends at 0x18",
    ],
  ] as const
) {
  Deno.test(`parseUnitHeader() refuses a unit with ${what}`, () => {
    assertThrows(() => parse(unit), Defect, detail);
  });
}

Deno.test("parseUnitHeader() throws a RangeError if it is cut", () => {
  const { sections } = buildDwarf({ units: [{ type: DW_UT_TYPE, is64: true }] });
  const bytes = sections.get(".debug_info")!;
  for (let length = 0; length < bytes.length; length++) {
    const reader = new DwarfReader(bytes.subarray(0, length), true);
    assertThrows(() => parseUnitHeader(reader, 0, bytes.length, false), RangeError);
  }
});

Deno.test("parseUnitHeader() takes an address of 2 bytes", () => {
  const bytes = written((writer) => {
    writer.u32(8);
    writer.u16(5);
    writer.raw(DW_UT_COMPILE, 2, 0, 0, 0, 0);
  });
  assertEquals(parseUnitHeader(new DwarfReader(bytes, true), 0, 12, false).addressSize, 2);
});

import { assertEquals, assertThrows } from "@std/assert";
import { parseAbbreviations } from "../../lib/dwarf/abbreviations.ts";
import * as constants from "../../lib/dwarf/constants.ts";
import { Defect } from "../../lib/dwarf/defect.ts";
import { DwarfReader } from "../../lib/dwarf/dwarf_reader.ts";
import { parseUnitAttributes } from "../../lib/dwarf/unit_attributes.ts";
import { type AttributeSpec, buildDwarf } from "../support/dwarf_builder.ts";
import type { DwarfFormat } from "../support/dwarf_writer.ts";

function parse(attributes: readonly AttributeSpec[], format: DwarfFormat = {}) {
  const { version = 5, is64 = false, addressSize = 8 } = format;
  const { sections } = buildDwarf({ units: [{ ...format, entry: { tag: 0x11, attributes } }] });
  const sizes = { version, is64, addressSize };
  const table = parseAbbreviations(new DwarfReader(sections.get(".debug_abbrev")!, true), sizes);
  const reader = new DwarfReader(sections.get(".debug_info")!, true);
  reader.position = 1 + (is64 ? 24 : 12) - (version < 5 ? 1 : 0);
  return parseUnitAttributes(reader, table, 0, sizes);
}

Deno.test("parseUnitAttributes() knows what is not said", () => {
  assertEquals(parse([]), {
    language: 0,
    compilationDirectory: undefined,
    lineOffset: -1,
    lowPc: undefined,
    highPc: undefined,
    isHighPcOffset: false,
    ranges: -1,
    isRangeIndex: false,
    stringOffsetsBase: -1,
    addressBase: -1,
    rangeListsBase: -1,
    gnuRangesBase: 0,
    dwoName: undefined,
    dwoId: undefined,
  });
});

Deno.test("parseUnitAttributes() reads a unit of DWARF 2", () => {
  const found = parse([
    [constants.DW_AT_NAME, constants.DW_FORM_STRING, "a.c"],
    [constants.DW_AT_STMT_LIST, constants.DW_FORM_DATA4, 0x40],
    [constants.DW_AT_LOW_PC, constants.DW_FORM_ADDR, 0x1000],
    [constants.DW_AT_HIGH_PC, constants.DW_FORM_ADDR, 0x1800],
    [constants.DW_AT_LANGUAGE, constants.DW_FORM_DATA1, constants.DW_LANG_C89],
    [constants.DW_AT_COMP_DIR, constants.DW_FORM_STRING, "/build"],
  ], { version: 2 });
  assertEquals(found.lineOffset, 0x40);
  assertEquals(found.lowPc, { isIndex: false, value: 0x1000 });
  assertEquals(found.highPc, { isIndex: false, value: 0x1800 });
  assertEquals(found.isHighPcOffset, false);
  assertEquals(found.language, constants.DW_LANG_C89);
  assertEquals(found.compilationDirectory?.text, "/build");
});

Deno.test("parseUnitAttributes() reads an end that counts from the start", () => {
  const found = parse([[constants.DW_AT_HIGH_PC, constants.DW_FORM_UDATA, 0x800]]);
  assertEquals(found.highPc, { isIndex: false, value: 0x800 });
  assertEquals(found.isHighPcOffset, true);
});

Deno.test("parseUnitAttributes() reads indexes of addresses", () => {
  const found = parse([
    [constants.DW_AT_LOW_PC, constants.DW_FORM_ADDRX, 3],
    [constants.DW_AT_HIGH_PC, constants.DW_FORM_ADDRX1, 4],
    [constants.DW_AT_ADDR_BASE, constants.DW_FORM_SEC_OFFSET, 8],
  ]);
  assertEquals(found.lowPc, { isIndex: true, value: 3 });
  assertEquals(found.highPc, { isIndex: true, value: 4 });
  assertEquals([found.isHighPcOffset, found.addressBase], [false, 8]);
});

Deno.test("parseUnitAttributes() reads a list of ranges, at an offset or by index", () => {
  const at = parse([[constants.DW_AT_RANGES, constants.DW_FORM_SEC_OFFSET, 0x77]]);
  assertEquals([at.ranges, at.isRangeIndex], [0x77, false]);
  const index = parse([
    [constants.DW_AT_RANGES, constants.DW_FORM_RNGLISTX, 5],
    [constants.DW_AT_RNGLISTS_BASE, constants.DW_FORM_SEC_OFFSET, 12],
  ]);
  assertEquals([index.ranges, index.isRangeIndex, index.rangeListsBase], [5, true, 12]);
});

Deno.test("parseUnitAttributes() reads a skeleton unit of DWARF 5", () => {
  const found = parse([
    [constants.DW_AT_DWO_NAME, constants.DW_FORM_STRX1, 2],
    [constants.DW_AT_STR_OFFSETS_BASE, constants.DW_FORM_SEC_OFFSET, 8],
  ]);
  assertEquals(found.dwoName, { form: constants.DW_FORM_STRX1, value: 2, text: "" });
  assertEquals(found.stringOffsetsBase, 8);
});

Deno.test("parseUnitAttributes() reads a skeleton unit of GNU's kind", () => {
  const found = parse([
    [constants.DW_AT_GNU_DWO_NAME, constants.DW_FORM_STRING, "a.dwo"],
    [constants.DW_AT_GNU_DWO_ID, constants.DW_FORM_DATA8, 0xfedc_ba98_7654_3210n],
    [constants.DW_AT_GNU_RANGES_BASE, constants.DW_FORM_SEC_OFFSET, 0x30],
    [constants.DW_AT_GNU_ADDR_BASE, constants.DW_FORM_SEC_OFFSET, 0x50],
  ], { version: 4 });
  assertEquals(found.dwoName?.text, "a.dwo");
  assertEquals(found.dwoId, 0xfedc_ba98_7654_3210n);
  assertEquals([found.gnuRangesBase, found.addressBase], [0x30, 0x50]);
});

Deno.test("parseUnitAttributes() reads offsets of 64 bits", () => {
  const format = { is64: true };
  const found = parse([[constants.DW_AT_STMT_LIST, constants.DW_FORM_SEC_OFFSET, 2 ** 33]], format);
  assertEquals(found.lineOffset, 2 ** 33);
});

Deno.test("parseUnitAttributes() follows DW_FORM_indirect and reads implicit constants", () => {
  const data2 = { form: constants.DW_FORM_DATA2, value: 0x21 };
  const found = parse([
    [constants.DW_AT_LANGUAGE, constants.DW_FORM_INDIRECT, data2],
    [constants.DW_AT_STMT_LIST, constants.DW_FORM_IMPLICIT_CONST, 0x60],
  ]);
  assertEquals([found.language, found.lineOffset], [0x21, 0x60]);
});

Deno.test("parseUnitAttributes() refuses a directory that is a number", () => {
  const read = () => parse([[constants.DW_AT_COMP_DIR, constants.DW_FORM_DATA4, 1]]);
  assertThrows(read, Defect, "a string has form 0x6");
});

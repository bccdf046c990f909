import { assertEquals } from "@std/assert";
import {
  DW_AT_ADDR_BASE,
  DW_AT_GNU_RANGES_BASE,
  DW_AT_LOW_PC,
  DW_AT_RANGES,
  DW_AT_RNGLISTS_BASE,
  DW_FORM_ADDR,
  DW_FORM_ADDRX,
  DW_FORM_SEC_OFFSET,
  DW_TAG_COMPILE_UNIT,
} from "../../lib/dwarf/constants.ts";
import { readUnitHeader } from "../../lib/dwarf/unit_entry.ts";
import { UnitLoader } from "../../lib/dwarf/unit_loader.ts";
import { FormatError } from "../../lib/errors.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { type AttributeSpec, buildDwarf } from "../support/dwarf_builder.ts";
import { loadUnit, sectionsOf } from "../support/dwarf_units.ts";
import { type DwarfFormat, written } from "../support/dwarf_writer.ts";

const ADDRESSES = written((writer) => {
  writer.u32(20);
  writer.raw(5, 0, 8, 0);
  writer.word(true, 0x1000);
  writer.word(true, 0x2000);
});

function load(
  attributes: readonly AttributeSpec[],
  sections: Record<string, Uint8Array> = {},
  format: DwarfFormat = {},
) {
  const entry = { tag: DW_TAG_COMPILE_UNIT, attributes };
  return loadUnit(buildDwarf({ units: [{ ...format, entry }], sections }));
}

Deno.test("load() reads the bytes, abbreviations and attributes of a unit", async () => {
  const unit = await load([[DW_AT_LOW_PC, DW_FORM_ADDR, 0x1000]]);
  assertEquals([unit.firstEntry, unit.end, unit.reader.bytes.length], [12, 21, 21]);
  assertEquals([...unit.abbreviations.tags], [DW_TAG_COMPILE_UNIT]);
  assertEquals(unit.rangeContext.base, 0x1000);
});

Deno.test("load() takes 0 as base of ranges if there is no first address", async () => {
  assertEquals((await load([])).rangeContext.base, 0);
});

Deno.test("load() looks the first address up if it has an index", async () => {
  const unit = await load([
    [DW_AT_LOW_PC, DW_FORM_ADDRX, 1],
    [DW_AT_ADDR_BASE, DW_FORM_SEC_OFFSET, 8],
  ], { ".debug_addr": ADDRESSES });
  assertEquals(unit.rangeContext.base, 0x2000);
});

Deno.test("load() says that the first address has no such index", async () => {
  const attributes: AttributeSpec[] = [
    [DW_AT_LOW_PC, DW_FORM_ADDRX, 9],
    [DW_AT_ADDR_BASE, DW_FORM_SEC_OFFSET, 8],
  ];
  await assertRejectsExactly(
    () => load(attributes, { ".debug_addr": ADDRESSES }),
    FormatError,
    'Cannot read the unit of "test.so(.debug_info)" at file offset 0x0: ' +
      "there is no address with index 0x9",
  );
});

for (
  const [version, section, is64, base] of [
    [4, ".debug_ranges", false, 0],
    [5, ".debug_rnglists", false, 12],
    [5, ".debug_rnglists", true, 20],
  ] as const
) {
  Deno.test(`load() knows where ranges of version ${version} are, ${is64 ? 64 : 32} bits`, async () => {
    const sections = { [section]: new Uint8Array(40) };
    const attributes: AttributeSpec[] = [[DW_AT_RANGES, DW_FORM_SEC_OFFSET, 0]];
    const { rangePlace } = await load(attributes, sections, { version, is64 });
    assertEquals(rangePlace?.section.name, `test.so(${section})`);
    assertEquals([rangePlace?.offsetBase, rangePlace?.indexBase, rangePlace?.is64], [
      0,
      base,
      is64,
    ]);
  });
}

Deno.test("load() takes the base of indexes that a unit says", async () => {
  const sections = { ".debug_rnglists": new Uint8Array(40) };
  const unit = await load([[DW_AT_RNGLISTS_BASE, DW_FORM_SEC_OFFSET, 33]], sections);
  assertEquals(unit.rangePlace?.indexBase, 33);
});

Deno.test("load() says that a unit has no entry", async () => {
  const sections = { ".debug_abbrev": Uint8Array.of(0) };
  await assertRejectsExactly(
    () => loadUnit(buildDwarf({ units: [{ tail: [0] }], sections })),
    FormatError,
    'Cannot read the unit of "test.so(.debug_info)" at file offset 0x0: there is no abbreviation 0',
  );
});

Deno.test("loadSplit() takes addresses and base from the skeleton unit", async () => {
  const skeleton = await load([
    [DW_AT_LOW_PC, DW_FORM_ADDRX, 0],
    [DW_AT_ADDR_BASE, DW_FORM_SEC_OFFSET, 8],
  ], { ".debug_addr": ADDRESSES });
  const split = buildDwarf({
    units: [{ entry: { tag: DW_TAG_COMPILE_UNIT } }],
    sections: { ".debug_rnglists": new Uint8Array(40) },
  });
  const sections = sectionsOf(split);
  const info = await sections.open(".debug_info");
  const header = await readUnitHeader(info, 0);
  const parts = { info: 0, types: -1, abbreviations: 0, stringOffsets: 100, rangeLists: 50 };
  const unit = await new UnitLoader(new Float64Array())
    .loadSplit(sections, info, header, skeleton, parts);
  assertEquals(unit.rangeContext.base, 0x1000);
  assertEquals(unit.rangeContext.addresses.at(1), 0x2000);
  assertEquals([unit.rangePlace?.offsetBase, unit.rangePlace?.indexBase], [50, 62]);
});

Deno.test("loadSplit() takes ranges of GNU's split units from the skeleton unit", async () => {
  const skeleton = await load(
    [[DW_AT_GNU_RANGES_BASE, DW_FORM_SEC_OFFSET, 0x20]],
    { ".debug_ranges": new Uint8Array(40) },
    { version: 4 },
  );
  const split = buildDwarf({ units: [{ version: 4, entry: { tag: DW_TAG_COMPILE_UNIT } }] });
  const sections = sectionsOf(split);
  const info = await sections.open(".debug_info");
  const header = await readUnitHeader(info, 0);
  const parts = { info: 0, types: -1, abbreviations: 0, stringOffsets: 0, rangeLists: 0 };
  const { rangePlace } = await new UnitLoader(new Float64Array())
    .loadSplit(sections, info, header, skeleton, parts);
  assertEquals([rangePlace?.section.name, rangePlace?.offsetBase], [
    "test.so(.debug_ranges)",
    0x20,
  ]);
});

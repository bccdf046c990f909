import { assertEquals, assertThrows } from "@std/assert";
import { parseAbbreviations } from "../../lib/dwarf/abbreviations.ts";
import {
  isAddressIndex,
  isRangeIndex,
  moveToAttribute,
  readAddressReference,
  readStringReference,
  skipAttributes,
} from "../../lib/dwarf/attribute_values.ts";
import * as constants from "../../lib/dwarf/constants.ts";
import { Defect } from "../../lib/dwarf/defect.ts";
import { DwarfReader } from "../../lib/dwarf/dwarf_reader.ts";
import { type AttributeSpec, buildDwarf } from "../support/dwarf_builder.ts";

const SIZES = { version: 5, is64: false, addressSize: 8 };

function readerOf(...bytes: number[]): DwarfReader {
  return new DwarfReader(Uint8Array.from(bytes), true);
}

/** The entry of a unit that has these attributes, and where they begin. */
function entryWith(attributes: readonly AttributeSpec[]) {
  const { sections } = buildDwarf({ units: [{ entry: { tag: 0x2e, attributes } }] });
  const abbreviations = parseAbbreviations(
    new DwarfReader(sections.get(".debug_abbrev")!, true),
    SIZES,
  );
  const reader = new DwarfReader(sections.get(".debug_info")!, true);
  return { reader, abbreviations, start: 13 };
}

Deno.test("readStringReference() reads a string in place", () => {
  const form = constants.DW_FORM_STRING;
  assertEquals(readStringReference(readerOf(0x61, 0x62, 0), form, false), {
    form,
    value: 0,
    text: "ab",
  });
});

for (
  const [name, bytes, value] of [
    ["DW_FORM_STRP", [1, 2, 3, 4], 0x04030201],
    ["DW_FORM_LINE_STRP", [1, 2, 3, 4], 0x04030201],
    ["DW_FORM_STRP_SUP", [1, 2, 3, 4], 0x04030201],
    ["DW_FORM_GNU_STRP_ALT", [1, 2, 3, 4], 0x04030201],
    ["DW_FORM_STRX", [0x81, 0x01], 0x81],
    ["DW_FORM_STRX1", [0x81], 0x81],
    ["DW_FORM_STRX2", [1, 2], 0x0201],
    ["DW_FORM_STRX3", [1, 2, 3], 0x030201],
    ["DW_FORM_STRX4", [1, 2, 3, 4], 0x04030201],
    ["DW_FORM_GNU_STR_INDEX", [0x81, 0x01], 0x81],
  ] as const
) {
  Deno.test(`readStringReference() reads where a string is in ${name}`, () => {
    const form = constants[name];
    const found = readStringReference(readerOf(...bytes), form, false);
    assertEquals(found, { form, value, text: "" });
  });
}

Deno.test("readStringReference() refuses what is no string", () => {
  const read = () => readStringReference(readerOf(1), constants.DW_FORM_DATA1, false);
  assertThrows(read, Defect, "a string has form 0xb");
});

Deno.test("readAddressReference() reads an address", () => {
  const reference = readAddressReference(
    readerOf(0, 0x10, 0, 0),
    constants.DW_FORM_ADDR,
    { ...SIZES, addressSize: 4 },
  );
  assertEquals(reference, { isIndex: false, value: 0x1000 });
});

for (
  const [name, bytes, value] of [
    ["DW_FORM_ADDRX", [0x81, 0x01], 0x81],
    ["DW_FORM_ADDRX1", [0x81], 0x81],
    ["DW_FORM_ADDRX2", [1, 2], 0x0201],
    ["DW_FORM_ADDRX3", [1, 2, 3], 0x030201],
    ["DW_FORM_ADDRX4", [1, 2, 3, 4], 0x04030201],
    ["DW_FORM_GNU_ADDR_INDEX", [0x81, 0x01], 0x81],
  ] as const
) {
  Deno.test(`readAddressReference() reads the index of an address in ${name}`, () => {
    const form = constants[name];
    assertEquals(isAddressIndex(form), true);
    assertEquals(readAddressReference(readerOf(...bytes), form, SIZES), { isIndex: true, value });
  });
}

Deno.test("readAddressReference() refuses what is no address", () => {
  const read = () => readAddressReference(readerOf(1), constants.DW_FORM_STRX1, SIZES);
  assertThrows(read, Defect, "an address has form 0x25");
});

Deno.test("isRangeIndex() tells an index from an offset", () => {
  assertEquals(isRangeIndex(constants.DW_FORM_RNGLISTX), true);
  assertEquals(isRangeIndex(constants.DW_FORM_SEC_OFFSET), false);
});

const MIXED: readonly AttributeSpec[] = [
  [0x3a, constants.DW_FORM_DATA1, 1],
  [0x3b, constants.DW_FORM_UDATA, 300],
  [0x40, constants.DW_FORM_EXPRLOC, [1, 2, 3]],
  [0x02, constants.DW_FORM_EXPRLOC, new Array(200).fill(9)],
  [0x03, constants.DW_FORM_STRING, "name"],
  [0x0b, constants.DW_FORM_INDIRECT, { form: constants.DW_FORM_DATA2, value: 0x1234 }],
  [0x11, constants.DW_FORM_ADDR, 0x5000],
];

Deno.test("skipAttributes() moves behind attributes of fixed size", () => {
  const { reader, abbreviations, start } = entryWith([MIXED[0]!, MIXED[6]!]);
  assertEquals(skipAttributes(reader, abbreviations, 0, SIZES, start), start + 9);
});

Deno.test("skipAttributes() moves behind attributes whose size varies", () => {
  const { reader, abbreviations, start } = entryWith(MIXED);
  const end = start + 1 + 2 + 4 + 202 + 5 + 3 + 8;
  assertEquals(skipAttributes(reader, abbreviations, 0, SIZES, start), end);
});

Deno.test("moveToAttribute() moves to any attribute", () => {
  const { reader, abbreviations, start } = entryWith(MIXED);
  const forms = MIXED.map((_, at) => {
    const form = moveToAttribute(reader, abbreviations, 0, SIZES, start, at);
    return [form, reader.position - start];
  });
  assertEquals(forms, [
    [constants.DW_FORM_DATA1, 0],
    [constants.DW_FORM_UDATA, 1],
    [constants.DW_FORM_EXPRLOC, 3],
    [constants.DW_FORM_EXPRLOC, 7],
    [constants.DW_FORM_STRING, 209],
    // The form that is behind the indirection.
    [constants.DW_FORM_DATA2, 215],
    [constants.DW_FORM_ADDR, 217],
  ]);
});

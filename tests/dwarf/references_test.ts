import { assertEquals, assertThrows } from "@std/assert";
import * as constants from "../../lib/dwarf/constants.ts";
import { Defect } from "../../lib/dwarf/defect.ts";
import { DwarfSections } from "../../lib/dwarf/dwarf_sections.ts";
import { positionIn, readReference } from "../../lib/dwarf/references.ts";
import { type AttributeSpec, buildDwarf, type Value } from "../support/dwarf_builder.ts";
import { loadUnit, sectionsOf } from "../support/dwarf_units.ts";
import type { DwarfFormat } from "../support/dwarf_writer.ts";

const { DW_AT_ABSTRACT_ORIGIN, DW_FORM_REF_ADDR, DW_TAG_SUBPROGRAM } = constants;

/** The second of two units, and its reader at the only attribute of its first entry. */
async function unitReferring(
  form: number,
  value: Value,
  { format = {}, alternate }: { format?: DwarfFormat; alternate?: DwarfSections } = {},
) {
  const attributes: AttributeSpec[] = [[DW_AT_ABSTRACT_ORIGIN, form, value]];
  const built = buildDwarf({
    units: [
      { ...format, entry: { tag: 0x11, children: [{ tag: DW_TAG_SUBPROGRAM, label: "other" }] } },
      { ...format, entry: { tag: 0x11, attributes, children: [{ tag: 0x2e, label: "here" }] } },
    ],
  });
  const sections = sectionsOf(built, alternate);
  const unit = await loadUnit(built, { number: 1, sections });
  unit.reader.position = unit.firstEntry + 1;
  return { built, sections, unit };
}

for (const name of ["REF1", "REF2", "REF4", "REF8", "REF_UDATA"] as const) {
  for (const is64 of [false, true]) {
    Deno.test(`readReference() reads DW_FORM_${name} in its unit (${is64 ? 64 : 32} bits)`, async () => {
      const form = constants[`DW_FORM_${name}`];
      const { built, sections, unit } = await unitReferring(form, "here", { format: { is64 } });
      const reference = readReference(unit, form);
      assertEquals(reference.infoOffset, built.offsetOf("here"));
      assertEquals(reference.sections === sections, true);
    });
  }
}

for (
  const format of [
    { version: 2, addressSize: 8 },
    { version: 2, addressSize: 4 },
    { version: 3 },
    { version: 5, is64: true },
  ]
) {
  Deno.test(`readReference() reads a reference to another unit, ${JSON.stringify(format)}`, async () => {
    const { built, unit } = await unitReferring(DW_FORM_REF_ADDR, "other", { format });
    assertEquals(readReference(unit, DW_FORM_REF_ADDR).infoOffset, built.offsetOf("other"));
  });
}

for (const name of ["REF_SUP4", "REF_SUP8", "GNU_REF_ALT"] as const) {
  const form = constants[`DW_FORM_${name}`];
  Deno.test(`readReference() reads DW_FORM_${name}, to the supplementary file`, async () => {
    const alternate = new DwarfSections("alt", () => Promise.resolve(undefined));
    const { unit } = await unitReferring(form, 0x1234, { alternate });
    const reference = readReference(unit, form);
    assertEquals(reference.infoOffset, 0x1234);
    assertEquals(reference.sections === alternate, true);
  });
  Deno.test(`readReference() says that DW_FORM_${name} has no supplementary file`, async () => {
    const { unit } = await unitReferring(form, 0x1234);
    assertThrows(
      () => readReference(unit, form),
      Defect,
      "a reference leads to a supplementary file, and there is none",
    );
  });
}

Deno.test("readReference() reads the signature of a type", async () => {
  for (const littleEndian of [true, false]) {
    const signature = 0xfedc_ba98_7654_3210n;
    const attributes: AttributeSpec[] = [[
      DW_AT_ABSTRACT_ORIGIN,
      constants.DW_FORM_REF_SIG8,
      signature,
    ]];
    const built = buildDwarf({ littleEndian, units: [{ entry: { tag: 0x11, attributes } }] });
    const unit = await loadUnit(built);
    unit.reader.position = unit.firstEntry + 1;
    const reference = readReference(unit, constants.DW_FORM_REF_SIG8);
    assertEquals([reference.signature, reference.infoOffset], [signature, -1]);
    assertEquals(positionIn(unit, reference), -1);
  }
});

Deno.test("positionIn() knows an entry of its unit, by its file and section", async () => {
  const { unit, built } = await unitReferring(constants.DW_FORM_REF4, "here");
  const { sections } = unit;
  const infoOffset = built.offsetOf("here");
  const start = unit.header.start;
  assertEquals(positionIn(unit, { sections, infoOffset }), infoOffset - start);
  assertEquals(positionIn(unit, { sections, infoOffset: start - 1 }), -1);
  assertEquals(positionIn(unit, { sections, infoOffset: unit.header.end }), -1);
  assertEquals(positionIn(unit, { sections, infoOffset, isInTypes: true }), -1);
  assertEquals(positionIn(unit, { sections: sectionsOf(built), infoOffset }), -1);
});

for (const [where, position] of [["its header", 5], ["what comes behind", 0x200]] as const) {
  Deno.test(`readReference() refuses a reference to ${where}`, async () => {
    const { unit } = await unitReferring(constants.DW_FORM_REF4, position);
    const detail = `a reference leads to 0x${position.toString(16)}, out of its unit`;
    assertThrows(() => readReference(unit, constants.DW_FORM_REF4), Defect, detail);
  });
}

Deno.test("readReference() refuses what is no reference", async () => {
  const { unit } = await unitReferring(constants.DW_FORM_DATA4, 1);
  assertThrows(
    () => readReference(unit, constants.DW_FORM_DATA4),
    Defect,
    "a reference has form 0x6",
  );
});

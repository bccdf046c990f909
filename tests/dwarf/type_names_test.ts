import { assertEquals } from "@std/assert";
import * as constants from "../../lib/dwarf/constants.ts";
import type { UnitSpec } from "../support/dwarf_builder.ts";
import { type AttributeSpec, buildDwarf, type EntrySpec } from "../support/dwarf_builder.ts";
import { compileUnit, framesOf, functionAt } from "../support/dwarf_units.ts";

const {
  DW_AT_NAME,
  DW_AT_SIGNATURE,
  DW_AT_SPECIFICATION,
  DW_FORM_REF_SIG8,
  DW_FORM_REF4,
  DW_FORM_STRING,
  DW_FORM_STRP,
  DW_TAG_NAMESPACE,
  DW_TAG_STRUCTURE_TYPE,
  DW_TAG_SUBPROGRAM,
  DW_UT_TYPE,
} = constants;
const DW_TAG_TYPE_UNIT = 0x41;
const SIGNATURE = 0xfedc_ba98_7654_3210n;

/** A unit with a method of a type that it knows by the signature only, as clang writes it. */
function methodOf(signature: bigint, version: number): UnitSpec {
  const method: EntrySpec = {
    tag: DW_TAG_SUBPROGRAM,
    label: "method",
    attributes: [[DW_AT_NAME, DW_FORM_STRING, "method"]],
  };
  const type: EntrySpec = {
    tag: DW_TAG_STRUCTURE_TYPE,
    attributes: [[DW_AT_SIGNATURE, DW_FORM_REF_SIG8, signature]],
    children: [method],
  };
  const space: EntrySpec = {
    tag: DW_TAG_NAMESPACE,
    attributes: [[DW_AT_NAME, DW_FORM_STRING, "ns"]],
    children: [type],
  };
  const { attributes = [], ...function_ } = functionAt("", 0x1000, 0x10);
  const definition = {
    ...function_,
    attributes: [
      ...attributes.slice(1),
      [DW_AT_SPECIFICATION, DW_FORM_REF4, "method"] as const,
    ],
  };
  const language: AttributeSpec = [constants.DW_AT_LANGUAGE, constants.DW_FORM_DATA1, 4];
  return { version, entry: compileUnit(0x1000, 0x10, [space, definition], [language]) };
}

function typeUnit(id: bigint, name: string, form = DW_FORM_STRP): UnitSpec {
  const type: EntrySpec = {
    tag: DW_TAG_STRUCTURE_TYPE,
    label: name,
    attributes: [[0x0b, constants.DW_FORM_UDATA, 300], [DW_AT_NAME, form, name]],
  };
  const space: EntrySpec = { tag: DW_TAG_NAMESPACE, children: [type] };
  return {
    type: DW_UT_TYPE,
    id,
    typeLabel: name,
    entry: { tag: DW_TAG_TYPE_UNIT, children: [space] },
  };
}

Deno.test("TypeNames finds the name of a type in .debug_types", async () => {
  const types = [typeUnit(1n, "Other"), typeUnit(SIGNATURE, "Type")];
  for (const is64 of [false, true]) {
    for (const littleEndian of [true, false]) {
      const built = buildDwarf({
        littleEndian,
        units: [
          { ...methodOf(SIGNATURE, 4), is64 },
          ...types.map((unit) => ({ ...unit, version: 4, is64, isInTypes: true })),
        ],
      });
      const { frames, problems } = await framesOf(built, [0x1000]);
      assertEquals([frames, problems], [["ns::Type::method"], []]);
    }
  }
});

Deno.test("TypeNames finds the name of a type in .debug_info", async () => {
  for (const form of [DW_FORM_STRP, DW_FORM_STRING]) {
    const types = [typeUnit(1n, "Other"), typeUnit(SIGNATURE, "Type", form)];
    const built = buildDwarf({ units: [types[0]!, methodOf(SIGNATURE, 5), types[1]!] });
    const { frames, problems } = await framesOf(built, [0x1000]);
    assertEquals([frames, problems], [["ns::Type::method"], []]);
  }
});

Deno.test("TypeNames gives a type that is not there no name", async () => {
  for (const version of [4, 5]) {
    const { frames } = await framesOf(buildDwarf({ units: [methodOf(SIGNATURE, version)] }), [
      0x1000,
    ]);
    assertEquals(frames, ["ns::(anonymous struct)::method"]);
  }
});

Deno.test("TypeNames gives a type without a name none", async () => {
  const entry = {
    tag: DW_TAG_TYPE_UNIT,
    children: [{ tag: DW_TAG_STRUCTURE_TYPE, label: "type" }],
  };
  const type = { type: DW_UT_TYPE, id: SIGNATURE, typeLabel: "type", entry };
  const { frames, problems } = await framesOf(
    buildDwarf({ units: [methodOf(SIGNATURE, 5), type] }),
    [0x1000],
  );
  assertEquals([frames, problems], [["ns::(anonymous struct)::method"], []]);
});

Deno.test("TypeNames says that a type is nowhere in its unit", async () => {
  const built = buildDwarf({ units: [methodOf(SIGNATURE, 5), typeUnit(SIGNATURE, "Type")] });
  const bytes = built.sections.get(".debug_info")!;
  const start = built.starts[1]!;
  bytes[start + 20] = 0xf0; // type_offset
  const { frames, problems } = await framesOf(built, [0x1000]);
  assertEquals(frames, ["ns::(anonymous struct)::method"]);
  const place = `0x${(start + 0xf0).toString(16)}`;
  assertEquals(problems, [
    `Cannot read the name of a type of "test.so(.debug_info)" at file offset ${place}: ` +
    "it ends in the middle of a value",
  ]);
});

Deno.test("TypeNames says that .debug_types is damaged, and keeps the rest of the name", async () => {
  const types = { ...typeUnit(SIGNATURE, "Type"), version: 4, isInTypes: true, length: 0x1000 };
  const { frames, problems } = await framesOf(
    buildDwarf({ units: [methodOf(SIGNATURE, 4), types] }),
    [0x1000],
  );
  assertEquals(frames, ["ns::(anonymous struct)::method"]);
  assertEquals(problems, [
    'Cannot read the unit of "test.so(.debug_types)" at file offset 0x0: it is said to end at ' +
    "0x1004, the section ends at 0x22",
  ]);
});

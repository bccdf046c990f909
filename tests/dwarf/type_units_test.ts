import { assertEquals } from "@std/assert";
import * as constants from "../../lib/dwarf/constants.ts";
import type { UnitSpec } from "../support/dwarf_builder.ts";
import { type AttributeSpec, buildDwarf, type EntrySpec } from "../support/dwarf_builder.ts";
import { compileUnit, framesOf, functionAt } from "../support/dwarf_units.ts";
import {
  type PackageChanges,
  packageWithTypes,
  SIGNATURE as PACKED,
} from "../support/packed_types.ts";
import { packageIndex, skeleton } from "../support/split_dwarf.ts";

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

Deno.test("TypeUnits finds the name of a type in .debug_types", async () => {
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

Deno.test("TypeUnits finds the name of a type in .debug_info", async () => {
  for (const form of [DW_FORM_STRP, DW_FORM_STRING]) {
    const types = [typeUnit(1n, "Other"), typeUnit(SIGNATURE, "Type", form)];
    const built = buildDwarf({ units: [types[0]!, methodOf(SIGNATURE, 5), types[1]!] });
    const { frames, problems } = await framesOf(built, [0x1000]);
    assertEquals([frames, problems], [["ns::Type::method"], []]);
  }
});

Deno.test("TypeUnits gives a type that is not there no name", async () => {
  for (const version of [4, 5]) {
    const { frames } = await framesOf(buildDwarf({ units: [methodOf(SIGNATURE, version)] }), [
      0x1000,
    ]);
    assertEquals(frames, ["ns::(anonymous struct)::method"]);
  }
});

Deno.test("TypeUnits gives a type without a name none", async () => {
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

for (const [what, place] of [["behind it", 0xf0], ["in its header", 8]] as const) {
  Deno.test(`TypeUnits says that a type is not in its unit, but ${what}`, async () => {
    const built = buildDwarf({ units: [methodOf(SIGNATURE, 5), typeUnit(SIGNATURE, "Type")] });
    const bytes = built.sections.get(".debug_info")!;
    const start = built.starts[1]!;
    bytes[start + 20] = place; // type_offset
    const { frames, problems } = await framesOf(built, [0x1000]);
    assertEquals(frames, ["ns::(anonymous struct)::method"]);
    assertEquals(problems, [
      `Cannot read the type of "test.so(.debug_info)" at file offset 0x${start.toString(16)}: ` +
      `it is said to be at 0x${place.toString(16)}, out of its unit`,
    ]);
  });
}

const TYPES: readonly UnitSpec[] = [1n, 2n, 3n, SIGNATURE].map((id) => ({
  ...typeUnit(id, id === SIGNATURE ? "Type" : `Other${id}`),
  version: 4,
  isInTypes: true,
}));

/** The name of the method, and problems, with bytes of `.debug_types` changed. */
async function withDamage(damage: (bytes: Uint8Array, starts: readonly number[]) => void) {
  const built = buildDwarf({ units: [methodOf(SIGNATURE, 4), ...TYPES] });
  const starts = built.starts.slice(1);
  damage(built.sections.get(".debug_types")!, starts);
  return { starts, ...await framesOf(built, [0x1000]) };
}

const unitAt = (start: number) =>
  `Cannot read the unit of "test.so(.debug_types)" at file offset 0x${start.toString(16)}: `;

for (const numbers of [[0], [1], [2], [0, 1], [0, 2], [0, 1, 2]]) {
  Deno.test(`TypeUnits finds a type behind damaged units, number ${numbers}`, async () => {
    const { frames, problems, starts } = await withDamage((bytes, starts) => {
      for (const number of numbers) bytes[starts[number]! + 4] = 9; // version
    });
    assertEquals(frames, ["ns::Type::method"]);
    // Of damaged ones that follow each other the first is told.
    const told = numbers.filter((number) => !numbers.includes(number - 1));
    assertEquals(
      problems,
      told.map((number) => unitAt(starts[number]!) + "it has version 9, want 2 to 5"),
    );
  });
}

Deno.test("TypeUnits finds a type behind a unit of a wrong length", async () => {
  const { frames, problems, starts } = await withDamage((bytes, starts) => {
    bytes[starts[1]! + 1] = 0x10; // its length
  });
  assertEquals(frames, ["ns::Type::method"]);
  const [second, end] = [starts[1]!, 2 * starts[3]! - starts[2]!];
  assertEquals(problems, [
    `${unitAt(second)}it is said to end at 0x${(starts[2]! + 0x1000).toString(16)}, ` +
    `the section ends at 0x${end.toString(16)}`,
  ]);
});

Deno.test("TypeUnits loses a damaged unit only", async () => {
  const { frames, problems, starts } = await withDamage((bytes, starts) => {
    bytes[starts[3]! + 4] = 9;
  });
  assertEquals(frames, ["ns::(anonymous struct)::method"]);
  assertEquals(problems, [unitAt(starts[3]!) + "it has version 9, want 2 to 5"]);
});

Deno.test("TypeUnits says that nothing is found behind damage", async () => {
  const types = { ...typeUnit(SIGNATURE, "Type"), version: 4, isInTypes: true, length: 0x1000 };
  const { frames, problems } = await framesOf(
    buildDwarf({ units: [methodOf(SIGNATURE, 4), types] }),
    [0x1000],
  );
  assertEquals(frames, ["ns::(anonymous struct)::method"]);
  assertEquals(problems, [
    `${unitAt(0)}it is said to end at 0x1004, the section ends at 0x22`,
    'Cannot find the units behind a damaged one of "test.so(.debug_types)" at file offset 0x0: ' +
    "there is nothing that looks like one",
  ]);
});

function framesOfPackage(version: 2 | 5, changes?: PackageChanges) {
  const file = packageWithTypes(version, changes);
  return framesOf(skeleton(), [0x1000, 0x1040], { split: () => Promise.resolve(file) });
}

for (const version of [2, 5] as const) {
  Deno.test(`TypeUnits finds a type in a package of version ${version}`, async () => {
    const found = await framesOfPackage(version);
    assertEquals(found, { frames: ["first", "ns::Type::method"], problems: [] });
  });

  const section = `a.dwp(.debug_${version === 2 ? "types" : "info"}.dwo)`;
  const withoutType = ["first", "ns::(anonymous struct)::method"];

  Deno.test(`TypeUnits finds no type that no index has, version ${version}`, async () => {
    const found = await framesOfPackage(version, { signatures: [1n, 2n] });
    assertEquals(found, { frames: withoutType, problems: [] });
  });

  Deno.test(`TypeUnits takes no other type by the index, version ${version}`, async () => {
    const found = await framesOfPackage(version, { signatures: [PACKED, 2n] });
    assertEquals(found.frames, withoutType);
    assertEquals(found.problems, [
      `Cannot read the type of "${section}" at file offset 0x0: ` +
      "want the unit of type 0xfedcba9876543219",
    ]);
  });

  Deno.test(`TypeUnits takes no unit of code for a type, version ${version}`, async () => {
    // The offset in the only row of the index of units of code, behind two slots and three columns.
    const units = packageWithTypes(version).sections.get(".debug_cu_index")!;
    const start = new DataView(units.buffer, units.byteOffset).getUint32(16 + 2 * 12 + 12, true);
    const index = packageIndex(version, [constants.DW_SECT_INFO], [[PACKED, start]]);
    const found = await framesOfPackage(version, { index });
    assertEquals(found.frames, withoutType);
    assertEquals(found.problems, [
      `Cannot read the type of "a.dwp(.debug_info.dwo)" at file offset 0x${start.toString(16)}: ` +
      "want the unit of type 0xfedcba9876543219",
    ]);
  });

  Deno.test(`TypeUnits says that the index leads nowhere, version ${version}`, async () => {
    const column = version === 2 ? constants.DW_SECT_TYPES : constants.DW_SECT_INFO;
    const index = packageIndex(version, [column], [[PACKED, 0x7fffffff]]);
    const found = await framesOfPackage(version, { index });
    assertEquals(found.frames, withoutType);
    const [problem = ""] = found.problems;
    assertEquals(
      problem.startsWith(`Cannot read the unit of "${section}" at file offset 0x7fffffff: `),
      true,
      problem,
    );
  });

  Deno.test(`TypeUnits says that the index is damaged, version ${version}`, async () => {
    const found = await framesOfPackage(version, { index: Uint8Array.of(7, 0, 0, 0) });
    assertEquals(found.frames, withoutType);
    assertEquals(found.problems, [
      'Cannot read the index of the package of "a.dwp(.debug_tu_index)" at file offset 0x0: ' +
      "it has version 7, want 2 or 5",
    ]);
  });

  Deno.test(`TypeUnits says that there is no index, version ${version}`, async () => {
    const found = await framesOfPackage(version, { hasNoIndex: true });
    assertEquals(found.frames, withoutType);
    assertEquals(found.problems, [
      'Cannot open the section .debug_tu_index of "a.dwp": there is none, but something refers to it',
    ]);
  });
}

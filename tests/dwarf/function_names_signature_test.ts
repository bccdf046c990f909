import { assertEquals } from "@std/assert";
import * as constants from "../../lib/dwarf/constants.ts";
import {
  type AttributeSpec,
  buildDwarf,
  type EntrySpec,
  type UnitSpec,
} from "../support/dwarf_builder.ts";
import { codeAt, compileUnit, framesOf } from "../support/dwarf_units.ts";

// References by the signature of a unit of types, as origin or specification.

const {
  DW_AT_ABSTRACT_ORIGIN,
  DW_AT_LINKAGE_NAME,
  DW_AT_NAME,
  DW_AT_SPECIFICATION,
  DW_FORM_REF_SIG8,
  DW_FORM_REF4,
  DW_FORM_STRING,
  DW_TAG_NAMESPACE,
  DW_TAG_STRUCTURE_TYPE,
  DW_TAG_SUBPROGRAM,
  DW_UT_TYPE,
} = constants;
const DW_TAG_TYPE_UNIT = 0x41;
const SIGNATURE = 0xfedc_ba98_7654_3210n;
const CPP: AttributeSpec = [constants.DW_AT_LANGUAGE, constants.DW_FORM_DATA1, 4];
const ENDLESS = '"test.so" has functions that refer to each other without end';

function name(text: string): AttributeSpec {
  return [DW_AT_NAME, DW_FORM_STRING, text];
}

function specification(signature: bigint): AttributeSpec {
  return [DW_AT_SPECIFICATION, DW_FORM_REF_SIG8, signature];
}

function entry(tag: number, label: string, ...attributes: readonly AttributeSpec[]): EntrySpec {
  return { tag, label, attributes };
}

function space(text: string, ...children: readonly EntrySpec[]): EntrySpec {
  return { tag: DW_TAG_NAMESPACE, attributes: [name(text)], children };
}

/** A unit with a function at 0x1000. */
function unitWith(
  attributes: readonly AttributeSpec[],
  others: readonly EntrySpec[] = [],
  version = 5,
): UnitSpec {
  const code = entry(DW_TAG_SUBPROGRAM, "code", ...codeAt(0x1000, 0x10), ...attributes);
  return { version, entry: compileUnit(0x1000, 0x20, [...others, code], [CPP]) };
}

/** The unit of a type, which is the entry with a label. */
function typeUnit(
  id: bigint,
  label: string,
  children: readonly EntrySpec[],
  version = 5,
): UnitSpec {
  return {
    version,
    type: DW_UT_TYPE,
    isInTypes: version < 5,
    id,
    typeLabel: label,
    entry: { tag: DW_TAG_TYPE_UNIT, attributes: [CPP], children },
  };
}

async function nameOf(units: readonly UnitSpec[]) {
  const { frames, problems } = await framesOf(buildDwarf({ units }), [0x1000]);
  return { name: frames[0], problems };
}

for (const version of [4, 5]) {
  for (const attribute of ["ABSTRACT_ORIGIN", "SPECIFICATION"] as const) {
    const reference: AttributeSpec = [
      constants[`DW_AT_${attribute}`],
      DW_FORM_REF_SIG8,
      SIGNATURE,
    ];
    Deno.test(`FunctionNames follows DW_AT_${attribute} by signature, version ${version}`, async () => {
      const types = typeUnit(
        SIGNATURE,
        "f",
        [space("ns", entry(DW_TAG_SUBPROGRAM, "f", name("f")))],
        version,
      );
      const found = await nameOf([unitWith([reference], [], version), types]);
      assertEquals(found, { name: "ns::f", problems: [] });
    });

    Deno.test(`FunctionNames takes the linkage name there, ${attribute}, version ${version}`, async () => {
      const linkage: AttributeSpec = [DW_AT_LINKAGE_NAME, DW_FORM_STRING, "_Z1fv"];
      const f = entry(DW_TAG_SUBPROGRAM, "f", name("f"), linkage);
      const types = typeUnit(SIGNATURE, "f", [f], version);
      const found = await nameOf([unitWith([reference], [], version), types]);
      assertEquals(found, { name: "_Z1fv", problems: [] });
    });
  }

  const section = version === 4 ? ".debug_types" : ".debug_info";

  Deno.test(`FunctionNames takes no type for a function, version ${version}`, async () => {
    const type = entry(DW_TAG_STRUCTURE_TYPE, "type", name("Type"));
    const built = buildDwarf({
      units: [
        unitWith([specification(SIGNATURE)], [], version),
        typeUnit(SIGNATURE, "type", [type], version),
      ],
    });
    const { frames, problems } = await framesOf(built, [0x1000]);
    const place = built.offsetOf("type").toString(16);
    assertEquals(frames, ["?"]);
    assertEquals(problems, [
      `Cannot read the name of a function of "test.so(${section})" at file offset 0x${place}: ` +
      "want a function, not a type",
    ]);
  });

  Deno.test(`FunctionNames gives a function by an unknown signature no name, version ${version}`, async () => {
    const types = typeUnit(1n, "f", [entry(DW_TAG_SUBPROGRAM, "f", name("f"))], version);
    const found = await nameOf([unitWith([specification(SIGNATURE)], [], version), types]);
    assertEquals(found, { name: "?", problems: [] });
  });

  Deno.test(`FunctionNames ends where a unit of types refers to itself, version ${version}`, async () => {
    const f = entry(DW_TAG_SUBPROGRAM, "f", name("f"), specification(SIGNATURE));
    const found = await nameOf([
      unitWith([specification(SIGNATURE)], [], version),
      typeUnit(SIGNATURE, "f", [f], version),
    ]);
    assertEquals(found, { name: "f", problems: [ENDLESS] });
  });

  Deno.test(`FunctionNames ends in a chain of 40 units of types, version ${version}`, async () => {
    const chain = Array.from({ length: 40 }, (_, at) =>
      typeUnit(
        BigInt(at),
        `f${at}`,
        [entry(DW_TAG_SUBPROGRAM, `f${at}`, specification(BigInt(at + 1)))],
        version,
      ));
    const found = await nameOf([unitWith([specification(0n)], [], version), ...chain]);
    const problems = ['"test.so" has references from unit to unit without end', ENDLESS];
    assertEquals(found, { name: "?", problems });
  });

  Deno.test(`FunctionNames calls a method after its class, defined apart, version ${version}`, async () => {
    // struct Outer { struct Inner; }; struct Outer::Inner { void method(); };
    const method = entry(DW_TAG_SUBPROGRAM, "method", name("method"));
    const definition: EntrySpec = {
      ...entry(DW_TAG_STRUCTURE_TYPE, "definition", specification(SIGNATURE)),
      children: [method],
    };
    const inner = entry(DW_TAG_STRUCTURE_TYPE, "inner", name("Inner"));
    const outer: EntrySpec = {
      ...entry(DW_TAG_STRUCTURE_TYPE, "outer", name("Outer")),
      children: [inner],
    };
    const found = await nameOf([
      unitWith([[DW_AT_SPECIFICATION, DW_FORM_REF4, "method"]], [definition], version),
      typeUnit(SIGNATURE, "inner", [space("ns", outer)], version),
    ]);
    assertEquals(found, { name: "ns::Outer::Inner::method", problems: [] });
  });

  Deno.test(`FunctionNames takes no function for a class, version ${version}`, async () => {
    const method = entry(DW_TAG_SUBPROGRAM, "method", name("method"));
    const definition: EntrySpec = {
      ...entry(DW_TAG_STRUCTURE_TYPE, "definition", specification(SIGNATURE)),
      children: [method],
    };
    const built = buildDwarf({
      units: [
        unitWith([[DW_AT_SPECIFICATION, DW_FORM_REF4, "method"]], [definition], version),
        typeUnit(SIGNATURE, "f", [entry(DW_TAG_SUBPROGRAM, "f", name("f"))], version),
      ],
    });
    const { frames, problems } = await framesOf(built, [0x1000]);
    assertEquals(frames, ["(anonymous struct)::method"]);
    const place = built.offsetOf("f").toString(16);
    assertEquals(problems, [
      `Cannot read the name of a function of "test.so(${section})" at file offset 0x${place}: ` +
      "want a type, not a function",
    ]);
  });
}

Deno.test("FunctionNames does not mix places of .debug_types up with those of .debug_info", async () => {
  // What the function in .debug_types refers to is as far into its section as another function is
  // into .debug_info, whose name is known already.
  for (let padding = 0; padding < 64; padding++) {
    const units = [
      unitWith([specification(SIGNATURE)], [
        space("p".repeat(32)),
        entry(DW_TAG_SUBPROGRAM, "other", ...codeAt(0x1010, 4), name("other")),
      ], 4),
      typeUnit(SIGNATURE, "f", [
        space("p".repeat(padding)),
        entry(DW_TAG_SUBPROGRAM, "g", name("g")),
        entry(DW_TAG_SUBPROGRAM, "f", [DW_AT_ABSTRACT_ORIGIN, DW_FORM_REF4, "g"]),
      ], 4),
    ];
    const built = buildDwarf({ units });
    if (built.offsetOf("g") !== built.offsetOf("other")) continue;
    assertEquals(await framesOf(built, [0x1000, 0x1010]), { frames: ["g", "other"], problems: [] });
    return;
  }
  throw new Error("Cannot place both at the same offset");
});

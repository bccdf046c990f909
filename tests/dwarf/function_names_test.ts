import { assertEquals } from "@std/assert";
import * as constants from "../../lib/dwarf/constants.ts";
import {
  type AttributeSpec,
  buildDwarf,
  type DwarfSpec,
  type EntrySpec,
  type UnitSpec,
} from "../support/dwarf_builder.ts";
import { codeAt, compileUnit, framesOf } from "../support/dwarf_units.ts";

const {
  DW_AT_ABSTRACT_ORIGIN,
  DW_AT_LINKAGE_NAME,
  DW_AT_MIPS_LINKAGE_NAME,
  DW_AT_NAME,
  DW_AT_SPECIFICATION,
  DW_FORM_GNU_REF_ALT,
  DW_FORM_GNU_STRP_ALT,
  DW_FORM_REF_ADDR,
  DW_FORM_REF4,
  DW_FORM_STRING,
  DW_TAG_NAMESPACE,
  DW_TAG_PARTIAL_UNIT,
  DW_TAG_SUBPROGRAM,
  DW_UT_PARTIAL,
} = constants;
const CPP: AttributeSpec = [constants.DW_AT_LANGUAGE, constants.DW_FORM_DATA1, 4];

function name(text: string): AttributeSpec {
  return [DW_AT_NAME, DW_FORM_STRING, text];
}

function linkage(text: string): AttributeSpec {
  return [DW_AT_LINKAGE_NAME, DW_FORM_STRING, text];
}

function entry(label: string, ...attributes: readonly AttributeSpec[]): EntrySpec {
  return { tag: DW_TAG_SUBPROGRAM, label, attributes };
}

/** A function at 0x1000 with these attributes. */
function code(...attributes: readonly AttributeSpec[]): EntrySpec {
  return entry("code", ...codeAt(0x1000, 0x10), ...attributes);
}

function unitOf(...children: readonly EntrySpec[]): UnitSpec {
  return { entry: compileUnit(0x1000, 0x10, children, [CPP]) };
}

function otherUnit(...children: readonly EntrySpec[]): UnitSpec {
  return { entry: { tag: 0x11, attributes: [CPP], children } };
}

async function nameOf(
  units: readonly UnitSpec[],
  alternate?: DwarfSpec,
): Promise<{ name: string | undefined; problems: readonly string[] }> {
  const { frames, problems } = await framesOf(
    buildDwarf({ units }),
    [0x1000],
    alternate && { alternate: () => Promise.resolve(buildDwarf({ name: "alt", ...alternate })) },
  );
  return { name: frames[0], problems };
}

for (
  const [what, units, expected] of [
    ["the name of the entry", [unitOf(code(name("f")))], "f"],
    ["its linkage name", [unitOf(code(name("f"), linkage("_Z1fv")))], "_Z1fv"],
    [
      "its linkage name as it was before DWARF 4",
      [unitOf(code(name("f"), [DW_AT_MIPS_LINKAGE_NAME, DW_FORM_STRING, "_Z1fv"]))],
      "_Z1fv",
    ],
    ["no name if there is none", [unitOf(code())], "?"],
    [
      "the name of what it is an instance of",
      [unitOf(code([DW_AT_ABSTRACT_ORIGIN, DW_FORM_REF4, "g"]), entry("g", name("g")))],
      "g",
    ],
    [
      "the name of what it defines, though that is declared behind it",
      [unitOf(code([DW_AT_SPECIFICATION, DW_FORM_REF4, "g"]), entry("g", linkage("_Z1gv")))],
      "_Z1gv",
    ],
    [
      "the name at the end of a chain",
      [unitOf(
        entry("a", name("a")),
        entry("b", [DW_AT_SPECIFICATION, DW_FORM_REF4, "a"]),
        code([DW_AT_ABSTRACT_ORIGIN, DW_FORM_REF4, "b"]),
      )],
      "a",
    ],
    [
      "the origin rather than the specification",
      [unitOf(
        entry("a", name("a")),
        entry("b", name("b")),
        code([DW_AT_SPECIFICATION, DW_FORM_REF4, "a"], [DW_AT_ABSTRACT_ORIGIN, DW_FORM_REF4, "b"]),
      )],
      "b",
    ],
    [
      "the scopes of its declaration",
      [unitOf(
        { tag: DW_TAG_NAMESPACE, attributes: [name("ns")], children: [entry("a", name("a"))] },
        code([DW_AT_SPECIFICATION, DW_FORM_REF4, "a"]),
      )],
      "ns::a",
    ],
    [
      "the function that its type is local to, which another unit declares",
      [
        otherUnit({
          tag: DW_TAG_NAMESPACE,
          attributes: [name("ns")],
          children: [entry("a", name("a"), linkage("_ZN2ns1aEv"))],
        }),
        unitOf(
          {
            ...entry("b", [DW_AT_SPECIFICATION, DW_FORM_REF_ADDR, "a"]),
            children: [{
              tag: constants.DW_TAG_STRUCTURE_TYPE,
              attributes: [[constants.DW_AT_DECL_LINE, constants.DW_FORM_DATA1, 7]],
              children: [entry("c", name("operator()"))],
            }],
          },
          code([DW_AT_ABSTRACT_ORIGIN, DW_FORM_REF4, "c"]),
        ),
      ],
      "ns::a::{lambda:7}::operator()",
    ],
    [
      "the linkage name of a lambda, if it has one",
      [unitOf(
        {
          ...entry("main", name("main")),
          children: [{
            tag: constants.DW_TAG_CLASS_TYPE,
            children: [entry("a", name("operator()"))],
          }],
        },
        entry("b", linkage("_ZZ4mainENKUlvE_clEv"), [DW_AT_SPECIFICATION, DW_FORM_REF4, "a"]),
        code([DW_AT_ABSTRACT_ORIGIN, DW_FORM_REF4, "b"]),
      )],
      "_ZZ4mainENKUlvE_clEv",
    ],
    [
      "the name in a unit before it",
      [
        otherUnit(entry("a", name("a"))),
        unitOf(code([DW_AT_ABSTRACT_ORIGIN, DW_FORM_REF_ADDR, "a"])),
      ],
      "a",
    ],
    [
      "the name in a unit behind it, which refers to a third",
      [
        unitOf(code([DW_AT_ABSTRACT_ORIGIN, DW_FORM_REF_ADDR, "a"])),
        otherUnit(entry("a", [DW_AT_SPECIFICATION, DW_FORM_REF_ADDR, "b"])),
        otherUnit({
          tag: DW_TAG_NAMESPACE,
          attributes: [name("ns")],
          children: [entry("b", name("b"))],
        }),
      ],
      "ns::b",
    ],
    [
      "the name in a partial unit",
      [
        unitOf(code([DW_AT_ABSTRACT_ORIGIN, DW_FORM_REF_ADDR, "a"])),
        {
          type: DW_UT_PARTIAL,
          entry: { tag: DW_TAG_PARTIAL_UNIT, children: [entry("a", name("a"))] },
        },
      ],
      "a",
    ],
  ] as readonly [string, UnitSpec[], string][]
) {
  Deno.test(`FunctionNames gives ${what}`, async () => {
    assertEquals(await nameOf(units), { name: expected, problems: [] });
  });
}

Deno.test("FunctionNames follows references into the supplementary file", async () => {
  // In the other file the first entry is at 12, its attribute takes a byte.
  const units = [unitOf(code([DW_AT_ABSTRACT_ORIGIN, DW_FORM_GNU_REF_ALT, 14]))];
  const alternate = { units: [otherUnit(entry("a", name("a")))] };
  assertEquals(await nameOf(units, alternate), { name: "a", problems: [] });
});

Deno.test("FunctionNames takes strings from the supplementary file", async () => {
  const units = [unitOf(code([DW_AT_NAME, DW_FORM_GNU_STRP_ALT, 4]))];
  const alternate = { sections: { ".debug_str": new TextEncoder().encode("one\0two\0") } };
  assertEquals(await nameOf(units, alternate), { name: "two", problems: [] });
});

const WHERE = 'Cannot read the name of a function of "test.so(.debug_info)" at file offset ';
const ENDLESS = '"test.so" has functions that refer to each other without end';

for (
  const [what, units, problem] of [
    ["itself", [unitOf(code([DW_AT_ABSTRACT_ORIGIN, DW_FORM_REF4, "code"]))], ENDLESS],
    [
      "each other",
      [unitOf(
        code([DW_AT_ABSTRACT_ORIGIN, DW_FORM_REF4, "a"]),
        entry("a", [DW_AT_SPECIFICATION, DW_FORM_REF4, "code"]),
      )],
      ENDLESS,
    ],
    [
      "each other across units",
      [
        unitOf(code([DW_AT_ABSTRACT_ORIGIN, DW_FORM_REF_ADDR, "a"])),
        otherUnit(entry("a", [DW_AT_SPECIFICATION, DW_FORM_REF_ADDR, "code"])),
      ],
      ENDLESS,
    ],
    [
      "a place outside of the unit",
      [unitOf(code([DW_AT_ABSTRACT_ORIGIN, DW_FORM_REF4, 0x1000]))],
      `${WHERE}0x1a: a reference leads to 0x1000, out of its unit`,
    ],
    [
      "no unit",
      [unitOf(code([DW_AT_ABSTRACT_ORIGIN, DW_FORM_REF_ADDR, 0x1000]))],
      'Cannot find the unit that is referred to of "test.so(.debug_info)" at file offset 0x1000: ' +
      "no unit holds 0x1000",
    ],
    [
      "a file that is not there",
      [unitOf(code([DW_AT_ABSTRACT_ORIGIN, DW_FORM_GNU_REF_ALT, 14]))],
      `${WHERE}0x1a: a reference leads to a supplementary file, and there is none`,
    ],
    [
      "the middle of an entry",
      [unitOf(code([DW_AT_ABSTRACT_ORIGIN, DW_FORM_REF4, 0x12]))],
      `${WHERE}0x12: there is no abbreviation 0`,
    ],
  ] as readonly [string, UnitSpec[], string][]
) {
  Deno.test(`FunctionNames gives no name to a function that refers to ${what}`, async () => {
    assertEquals(await nameOf(units), { name: "?", problems: [problem] });
  });
}

Deno.test("FunctionNames keeps a name of a function in a circle", async () => {
  const units = [unitOf(code(name("f"), [DW_AT_ABSTRACT_ORIGIN, DW_FORM_REF4, "code"]))];
  assertEquals(await nameOf(units), { name: "f", problems: [ENDLESS] });
});

Deno.test("FunctionNames ends where functions of two units are said to be in each other", async () => {
  const unit = (label: string, other: string, ...rest: readonly EntrySpec[]): UnitSpec => {
    const local = {
      tag: constants.DW_TAG_CLASS_TYPE,
      attributes: [name("T")],
      children: [entry(label, name(label))],
    };
    const around = entry(`around ${label}`, [DW_AT_SPECIFICATION, DW_FORM_REF_ADDR, other]);
    return unitOf({ ...around, children: [local] }, ...rest);
  };
  const found = await nameOf([
    unit("one", "two", code([DW_AT_ABSTRACT_ORIGIN, DW_FORM_REF4, "one"])),
    unit("two", "one"),
  ]);
  assertEquals(found.problems, []);
  assertEquals(found.name, "T::two::T::one::T::two::T::one");
});

Deno.test("FunctionNames follows references from unit to unit 16 times", async () => {
  const units = [unitOf(code([DW_AT_ABSTRACT_ORIGIN, DW_FORM_REF_ADDR, "u0"]))];
  for (let at = 0; at < 40; at++) {
    units.push(otherUnit(entry(`u${at}`, [DW_AT_SPECIFICATION, DW_FORM_REF_ADDR, `u${at + 1}`])));
  }
  units.push(otherUnit(entry("u40", name("end"))));
  const found = await nameOf(units);
  assertEquals(found, {
    name: "?",
    problems: ['"test.so" has references from unit to unit without end', ENDLESS],
  });
});

Deno.test("FunctionNames reads a chain of 20,000 entries", async () => {
  const chain = Array.from(
    { length: 20_000 },
    (_, at) => entry(`c${at}`, [DW_AT_SPECIFICATION, DW_FORM_REF4, `c${at + 1}`]),
  );
  const end = entry("c20000", name("end"));
  const found = await nameOf([
    unitOf(code([DW_AT_ABSTRACT_ORIGIN, DW_FORM_REF4, "c0"]), ...chain, end),
  ]);
  assertEquals(found, { name: "?", problems: [ENDLESS] });
});

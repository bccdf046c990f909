import { assertEquals, assertThrows } from "@std/assert";
import {
  FUNCTION,
  INLINED_CALL,
  parseAbbreviations,
  SKIP_BLOCK,
  SKIP_FORM,
  SKIP_LEB,
  SKIPPABLE,
} from "../../lib/dwarf/abbreviations.ts";
import {
  DW_AT_HIGH_PC,
  DW_AT_LOW_PC,
  DW_AT_NAME,
  DW_AT_RANGES,
  DW_AT_SIBLING,
  DW_FORM_ADDR,
  DW_FORM_BLOCK1,
  DW_FORM_DATA1,
  DW_FORM_DATA4,
  DW_FORM_EXPRLOC,
  DW_FORM_FLAG_PRESENT,
  DW_FORM_IMPLICIT_CONST,
  DW_FORM_REF4,
  DW_FORM_SEC_OFFSET,
  DW_FORM_STRING,
  DW_FORM_STRP,
  DW_FORM_UDATA,
  DW_TAG_COMPILE_UNIT,
  DW_TAG_INLINED_SUBROUTINE,
  DW_TAG_NAMESPACE,
  DW_TAG_STRUCTURE_TYPE,
  DW_TAG_SUBPROGRAM,
} from "../../lib/dwarf/constants.ts";
import { Defect } from "../../lib/dwarf/defect.ts";
import { DwarfReader } from "../../lib/dwarf/dwarf_reader.ts";
import { type DwarfWriter, written } from "../support/dwarf_writer.ts";

const SIZES = { version: 5, is64: false, addressSize: 8 };

type Attribute = readonly [name: number, form: number, constant?: number];

function abbreviation(
  writer: DwarfWriter,
  code: number,
  tag: number,
  attributes: readonly Attribute[],
  hasChildren = false,
): void {
  writer.uleb(code);
  writer.uleb(tag);
  writer.u8(hasChildren ? 1 : 0);
  for (const [name, form, constant] of attributes) {
    writer.uleb(name);
    writer.uleb(form);
    if (constant !== undefined) writer.sleb(constant);
  }
  writer.raw(0, 0);
}

function parse(write: (writer: DwarfWriter) => void, lastCode?: number) {
  const reader = new DwarfReader(written(write), true);
  return parseAbbreviations(reader, SIZES, lastCode);
}

function one(tag: number, attributes: readonly Attribute[], hasChildren = false) {
  return parse((writer) => {
    abbreviation(writer, 1, tag, attributes, hasChildren);
    writer.u8(0);
  });
}

Deno.test("parseAbbreviations() gives tags, children and attributes", () => {
  const table = parse((writer) => {
    abbreviation(writer, 1, DW_TAG_COMPILE_UNIT, [[DW_AT_NAME, DW_FORM_STRP]], true);
    abbreviation(writer, 2, DW_TAG_SUBPROGRAM, [[DW_AT_LOW_PC, DW_FORM_ADDR], [
      DW_AT_HIGH_PC,
      DW_FORM_DATA4,
    ]]);
    writer.u8(0);
  });
  assertEquals([...table.tags], [DW_TAG_COMPILE_UNIT, DW_TAG_SUBPROGRAM]);
  assertEquals([...table.hasChildren], [1, 0]);
  assertEquals([...table.firstAttribute], [0, 1, 3]);
  assertEquals([...table.names], [DW_AT_NAME, DW_AT_LOW_PC, DW_AT_HIGH_PC]);
  assertEquals([...table.forms], [DW_FORM_STRP, DW_FORM_ADDR, DW_FORM_DATA4]);
});

Deno.test("parseAbbreviations() stands behind the table afterwards", () => {
  const bytes = written((writer) => {
    abbreviation(writer, 1, DW_TAG_NAMESPACE, []);
    writer.raw(0, 0xee);
  });
  const reader = new DwarfReader(bytes, true);
  parseAbbreviations(reader, SIZES);
  assertEquals(reader.position, bytes.length - 1);
});

Deno.test("parseAbbreviations() reads no further than to a code that is asked for", () => {
  const table = parse((writer) => {
    abbreviation(writer, 7, DW_TAG_COMPILE_UNIT, []);
    writer.raw(0xff); // what comes behind is cut
  }, 7);
  assertEquals(table.indexOf(7), 0);
});

Deno.test("parseAbbreviations() keeps the value of DW_FORM_implicit_const", () => {
  const table = one(DW_TAG_SUBPROGRAM, [
    [DW_AT_NAME, DW_FORM_STRP],
    [0x3b, DW_FORM_IMPLICIT_CONST, -5],
  ]);
  assertEquals([...table.constants], [0, -5]);
  assertEquals(table.fixedSizes[0], 4);
});

Deno.test("parseAbbreviations() reads attributes that take more than one byte", () => {
  const table = one(DW_TAG_SUBPROGRAM, [[0x2007, 0x1f21]]);
  assertEquals([table.names[0], table.forms[0]], [0x2007, 0x1f21]);
});

Deno.test("parseAbbreviations() takes a form above 16 bits for an unknown one", () => {
  const table = one(DW_TAG_SUBPROGRAM, [[DW_AT_NAME, 0x10000 + DW_FORM_STRP]]);
  assertEquals([table.forms[0], table.fixedSizes[0]], [0xffff, -1]);
});

Deno.test("parseAbbreviations() takes a tag or an attribute above 16 bits for an unknown one", () => {
  const table = one(0x10000 + DW_TAG_SUBPROGRAM, [[0x10000 + DW_AT_LOW_PC, DW_FORM_ADDR], [
    DW_AT_HIGH_PC,
    DW_FORM_DATA4,
  ]]);
  assertEquals([table.tags[0], table.names[0], table.lowPcs[0]], [0xffff, 0xffff, -1]);
});

Deno.test("indexOf() finds codes that are close together, and those that are not", () => {
  for (const codes of [[1, 2, 3], [3, 1, 2], [1, 1_000_000, 2 ** 40]]) {
    const table = parse((writer) => {
      for (const code of codes) abbreviation(writer, code, DW_TAG_NAMESPACE, []);
      writer.u8(0);
    });
    assertEquals(codes.map((code) => table.indexOf(code)), [0, 1, 2]);
  }
});

Deno.test("indexOf() gives the first of two with the same code", () => {
  for (const other of [2, 1_000_000]) {
    const table = parse((writer) => {
      abbreviation(writer, 1, DW_TAG_NAMESPACE, []);
      abbreviation(writer, 1, DW_TAG_SUBPROGRAM, []);
      abbreviation(writer, other, DW_TAG_SUBPROGRAM, []);
      writer.u8(0);
    });
    assertEquals(table.tags[table.indexOf(1)], DW_TAG_NAMESPACE);
  }
});

Deno.test("indexOf() says that there is no such code", () => {
  const table = one(DW_TAG_NAMESPACE, []);
  assertThrows(() => table.indexOf(2), Defect, "there is no abbreviation 2");
});

Deno.test("positions say where an attribute is, up to the first whose size varies", () => {
  const table = one(DW_TAG_SUBPROGRAM, [
    [DW_AT_LOW_PC, DW_FORM_ADDR],
    [DW_AT_NAME, DW_FORM_STRING],
    [DW_AT_HIGH_PC, DW_FORM_DATA4],
  ]);
  assertEquals([...table.positions], [0, 8, -1]);
  assertEquals([...table.sizes], [8, -1, 4]);
  assertEquals(table.fixedSizes[0], -1);
});

Deno.test("skips say how an entry is passed", () => {
  const table = one(DW_TAG_SUBPROGRAM, [
    [DW_AT_LOW_PC, DW_FORM_ADDR],
    [0x3b, DW_FORM_DATA1],
    [0x3a, DW_FORM_UDATA],
    [0x40, DW_FORM_EXPRLOC],
    [0x02, DW_FORM_BLOCK1],
    [0x3f, DW_FORM_FLAG_PRESENT],
    [DW_AT_HIGH_PC, DW_FORM_DATA4],
  ]);
  assertEquals([...table.skips], [9, SKIP_LEB, SKIP_BLOCK, SKIP_FORM - DW_FORM_BLOCK1, 4]);
  assertEquals([...table.firstSkip], [0, 5]);
});

for (
  const [what, tag, attributes, role] of [
    ["a function in one piece", DW_TAG_SUBPROGRAM, [
      [DW_AT_LOW_PC, DW_FORM_ADDR],
      [DW_AT_HIGH_PC, DW_FORM_DATA4],
    ], FUNCTION],
    [
      "a function in several pieces",
      DW_TAG_SUBPROGRAM,
      [[DW_AT_RANGES, DW_FORM_SEC_OFFSET]],
      FUNCTION,
    ],
    ["a function without an end", DW_TAG_SUBPROGRAM, [[DW_AT_LOW_PC, DW_FORM_ADDR]], 0],
    ["a declaration", DW_TAG_SUBPROGRAM, [[DW_AT_NAME, DW_FORM_STRP]], 0],
    [
      "an inlined call",
      DW_TAG_INLINED_SUBROUTINE,
      [[DW_AT_RANGES, DW_FORM_SEC_OFFSET]],
      INLINED_CALL,
    ],
    ["a type with a sibling", DW_TAG_STRUCTURE_TYPE, [[DW_AT_SIBLING, DW_FORM_REF4]], SKIPPABLE],
    ["a namespace with a sibling", DW_TAG_NAMESPACE, [[DW_AT_SIBLING, DW_FORM_REF4]], 0],
    ["a function with a sibling", DW_TAG_SUBPROGRAM, [
      [DW_AT_RANGES, DW_FORM_SEC_OFFSET],
      [DW_AT_SIBLING, DW_FORM_REF4],
    ], FUNCTION | SKIPPABLE],
  ] as const
) {
  Deno.test(`roles tell what ${what} is`, () => {
    assertEquals(one(tag, attributes).roles[0], role);
  });
}

Deno.test("steps pass entries of no matter by their first byte", () => {
  const table = parse((writer) => {
    abbreviation(writer, 1, DW_TAG_STRUCTURE_TYPE, [[DW_AT_NAME, DW_FORM_STRP]], true);
    abbreviation(writer, 2, DW_TAG_SUBPROGRAM, [[DW_AT_RANGES, DW_FORM_SEC_OFFSET]]);
    abbreviation(writer, 3, DW_TAG_STRUCTURE_TYPE, [[DW_AT_NAME, DW_FORM_STRING]]);
    abbreviation(writer, 4, DW_TAG_INLINED_SUBROUTINE, []);
    writer.u8(0);
  });
  assertEquals([...table.steps.subarray(0, 5)], [1, 5, 0, 0, 1]);
  // Within a function, calls matter, and how deep it is.
  assertEquals([...table.leafSteps.subarray(0, 5)], [0, 0, 5, 0, 0]);
});

Deno.test("parseAbbreviations() stops at an abbreviation with too many attributes", () => {
  const attributes = new Array(300).fill([DW_AT_NAME, DW_FORM_STRP]);
  assertThrows(
    () => one(DW_TAG_SUBPROGRAM, attributes),
    Defect,
    "an abbreviation has more than 256 attributes",
  );
});

Deno.test("parseAbbreviations() stops at a table with too many abbreviations", () => {
  const bytes = new Uint8Array((1 << 18) * 5 + 10);
  // 1 is the code of all of them, 0x2e the tag.
  for (let at = 0; at < bytes.length; at += 5) bytes.set([1, 0x2e, 0, 0, 0], at);
  assertThrows(
    () => parseAbbreviations(new DwarfReader(bytes, true), SIZES),
    Defect,
    "there are more than 262144 abbreviations",
  );
});

for (const length of [1, 2, 3, 4, 5, 6]) {
  Deno.test(`parseAbbreviations() throws a RangeError if there are ${length} bytes only`, () => {
    const bytes = written((writer) => {
      abbreviation(writer, 1, DW_TAG_SUBPROGRAM, [[DW_AT_NAME, DW_FORM_STRP]]);
    });
    const reader = new DwarfReader(bytes.subarray(0, length), true);
    assertThrows(() => parseAbbreviations(reader, SIZES), RangeError);
  });
}

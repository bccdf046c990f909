import { assertEquals } from "@std/assert";
import * as constants from "../../lib/dwarf/constants.ts";
import {
  type AttributeSpec,
  buildDwarf,
  type EntrySpec,
  type UnitSpec,
} from "../support/dwarf_builder.ts";
import { compileUnit, framesOf, functionAt, inlinedAt } from "../support/dwarf_units.ts";
import { buildLineTable } from "../support/line_table_builder.ts";

const { DW_AT_CALL_COLUMN, DW_AT_CALL_FILE, DW_AT_CALL_LINE, DW_AT_STMT_LIST } = constants;
const { DW_FORM_DATA1, DW_FORM_SEC_OFFSET, DW_FORM_STRING } = constants;

function site(file: number, line: number, column: number): AttributeSpec[] {
  return [
    [DW_AT_CALL_FILE, DW_FORM_DATA1, file],
    [DW_AT_CALL_LINE, DW_FORM_DATA1, line],
    [DW_AT_CALL_COLUMN, DW_FORM_DATA1, column],
  ];
}

/** Two files, and the lines 5, 9 and 12 of the second for 0x1000, 0x1010 and 0x1020 up to 0x1100. */
const LINES = buildLineTable({
  directories: ["/src", "/include"],
  files: [["a.c", 0], ["b.h", 1]],
  program: (program) => {
    program.setAddress(0x1000);
    program.standard(constants.DW_LNS_SET_COLUMN, 3);
    program.special(0, 4);
    program.special(0x10, 4);
    program.special(0x10, 3);
    program.end(0xe0);
  },
});

/** The frames of a unit with these entries, which has the lines above. */
function frames(
  children: readonly EntrySpec[],
  vaddrs: readonly number[],
  { lines = LINES, unit = {} }: { lines?: Uint8Array; unit?: Partial<UnitSpec> } = {},
) {
  const attributes: AttributeSpec[] = [[DW_AT_STMT_LIST, DW_FORM_SEC_OFFSET, 0]];
  return framesOf(
    buildDwarf({
      units: [{ entry: compileUnit(0x1000, 0x100, children, attributes), ...unit }],
      sections: { ".debug_line": lines },
    }),
    vaddrs,
  );
}

const CALLS = functionAt("outer", 0x1000, 0x40, [
  inlinedAt("middle", 0x1010, 0x20, [
    inlinedAt("inner", 0x1020, 8, undefined, site(1, 80, 8)),
  ], site(0, 70, 7)),
]);

Deno.test("resolveUnit() gives each frame the place where the next one was called", async () => {
  const found = await frames([CALLS], [0x1000, 0x1010, 0x1020]);
  assertEquals(found.frames, [
    "outer /include/b.h:5:3",
    "outer /src/a.c:70:7 > middle /include/b.h:9:3",
    "outer /src/a.c:70:7 > middle /include/b.h:80:8 > inner /include/b.h:12:3",
  ]);
  assertEquals(found.problems, []);
});

Deno.test("resolveUnit() gives code without a function its line", async () => {
  const found = await frames([functionAt("f", 0x1000, 0x10)], [0x1000, 0x1010, 0x1100]);
  assertEquals(found.frames, ["f /include/b.h:5:3", "? /include/b.h:9:3", "-"]);
});

Deno.test("resolveUnit() gives functions without lines their names", async () => {
  const found = await frames([CALLS], [0x1020], { lines: buildLineTable() });
  assertEquals(found.frames, ["outer :70:7 > middle :80:8 > inner"]);
});

Deno.test("resolveUnit() gives a call of an unknown file its line", async () => {
  const call = inlinedAt("inner", 0x1000, 4, undefined, site(99, 7, 0));
  const found = await frames([functionAt("f", 0x1000, 4, [call])], [0x1000]);
  assertEquals(found.frames, ["f :7:0 > inner /include/b.h:5:3"]);
});

Deno.test("resolveUnit() takes a damaged line table for none", async () => {
  const found = await frames([CALLS], [0x1010], { lines: buildLineTable({ version: 9 }) });
  assertEquals(found.frames, ["outer :70:7 > middle"]);
  assertEquals(found.problems, [
    'Cannot read the line table of "test.so(.debug_line)" at file offset 0x6: ' +
    "it has version 9, want 2 to 5",
  ]);
});

Deno.test("resolveUnit() keeps lines if the functions are damaged", async () => {
  const found = await frames([CALLS], [0x1010], { unit: { tail: [0x7f] } });
  assertEquals(found.frames, ["? /include/b.h:9:3"]);
  assertEquals(found.problems.length, 1);
});

Deno.test("resolveUnit() keeps functions if their calls are damaged", async () => {
  let deep: EntrySpec = { tag: 0x0b };
  for (let depth = 0; depth < 1100; depth++) deep = { tag: 0x0b, children: [deep] };
  const found = await frames([functionAt("f", 0x1000, 0x20, [deep])], [0x1010]);
  assertEquals(found.frames, ["f /include/b.h:9:3"]);
  assertEquals(found.problems, [
    'Cannot find the inlined calls of the unit of "test.so(.debug_info)" at file offset 0x42c: ' +
    "entries are nested more than 1024 deep",
  ]);
});

Deno.test("resolveUnit() keeps a call whose place is damaged", async () => {
  const call = inlinedAt("inner", 0x1000, 4, undefined, [[DW_AT_CALL_LINE, DW_FORM_STRING, "x"]]);
  const found = await frames([functionAt("f", 0x1000, 4, [call])], [0x1000]);
  assertEquals(found.frames, ["f > inner /include/b.h:5:3"]);
  assertEquals(found.problems, [
    'Cannot read an inlined call of "test.so(.debug_info)" at file offset 0x2c: ' +
    "form 0x8 is not known here",
  ]);
});

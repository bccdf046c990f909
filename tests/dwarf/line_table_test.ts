import { assertEquals } from "@std/assert";
import {
  DW_AT_COMP_DIR,
  DW_AT_STMT_LIST,
  DW_FORM_LINE_STRP,
  DW_FORM_SEC_OFFSET,
  DW_FORM_STRING,
  DW_LNCT_PATH,
  DW_LNE_SET_ADDRESS,
} from "../../lib/dwarf/constants.ts";
import { LineTableLoader } from "../../lib/dwarf/line_table.ts";
import { ProblemList } from "../../lib/dwarf/problem_list.ts";
import { spellPath } from "../../lib/dwarf/source_path.ts";
import { FormatError } from "../../lib/errors.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { type AttributeSpec, buildDwarf } from "../support/dwarf_builder.ts";
import { loadUnit, sectionsOf } from "../support/dwarf_units.ts";
import { buildLineTable, type LineTableSpec } from "../support/line_table_builder.ts";

/** The line table of a unit that is said to be at an offset. */
async function load(
  spec: LineTableSpec,
  { offset = 0, directory = "/build" }: { offset?: number; directory?: string } = {},
) {
  const attributes: AttributeSpec[] = [
    [DW_AT_STMT_LIST, DW_FORM_SEC_OFFSET, offset],
    ...directory === "" ? [] : [[DW_AT_COMP_DIR, DW_FORM_STRING, directory] as const],
  ];
  const built = buildDwarf({
    units: [{ version: spec.version === 4 ? 4 : 5, entry: { tag: 0x11, attributes } }],
    sections: {
      ".debug_line": buildLineTable(spec),
      ".debug_line_str": new TextEncoder().encode("/from/strings\0"),
    },
  });
  const sections = sectionsOf(built);
  const unit = await loadUnit(built, { sections });
  const table = (await new LineTableLoader().load(unit))!;
  const pathsOf = async (indexes: readonly number[]) => {
    const paths = indexes.map((index) => table.pathOf(index));
    await sections.strings.load(new ProblemList());
    return paths.map((path) => path === undefined ? "-" : spellPath(path));
  };
  return { table, pathsOf };
}

Deno.test("pathOf() counts files and directories from 1 before DWARF 5", async () => {
  const { pathsOf } = await load({
    version: 4,
    directories: ["/usr/include", "lib"],
    files: [["a.c", 0], ["b.h", 1], ["c.h", 2], ["/d.h", 1], ["e.h", 9]],
  });
  assertEquals(await pathsOf([0, 1, 2, 3, 4, 5, 6]), [
    "-",
    "/build/a.c",
    "/usr/include/b.h",
    "/build/lib/c.h",
    "/d.h",
    "/build/e.h",
    "-",
  ]);
});

Deno.test("pathOf() counts files and directories from 0 since DWARF 5", async () => {
  const { pathsOf } = await load({
    directories: ["/build", "lib"],
    files: [["a.c", 0], ["b.h", 1]],
  });
  assertEquals(await pathsOf([0, 1, 2]), ["/build/a.c", "/build/lib/b.h", "-"]);
});

Deno.test("pathOf() takes directory 0 if the unit does not say where it was compiled", async () => {
  const spec = { directories: ["/first", "lib"], files: [["a.c", 1]] } as const;
  const { pathsOf } = await load(spec, { directory: "" });
  assertEquals(await pathsOf([0]), ["/first/lib/a.c"]);
});

Deno.test("pathOf() follows names to their strings", async () => {
  const { pathsOf } = await load({
    names: (writer) => {
      writer.raw(0, 0, 1, DW_LNCT_PATH, DW_FORM_LINE_STRP, 1);
      writer.u32(6);
    },
  });
  assertEquals(await pathsOf([0]), ["/build/strings"]);
});

Deno.test("rowsOf() runs the program", async () => {
  const { table } = await load({
    program: (program) => {
      program.setAddress(0x1000);
      program.special(0, 4);
      program.end(1);
    },
  });
  const problems = new ProblemList();
  const rows = table.rowsOf(Float64Array.of(0x1000, 0x1001), problems);
  assertEquals([[...rows.found], rows.lines[0]], [[1, 0], 5]);
  assertEquals(problems.clauses(), []);
});

Deno.test("rowsOf() keeps the rows before damage", async () => {
  const { table } = await load({
    program: (program) => {
      program.setAddress(0x1000);
      program.special(0, 4);
      program.end(1);
      program.extended(DW_LNE_SET_ADDRESS, 1, 2, 3);
    },
  });
  const problems = new ProblemList();
  const rows = table.rowsOf(Float64Array.of(0x1000, 0x1001), problems);
  assertEquals([[...rows.found], rows.lines[0]], [[1, 0], 5]);
  const place = `0x${(45 + 11 + 1 + 5 + 3).toString(16)}`;
  assertEquals(problems.clauses(), [
    `Cannot read the line table of "test.so(.debug_line)" at file offset ${place}: ` +
    "DW_LNE_set_address has 3 bytes, want 2, 4 or 8",
  ]);
});

Deno.test("load() knows a unit without a line table", async () => {
  const unit = await loadUnit(buildDwarf({ units: [{ entry: { tag: 0x11 } }] }));
  assertEquals(await new LineTableLoader().load(unit), undefined);
});

for (
  const [what, spec, options, message] of [
    [
      "behind the section",
      {},
      { offset: 0x1000 },
      "at file offset 0x1000: the section ends at 0x2d",
    ],
    [
      "of a reserved length",
      { length: 0xfffffff1 },
      {},
      "at file offset 0x0: its length is 0xfffffff1, which is reserved",
    ],
    ["of another version", { version: 7 }, {}, "at file offset 0x6: it has version 7, want 2 to 5"],
  ] as const
) {
  Deno.test(`load() refuses a table ${what}`, async () => {
    await assertRejectsExactly(
      () => load(spec, options),
      FormatError,
      `Cannot read the line table of "test.so(.debug_line)" ${message}`,
    );
  });
}

Deno.test("load() refuses a table that is longer than the section", async () => {
  await assertRejectsExactly(
    () => load({ length: 0x1000 }),
    FormatError,
    'Cannot read bytes of "test.so(.debug_line)" at file offset 0x0: need 4100 bytes, ' +
      "file ends at 0x2d",
  );
});

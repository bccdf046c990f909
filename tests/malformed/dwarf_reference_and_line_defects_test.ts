import * as constants from "../../lib/dwarf/constants.ts";
import { code, type DwarfDefect, testDefects } from "../support/dwarf_defect.ts";
import type { DwarfWriter } from "../support/dwarf_writer.ts";
import type { LineTableSpec } from "../support/line_table_builder.ts";

// One defect a file: references between entries, and line tables.

const {
  DW_AT_ABSTRACT_ORIGIN,
  DW_AT_SPECIFICATION,
  DW_AT_STMT_LIST,
  DW_FORM_REF4,
  DW_FORM_REF_ADDR,
  DW_FORM_SEC_OFFSET,
  DW_TAG_SUBPROGRAM,
} = constants;
const NAME = 'Cannot read the name of a function of "test.so(.debug_info)" at file offset ';
const LINES = 'Cannot read the line table of "test.so(.debug_line)" at file offset ';
const ENDLESS = '"test.so" has functions that refer to each other without end';
const missing = (section: string) =>
  `Cannot open the section ${section} of "test.so": there is none, but something refers to it`;

const DEFECTS: readonly DwarfDefect[] = [
  // References.
  {
    what: "with a function that is an instance of itself",
    entries: [code([DW_AT_ABSTRACT_ORIGIN, DW_FORM_REF4, "code"])],
    frames: "?",
    problem: ENDLESS,
  },
  {
    what: "with functions that are instances and definitions of each other",
    entries: [
      code([DW_AT_ABSTRACT_ORIGIN, DW_FORM_REF4, "a"]),
      {
        tag: DW_TAG_SUBPROGRAM,
        label: "a",
        attributes: [[DW_AT_SPECIFICATION, DW_FORM_REF4, "code"]],
      },
    ],
    frames: "?",
    problem: ENDLESS,
  },
  {
    what: "with a reference out of it",
    entries: [code([DW_AT_ABSTRACT_ORIGIN, DW_FORM_REF4, 0x7fffffff])],
    frames: "?",
    problem: `${NAME}%25: a reference leads to 0x7fffffff, out of its unit`,
  },
  {
    what: "with a reference behind all units",
    entries: [code([DW_AT_SPECIFICATION, DW_FORM_REF_ADDR, 0x7fffffff])],
    frames: "?",
    problem: 'Cannot find the unit that is referred to of "test.so(.debug_info)" at file offset ' +
      "0x7fffffff: no unit holds 0x7fffffff",
  },
  {
    what: "with a reference into a header",
    entries: [code([DW_AT_SPECIFICATION, DW_FORM_REF_ADDR, 4])],
    frames: "?",
    problem: `${NAME}0x4: there is no abbreviation 5`,
  },
  // Lines.
  {
    what: "whose line table is behind its section",
    attributes: [[DW_AT_STMT_LIST, DW_FORM_SEC_OFFSET, 0x1000]],
    lines: {},
    frames: "f > call",
    problem: `${LINES}0x1000: the section ends at 0x2d`,
  },
  {
    what: "with a line table and no section of them",
    attributes: [[DW_AT_STMT_LIST, DW_FORM_SEC_OFFSET, 0]],
    frames: "f > call",
    problem: missing(".debug_line"),
  },
  ...[
    ["with a line_range of 0", { lineRange: 0 }, "0x2d: its line_range is 0"],
    ["with a line table of version 1", { version: 1 }, "0x6: it has version 1, want 2 to 5"],
    [
      "with a line table of 2^62 bytes",
      { is64: true, length: 1n << 62n },
      "",
    ],
    [
      "whose line table has too long a header",
      { headerLength: 0xffffff },
      "0xc: its header has 0xffffff bytes, which are more than there are",
    ],
    [
      "with 2^20 files that take no bytes",
      { names: (writer: DwarfWriter) => (writer.raw(0, 0, 0), writer.uleb(1 << 20)) },
      "0x24: it has 0x100000 files or directories, which are more than there can be",
    ],
  ].map(([what, lines, problem]): DwarfDefect => ({
    what: what as string,
    attributes: [[DW_AT_STMT_LIST, DW_FORM_SEC_OFFSET, 0]],
    lines: lines as LineTableSpec,
    frames: "f > call",
    problem: problem === ""
      ? 'Cannot read bytes of "test.so(.debug_line)" at file offset 0x0: ' +
        "need 4611686018427388000 bytes, file ends at 0x39"
      : LINES + (problem as string),
  })),
  {
    what: "whose lines have instructions of 0 bytes",
    attributes: [[DW_AT_STMT_LIST, DW_FORM_SEC_OFFSET, 0]],
    lines: {
      minInstructionLength: 0,
      program: (program) => {
        program.setAddress(0x2000);
        program.special(1, 1);
        program.end(100);
      },
    },
    frames: "f > call",
  },
];

testDefects(DEFECTS);

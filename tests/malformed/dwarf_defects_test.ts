import { assertEquals } from "@std/assert";
import * as constants from "../../lib/dwarf/constants.ts";
import {
  type AttributeSpec,
  buildDwarf,
  type EntrySpec,
  type UnitSpec,
} from "../support/dwarf_builder.ts";
import { codeAt, compileUnit, framesOf, functionAt, inlinedAt } from "../support/dwarf_units.ts";
import type { DwarfWriter } from "../support/dwarf_writer.ts";
import { buildLineTable, type LineTableSpec } from "../support/line_table_builder.ts";

// One defect a file. Each file has a unit without defects before and behind the one that has it:
// whatever is wrong, these two keep their frames.

const {
  DW_AT_ABSTRACT_ORIGIN,
  DW_AT_ADDR_BASE,
  DW_AT_HIGH_PC,
  DW_AT_LOW_PC,
  DW_AT_NAME,
  DW_AT_RANGES,
  DW_AT_SPECIFICATION,
  DW_AT_STMT_LIST,
  DW_AT_STR_OFFSETS_BASE,
  DW_FORM_ADDRX,
  DW_FORM_BLOCK4,
  DW_FORM_DATA4,
  DW_FORM_DATA8,
  DW_FORM_INDIRECT,
  DW_FORM_REF4,
  DW_FORM_REF_ADDR,
  DW_FORM_RNGLISTX,
  DW_FORM_SEC_OFFSET,
  DW_FORM_STRING,
  DW_FORM_STRP,
  DW_FORM_STRX,
  DW_FORM_UDATA,
  DW_TAG_SUBPROGRAM,
} = constants;

interface Defect {
  /** What is wrong, as a clause behind "a unit". */
  readonly what: string;
  readonly unit?: Partial<UnitSpec>;
  /** Attributes of the unit besides those of its code. */
  readonly attributes?: readonly AttributeSpec[];
  /** Its entries; a function and a call that is inlined there if they are left out. */
  readonly entries?: readonly EntrySpec[];
  readonly sections?: Readonly<Record<string, Uint8Array>>;
  /** Its line table. */
  readonly lines?: LineTableSpec;
  /** What is kept; nothing by default. */
  readonly frames?: string;
  /** What it says; `%` stands for where the unit begins, and a number behind it is added. */
  readonly problem?: string;
}

const GOOD_FRAMES = ["before > call", "behind > call"];
const ENTRIES = [functionAt("f", 0x2000, 0x10, [inlinedAt("call", 0x2000, 4)])];
const UNIT = 'Cannot read the unit of "test.so(.debug_info)" at file offset ';
const FUNCTIONS = 'Cannot find the functions of the unit of "test.so(.debug_info)" at file offset ';
const NAME = 'Cannot read the name of a function of "test.so(.debug_info)" at file offset ';
const LINES = 'Cannot read the line table of "test.so(.debug_line)" at file offset ';
const RANGES = 'Cannot read address ranges of "test.so(.debug_rnglists)" at file offset ';
const ENDLESS = '"test.so" has functions that refer to each other without end';
const missing = (section: string) =>
  `Cannot open the section ${section} of "test.so": there is none, but something refers to it`;

/** A function at 0x2000 with these attributes. */
function code(...attributes: AttributeSpec[]): EntrySpec {
  return {
    tag: DW_TAG_SUBPROGRAM,
    label: "code",
    attributes: [...attributes, ...codeAt(0x2000, 0x10)],
  };
}

/** An entry of no matter, with these attributes. */
function other(...attributes: AttributeSpec[]): EntrySpec {
  return { tag: 0x34, label: "other", attributes };
}

function ranges(...bytes: number[]): Record<string, Uint8Array> {
  return { ".debug_rnglists": Uint8Array.from([...new Array(12).fill(0), ...bytes]) };
}

const NO_LIST: readonly AttributeSpec[] = [[DW_AT_NAME, DW_FORM_STRING, "f"], [
  DW_AT_RANGES,
  DW_FORM_SEC_OFFSET,
  12,
]];

const DEFECTS: readonly Defect[] = [
  // Headers.
  {
    what: "of length 0",
    unit: { length: 0 },
    problem: `${UNIT}%: it has 0 bytes, which are less than its header`,
  },
  {
    what: "that ends in its header",
    unit: { length: 7 },
    problem: `${UNIT}%: it has 7 bytes, which are less than its header`,
  },
  {
    what: "that ends behind the section",
    unit: { length: 0x1000 },
    problem: `${UNIT}%: it is said to end at 0x1045, the section ends at 0xbe`,
  },
  {
    what: "of 2^63 bytes",
    unit: { is64: true, length: 1n << 63n },
    problem: `${UNIT}%: it is said to end at 0x8000000000000000, the section ends at 0xca`,
  },
  {
    what: "of a reserved length",
    unit: { length: 0xfffffff0 },
    problem: `${UNIT}%: its length is 0xfffffff0, which is reserved`,
  },
  {
    what: "of version 0",
    unit: { version: 0 },
    problem: `${UNIT}%: it has version 0, want 2 to 5`,
  },
  {
    what: "of version 6",
    unit: { version: 6 },
    problem: `${UNIT}%: it has version 6, want 2 to 5`,
  },
  {
    what: "of an unknown type",
    unit: { type: 0x7f },
    problem: `${UNIT}%: its type is 0x7f, which is not known here`,
  },
  {
    what: "with addresses of 16 bytes",
    unit: { version: 4, addressSize: 16 },
    attributes: [],
    problem: `${UNIT}%: addresses have 16 bytes, want 2, 4 or 8`,
  },
  // Abbreviations.
  {
    what: "whose abbreviations are behind their section",
    unit: { abbreviationsOffset: 0xffff },
    problem: 'Cannot read the abbreviations of "test.so(.debug_abbrev)" at file offset 0xffff: ' +
      "the section ends at 0x60",
  },
  {
    what: "whose abbreviations begin in the middle of others",
    unit: { abbreviationsOffset: 2 },
  },
  {
    what: "with an entry of an abbreviation that there is not",
    unit: { tail: [0x7f] },
    problem: `${FUNCTIONS}%61: there is no abbreviation 127`,
  },
  {
    what: "with an entry whose number does not end",
    unit: { tail: new Array(40).fill(0x80) },
    problem: `${FUNCTIONS}%61: a LEB128 number does not end`,
  },
  {
    what: "that ends in a number",
    unit: { tail: [0x80] },
    problem: `${FUNCTIONS}%61: it ends in the middle of a value`,
  },
  // Forms.
  {
    what: "with an attribute of an unknown form",
    // One more entry like the last.
    entries: [...ENTRIES, other([0x3b, DW_FORM_INDIRECT, { form: DW_FORM_UDATA, value: 0 }])],
    unit: { tail: [4, 0x7f] },
    problem: `${FUNCTIONS}%64: form 0x7f is not known here`,
  },
  {
    what: "whose indirect form leads to itself",
    entries: [
      ...ENTRIES,
      other([0x3b, DW_FORM_INDIRECT, { form: DW_FORM_INDIRECT, value: { form: 0x0f, value: 1 } }]),
    ],
    problem: `${FUNCTIONS}%60: DW_FORM_indirect leads to a form that it must not lead to`,
  },
  {
    what: "with too long a block",
    entries: [...ENTRIES, other([0x02, DW_FORM_BLOCK4, [1, 2, 3]])],
    unit: { tail: [4, 0xff, 0xff, 0xff, 0xff] },
    problem: `${FUNCTIONS}%73: an entry ends behind its unit`,
  },
  {
    what: "with a text as the line of a call",
    entries: [
      functionAt("f", 0x2000, 0x10, [
        inlinedAt("call", 0x2000, 4, undefined, [[constants.DW_AT_CALL_LINE, DW_FORM_STRING, "1"]]),
      ]),
    ],
    frames: "f > call",
    problem: 'Cannot read an inlined call of "test.so(.debug_info)" at file offset %40: ' +
      "form 0x8 is not known here",
  },
  // Lists of children.
  {
    what: "whose lists of children end too often",
    unit: { tail: [0, 0, 0, 0] },
    frames: "f > call",
  },
  {
    what: "whose entries refer back to their siblings",
    entries: [
      { tag: 0x0b, attributes: [[constants.DW_AT_SIBLING, DW_FORM_REF4, 12]], children: ENTRIES },
    ],
    frames: "f > call",
  },
  // Ranges.
  {
    what: "with a function that ends before it begins",
    entries: [{
      tag: DW_TAG_SUBPROGRAM,
      attributes: [
        [DW_AT_NAME, DW_FORM_STRING, "f"],
        [DW_AT_LOW_PC, constants.DW_FORM_ADDR, 0x2000],
        [DW_AT_HIGH_PC, constants.DW_FORM_ADDR, 0x1000],
      ],
    }],
  },
  {
    what: "with a function of 2^63 bytes",
    entries: [{
      tag: DW_TAG_SUBPROGRAM,
      attributes: [
        [DW_AT_NAME, DW_FORM_STRING, "f"],
        [DW_AT_LOW_PC, constants.DW_FORM_ADDR, 0x2000],
        [DW_AT_HIGH_PC, DW_FORM_DATA8, 1n << 63n],
      ],
    }],
    frames: "f",
  },
  {
    what: "with a list of ranges behind the section",
    entries: [{ tag: DW_TAG_SUBPROGRAM, attributes: NO_LIST }],
    sections: { ".debug_rnglists": new Uint8Array(4) },
    problem: `${RANGES}0xc: the section ends at 0x4`,
  },
  {
    what: "with a list of ranges that does not end",
    entries: [{ tag: DW_TAG_SUBPROGRAM, attributes: NO_LIST }],
    sections: ranges(4, 1, 2, 4, 1, 2),
    problem: `${RANGES}0xc: the section ends before`,
  },
  {
    what: "with a list of ranges of an unknown kind",
    entries: [{ tag: DW_TAG_SUBPROGRAM, attributes: NO_LIST }],
    sections: ranges(0x33, 0),
    problem: `${RANGES}0xc: a range list has an entry of kind 0x33`,
  },
  {
    what: "with a list of ranges that are inverted",
    entries: [{ tag: DW_TAG_SUBPROGRAM, attributes: NO_LIST }],
    sections: ranges(4, 0x10, 0, 4, 0x20, 0x10, 0),
  },
  {
    what: "with the index of a list that is not there",
    entries: [{
      tag: DW_TAG_SUBPROGRAM,
      attributes: [NO_LIST[0]!, [DW_AT_RANGES, DW_FORM_RNGLISTX, 1 << 20]],
    }],
    sections: ranges(0),
    problem: `${RANGES}0x40000c: the section ends at 0xd`,
  },
  {
    what: "with lists of ranges and no section of them",
    entries: [{ tag: DW_TAG_SUBPROGRAM, attributes: NO_LIST }],
    problem: 'Cannot read address ranges of "test.so": there is no section with address ranges, ' +
      "but something refers to it",
  },
  // Addresses and strings by index.
  {
    what: "with the index of an address that is not there",
    attributes: [[DW_AT_ADDR_BASE, DW_FORM_SEC_OFFSET, 8]],
    entries: [{
      tag: DW_TAG_SUBPROGRAM,
      attributes: [
        [DW_AT_LOW_PC, DW_FORM_ADDRX, 1 << 30],
        [DW_AT_HIGH_PC, DW_FORM_DATA4, 16],
      ],
    }],
    sections: { ".debug_addr": new Uint8Array(24) },
    problem: `${FUNCTIONS}%30: there is no address with index 0x40000000`,
  },
  {
    what: "whose addresses are behind their section",
    attributes: [[DW_AT_ADDR_BASE, DW_FORM_SEC_OFFSET, 0x100]],
    sections: { ".debug_addr": new Uint8Array(24) },
    problem: 'Cannot read the addresses of "test.so(.debug_addr)" at file offset 0x100: ' +
      "the section ends at 0x18",
  },
  {
    what: "with addresses by index and no section of them",
    attributes: [[DW_AT_ADDR_BASE, DW_FORM_SEC_OFFSET, 8]],
    problem: missing(".debug_addr"),
  },
  {
    what: "with a name behind the strings",
    entries: [code([DW_AT_NAME, DW_FORM_STRP, 0x1000])],
    sections: { ".debug_str": new Uint8Array(8) },
    frames: "?",
    problem: 'Cannot read a string of "test.so(.debug_str)" at file offset 0x1000: ' +
      "it is outside the table",
  },
  {
    what: "with a name that does not end",
    entries: [code([DW_AT_NAME, DW_FORM_STRP, 4])],
    sections: { ".debug_str": new Uint8Array(8).fill(0x61) },
    frames: "?",
    problem: 'Cannot read a string of "test.so(.debug_str)" at file offset 0x4: it has no end',
  },
  {
    what: "with a name and no section of strings",
    entries: [code([DW_AT_NAME, DW_FORM_STRP, 4])],
    frames: "?",
    problem: missing(".debug_str"),
  },
  {
    what: "with a name by index and no section of offsets",
    entries: [code([DW_AT_NAME, DW_FORM_STRX, 4])],
    frames: "?",
    problem: missing(".debug_str_offsets"),
  },
  {
    what: "with a name by an index that is not there",
    attributes: [[DW_AT_STR_OFFSETS_BASE, DW_FORM_SEC_OFFSET, 8]],
    entries: [code([DW_AT_NAME, DW_FORM_STRX, 1 << 30])],
    sections: { ".debug_str_offsets": new Uint8Array(16) },
    frames: "?",
    problem: 'Cannot read where strings are of "test.so(.debug_str_offsets)" at file offset ' +
      "0x100000008: the section ends at 0x10",
  },
  {
    what: "whose strings begin at 2^63",
    unit: { is64: true },
    attributes: [[DW_AT_STR_OFFSETS_BASE, DW_FORM_SEC_OFFSET, 1n << 63n]],
    entries: [code([DW_AT_NAME, DW_FORM_STRX, 0])],
    sections: { ".debug_str_offsets": new Uint8Array(16) },
    frames: "?",
    problem: 'Cannot read where strings are of "test.so(.debug_str_offsets)" at file offset ' +
      "0x8000000000000000: the section ends at 0x10",
  },
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
  ].map(([what, lines, problem]): Defect => ({
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

for (const defect of DEFECTS) {
  const { what, unit = {}, attributes = [], entries = ENTRIES, sections = {}, lines } = defect;
  Deno.test(`findSourceFrames() reads a file with a unit ${what}`, async () => {
    const built = buildDwarf({
      units: [
        good("before", 0x1000),
        { entry: compileUnit(0x2000, 0x10, entries, attributes), ...unit },
        good("behind", 0x3000),
      ],
      sections: { ...sections, ...lines && { ".debug_line": buildLineTable(lines) } },
    });
    const { frames, problems } = await framesOf(built, [0x1000, 0x2000, 0x3000]);
    assertEquals([frames[0], frames[2]], GOOD_FRAMES);
    const start = built.starts[1]!;
    const problem = defect.problem?.replace(
      /%(\d*)/,
      (_, more) => `0x${(start + Number(more)).toString(16)}`,
    );
    assertEquals([frames[1], problems], [defect.frames ?? "-", problem ? [problem] : []]);
  });
}

function good(name: string, start: number): UnitSpec {
  const calls = [inlinedAt("call", start, 4)];
  return { entry: compileUnit(start, 0x10, [functionAt(name, start, 0x10, calls)]) };
}

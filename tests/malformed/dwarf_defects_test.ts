import * as constants from "../../lib/dwarf/constants.ts";
import type { AttributeSpec, EntrySpec } from "../support/dwarf_builder.ts";
import { code, type DwarfDefect, ENTRIES, testDefects } from "../support/dwarf_defect.ts";
import { functionAt, inlinedAt } from "../support/dwarf_units.ts";

// One defect a file: headers, abbreviations, forms, ranges, and what has an index.

const {
  DW_AT_ADDR_BASE,
  DW_AT_HIGH_PC,
  DW_AT_LOW_PC,
  DW_AT_NAME,
  DW_AT_RANGES,
  DW_AT_STR_OFFSETS_BASE,
  DW_FORM_ADDRX,
  DW_FORM_BLOCK4,
  DW_FORM_DATA4,
  DW_FORM_DATA8,
  DW_FORM_INDIRECT,
  DW_FORM_REF4,
  DW_FORM_RNGLISTX,
  DW_FORM_SEC_OFFSET,
  DW_FORM_STRING,
  DW_FORM_STRP,
  DW_FORM_STRX,
  DW_FORM_UDATA,
  DW_TAG_SUBPROGRAM,
} = constants;
const UNIT = 'Cannot read the unit of "test.so(.debug_info)" at file offset ';
const FUNCTIONS = 'Cannot find the functions of the unit of "test.so(.debug_info)" at file offset ';
const RANGES = 'Cannot read address ranges of "test.so(.debug_rnglists)" at file offset ';
const missing = (section: string) =>
  `Cannot open the section ${section} of "test.so": there is none, but something refers to it`;

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

const DEFECTS: readonly DwarfDefect[] = [
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
];

testDefects(DEFECTS);

import { assertEquals, assertThrows } from "@std/assert";
import * as constants from "../../lib/dwarf/constants.ts";
import { Defect } from "../../lib/dwarf/defect.ts";
import { DwarfReader } from "../../lib/dwarf/dwarf_reader.ts";
import { parseLineHeader } from "../../lib/dwarf/line_header.ts";
import type { DwarfWriter } from "../support/dwarf_writer.ts";
import { buildLineTable, type LineTableSpec } from "../support/line_table_builder.ts";

const { DW_FORM_LINE_STRP, DW_FORM_STRING, DW_FORM_UDATA, DW_LNCT_DIRECTORY_INDEX, DW_LNCT_PATH } =
  constants;
const DW_LNCT_TIMESTAMP = 3;
const DW_LNCT_SIZE = 4;
const DW_LNCT_MD5 = 5;
const DW_LNCT_LO_USER = 0x2000;

function parse(spec: LineTableSpec) {
  const bytes = buildLineTable(spec);
  const reader = new DwarfReader(bytes, spec.littleEndian ?? true);
  const header = parseLineHeader(reader);
  // A string in place is given by where it is.
  const spell = ({ form, value }: { form: number; value: number }) => {
    if (form !== DW_FORM_STRING) return value;
    reader.position = value;
    return reader.string();
  };
  return {
    ...header,
    bytes,
    directoryNames: header.directories.map(spell),
    fileNames: header.files.map(({ name, directoryIndex }) => [spell(name), directoryIndex]),
  };
}

for (const version of [2, 3, 4, 5]) {
  for (const is64 of [false, true]) {
    for (const littleEndian of [true, false]) {
      const what = `version ${version}, ${is64 ? 64 : 32} bits, little-endian: ${littleEndian}`;
      Deno.test(`parseLineHeader() reads a table (${what})`, () => {
        const header = parse({
          version,
          is64,
          littleEndian,
          addressSize: 4,
          minInstructionLength: 4,
          maxOperations: 3,
          lineBase: -5,
          lineRange: 14,
          opcodeBase: 10,
          argumentCounts: [0, 1, 1, 1, 1, 0, 0, 0, 7],
          directories: ["/build", "include"],
          files: [["a.c", 0], ["b.h", 1]],
        });
        assertEquals(header.version, version);
        assertEquals(header.addressSize, version >= 5 ? 4 : 0);
        assertEquals(header.minInstructionLength, 4);
        assertEquals(header.maxOperations, version >= 4 ? 3 : 1);
        assertEquals([header.lineBase, header.lineRange, header.opcodeBase], [-5, 14, 10]);
        assertEquals([...header.argumentCounts], [0, 0, 1, 1, 1, 1, 0, 0, 0, 7]);
        assertEquals(header.directoryNames, ["/build", "include"]);
        assertEquals(header.fileNames, [["a.c", 0], ["b.h", 1]]);
        assertEquals(header.programStart, header.bytes.length);
      });
    }
  }
}

Deno.test("parseLineHeader() takes 0 operations for 1", () => {
  assertEquals(parse({ maxOperations: 0 }).maxOperations, 1);
});

Deno.test("parseLineHeader() trusts the length of the header, not where the names end", () => {
  const header = parse({ headerLength: 60, program: ({ writer }) => writer.raw(...new Array(80)) });
  // unit_length, version, address sizes, header_length
  assertEquals(header.programStart, 4 + 2 + 2 + 4 + 60);
});

/** Writes files as DWARF 5 does, with no directories, in forms of a test's own. */
function files(
  formats: readonly [number, number][],
  write: (writer: DwarfWriter) => void,
  count = 1,
) {
  return (writer: DwarfWriter) => {
    writer.raw(0, 0, formats.length);
    for (const pair of formats) pair.forEach((value) => writer.uleb(value));
    writer.uleb(count);
    write(writer);
  };
}

Deno.test("parseLineHeader() reads a file with time, size, MD5 and what others may add", () => {
  const names = files([
    [DW_LNCT_PATH, DW_FORM_LINE_STRP],
    [DW_LNCT_DIRECTORY_INDEX, DW_FORM_UDATA],
    [DW_LNCT_TIMESTAMP, constants.DW_FORM_BLOCK],
    [DW_LNCT_SIZE, constants.DW_FORM_DATA8],
    [DW_LNCT_MD5, constants.DW_FORM_DATA16],
    [DW_LNCT_LO_USER, DW_FORM_STRING],
  ], (writer) => {
    writer.u32(0x1234);
    writer.uleb(2);
    writer.raw(3, 1, 2, 3);
    writer.word(true, 999);
    writer.raw(...new Array(16).fill(0xab));
    writer.string("more");
    writer.u8(0xee);
  });
  const header = parse({ names });
  assertEquals(header.fileNames, [[0x1234, 2]]);
  assertEquals(header.bytes[header.programStart - 1], 0xee);
});

for (const form of ["STRX1", "STRX2", "STRX4", "STRP", "STRP_SUP"] as const) {
  Deno.test(`parseLineHeader() reads names in DW_FORM_${form}`, () => {
    const names = files(
      [[DW_LNCT_PATH, constants[`DW_FORM_${form}`]]],
      (writer) => writer.raw(5, 0, 0, 0),
    );
    assertEquals(parse({ names }).fileNames, [[5, 0]]);
  });
}

for (
  const [what, spec, detail] of [
    ["version 1", { version: 1 }, "it has version 1, want 2 to 5"],
    ["version 6", { version: 6 }, "it has version 6, want 2 to 5"],
    [
      "too long a header",
      { headerLength: 0x1000 },
      "its header has 0x1000 bytes, which are more than there are",
    ],
    [
      "a header of 2^63 bytes",
      { is64: true, headerLength: 1n << 63n },
      "its header has 0x8000000000000000 bytes, which are more than there are",
    ],
    [
      "more files than bytes",
      { names: files([[DW_LNCT_PATH, DW_FORM_UDATA]], () => {}, 1000) },
      "it has 0x3e8 files or directories, which are more than there can be",
    ],
    [
      "files that take no bytes",
      { names: files([], () => {}, 1 << 20) },
      "it has 0x100000 files or directories, which are more than there can be",
    ],
    [
      "a name that is a number",
      { names: files([[DW_LNCT_PATH, DW_FORM_UDATA]], (writer) => writer.u8(1)) },
      "a string has form 0xf",
    ],
    [
      "a field of an unknown form",
      { names: files([[DW_LNCT_MD5, 0x7f]], (writer) => writer.u8(1)) },
      "form 0x7f is not known here",
    ],
  ] as const
) {
  Deno.test(`parseLineHeader() refuses ${what}`, () => {
    assertThrows(() => parse(spec), Defect, detail);
  });
}

for (const version of [4, 5]) {
  Deno.test(`parseLineHeader() refuses a table that is cut, version ${version}`, () => {
    const bytes = buildLineTable({
      version,
      directories: ["/build"],
      files: [["a.c", 0]],
      headerLength: 0,
    });
    for (let length = 0; length < bytes.length; length++) {
      const reader = new DwarfReader(bytes.subarray(0, length), true);
      const error = assertThrows(() => parseLineHeader(reader));
      // Cut behind the number of files, there are too few bytes for these.
      assertEquals(error instanceof RangeError || error instanceof Defect, true, `${error}`);
    }
  });
}

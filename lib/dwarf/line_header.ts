import { hex } from "../errors.ts";
import { readStringReference, type StringReference } from "./attribute_values.ts";
import { DW_FORM_STRING, DW_LNCT_DIRECTORY_INDEX, DW_LNCT_PATH } from "./constants.ts";
import { Defect } from "./defect.ts";
import type { DwarfReader } from "./dwarf_reader.ts";
import { type FormSizes, readNumber, skipForm } from "./forms.ts";
import { parseLength } from "./unit_header.ts";

/** A name of a file or directory in a line table. */
export interface LineFile {
  /** See {@linkcode LineHeader.directories}. */
  readonly name: StringReference;
  /** An index of the directories. */
  readonly directoryIndex: number;
}

/** The header of a line number program (DWARF 5, section 6.2.4). */
export interface LineHeader {
  /** 2 to 5. */
  readonly version: number;
  /** Bytes of an address, as far as it is known: 0 before DWARF 5. */
  readonly addressSize: number;
  /** How much an address advances by, for 1. */
  readonly minInstructionLength: number;
  /** How many operations an instruction has at most: 1 but for VLIW machines. */
  readonly maxOperations: number;
  /** The least that a special opcode adds to the line. */
  readonly lineBase: number;
  /** How many different numbers a special opcode may add to the line. */
  readonly lineRange: number;
  /** The first special opcode. */
  readonly opcodeBase: number;
  /** By number of a standard opcode: how many arguments it has. */
  readonly argumentCounts: Uint8Array;
  /**
   * In order; the first is that of index 0 since DWARF 5, of index 1 before. If the string is in
   * place, `value` is where it begins in the line table, and it is not decoded: few are wanted.
   */
  readonly directories: readonly StringReference[];
  /** Likewise. */
  readonly files: LineFile[];
  /** Where the program begins: bytes from the start of the line table. */
  readonly programStart: number;
}

/** A compiler writes some thousands of them. */
const MAX_FILES = 1 << 20;

/**
 * Parses the header of a line table.
 *
 * @param reader Stands at the first byte of the table, which is position 0.
 * @throws {Defect | RangeError} If it is malformed.
 */
export function parseLineHeader(reader: DwarfReader): LineHeader {
  const { is64 } = parseLength(reader);
  const version = reader.u16();
  if (version < 2 || version > 5) throw new Defect(`it has version ${version}, want 2 to 5`);
  let addressSize = 0;
  if (version >= 5) {
    addressSize = reader.u8();
    reader.u8(); // segment_selector_size
  }
  const headerLength = reader.offset(is64);
  const programStart = reader.position + headerLength;
  if (programStart > reader.bytes.length) {
    throw new Defect(`its header has ${hex(headerLength)} bytes, which are more than there are`);
  }
  const minInstructionLength = reader.u8();
  // Some write 0, which makes no sense.
  const maxOperations = version >= 4 ? Math.max(1, reader.u8()) : 1;
  reader.u8(); // default_is_stmt
  const lineBase = reader.u8() << 24 >> 24;
  const lineRange = reader.u8();
  const opcodeBase = reader.u8();
  const argumentCounts = new Uint8Array(Math.max(1, opcodeBase));
  for (let opcode = 1; opcode < opcodeBase; opcode++) argumentCounts[opcode] = reader.u8();
  const sizes = { version, is64, addressSize };
  const directories = version >= 5
    ? parseEntries(reader, sizes).map(({ name }) => name)
    : parseNames(reader);
  const files = version >= 5 ? parseEntries(reader, sizes) : parseFiles(reader);
  return {
    version,
    addressSize,
    minInstructionLength,
    maxOperations,
    lineBase,
    lineRange,
    opcodeBase,
    argumentCounts,
    directories,
    files,
    programStart,
  };
}

/** Reads a file as it is described before DWARF 5, its name aside. */
export function parseFileRest(reader: DwarfReader): number {
  const directoryIndex = reader.uleb();
  reader.skipLeb(); // time
  reader.skipLeb(); // length
  return directoryIndex;
}

/** Passes a string that is in place. */
export function parseInlineName(reader: DwarfReader): StringReference {
  const value = reader.position;
  reader.skipString();
  return { form: DW_FORM_STRING, value, text: "" };
}

function parseNames(reader: DwarfReader): StringReference[] {
  const names: StringReference[] = [];
  while (reader.bytes[reader.position] !== 0) names.push(parseInlineName(reader));
  reader.u8();
  return names;
}

function parseFiles(reader: DwarfReader): LineFile[] {
  const files: LineFile[] = [];
  while (reader.bytes[reader.position] !== 0) {
    const name = parseInlineName(reader);
    files.push({ name, directoryIndex: parseFileRest(reader) });
  }
  reader.u8();
  return files;
}

function parseName(reader: DwarfReader, form: number, { is64 }: FormSizes): StringReference {
  if (form === DW_FORM_STRING) return parseInlineName(reader);
  return readStringReference(reader, form, is64);
}

/** Since DWARF 5, entries come with the forms of their fields. */
function parseEntries(reader: DwarfReader, sizes: FormSizes): LineFile[] {
  const formatCount = reader.u8();
  const contents: number[] = [];
  const forms: number[] = [];
  for (let at = 0; at < formatCount; at++) {
    contents.push(reader.uleb());
    forms.push(reader.uleb());
  }
  const count = reader.uleb();
  // Each of them has a byte at least.
  if (count > MAX_FILES || count > reader.bytes.length - reader.position) {
    throw new Defect(`it has ${hex(count)} files or directories, which are more than there can be`);
  }
  const entries: LineFile[] = [];
  for (let entry = 0; entry < count; entry++) {
    let name: StringReference = { form: DW_FORM_STRING, value: 0, text: "" };
    let directoryIndex = 0;
    for (let at = 0; at < formatCount; at++) {
      const form = forms[at]!;
      if (contents[at] === DW_LNCT_PATH) name = parseName(reader, form, sizes);
      else if (contents[at] === DW_LNCT_DIRECTORY_INDEX) {
        directoryIndex = readNumber(reader, form, 0, sizes.is64);
      } else skipForm(reader, form, sizes);
    }
    entries.push({ name, directoryIndex });
  }
  return entries;
}

import { ByteCursor, type ByteSource } from "../bytes/mod.ts";
import { FormatError, UnsupportedError } from "../errors.ts";
import {
  DW_EH_PE_ABSPTR,
  readEncodedPointer,
  readSleb128,
  readUleb128,
} from "./pointer_encoding.ts";

/** The code of a function, or of a part of one: `[start, end)`, vaddrs. */
export interface CodeRange {
  /** The vaddr of the first byte. */
  readonly start: number;
  /** The vaddr behind the last byte. */
  readonly end: number;
}

/** A section of call frame information, `.eh_frame` or `.debug_frame`. */
export interface FrameSection {
  /** What the section is in. */
  readonly source: ByteSource;
  /** Bytes from the start of the source to the first entry. */
  readonly fileOffset: number;
  /** In bytes. */
  readonly size: number;
  /** The vaddr of the first entry; of `.debug_frame`, which is not loaded, 0. */
  readonly vaddr: number;
  /** Whether it is `.debug_frame`, which differs in how entries are told apart. */
  readonly isDebug: boolean;
  /** Whether addresses have 64 bits. */
  readonly is64: boolean;
  /** Byte order. */
  readonly littleEndian: boolean;
}

/** What is common to the entries that follow (DWARF 5, 6.4.1, "Common Information Entry"). */
export interface CommonInformation {
  /** How the addresses of its functions are written; see `pointer_encoding.ts`. */
  readonly encoding: number;
  /** Whether addresses have 64 bits. */
  readonly is64: boolean;
}

/** The start of an entry. Positions are bytes from the start of the section. */
export interface EntryStart {
  /** Position of the first byte behind the identifier. */
  readonly contentPosition: number;
  /** Position behind the entry. */
  readonly end: number;
  /** Position of the common information entry; -1 if this is one, NaN if it is a terminator. */
  readonly commonPosition: number;
}

/** Bytes that hold the start of an entry and the range of a function, whatever the format. */
export const ENTRY_HEAD_SIZE = 40;
/** What matters of a common information entry, with the longest augmentation, takes less. */
const COMMON_HEAD_SIZE = 256;

/**
 * Reads the start of an entry: length, extended length, and identifier or pointer (LSB Core, "The
 * .eh_frame section"; DWARF 5, 6.4.1 and 7.4). The identifier in `.eh_frame` has 32 bits always.
 *
 * @param cursor At the first byte of the entry; its position 0 is at `base` in the section.
 * @throws {FormatError} If the entry does not lie inside the section.
 */
export function readEntryStart(
  cursor: ByteCursor,
  base: number,
  section: FrameSection,
): EntryStart {
  const start = cursor.position;
  let length = cursor.u32();
  if (length === 0) {
    const position = base + cursor.position;
    return { contentPosition: position, end: position, commonPosition: NaN };
  }
  const is64 = length === 0xffffffff;
  if (is64) length = cursor.u64();
  const idPosition = base + cursor.position;
  const end = idPosition + length;
  if (end > section.size) {
    const left = section.size - idPosition;
    throw cursor.error(start, `entry has ${length} bytes, ${left} are left in the section`);
  }
  const isWide = is64 && section.isDebug;
  if (length < (isWide ? 8 : 4)) throw cursor.error(start, `entry has ${length} bytes, want 4`);
  const high = isWide && !section.littleEndian ? cursor.u32() : 0;
  const low = cursor.u32();
  const top = isWide && section.littleEndian ? cursor.u32() : high;
  const contentPosition = base + cursor.position;
  const isCommon = section.isDebug
    ? low === 0xffffffff && (!isWide || top === 0xffffffff)
    : low === 0;
  if (isCommon) return { contentPosition, end, commonPosition: -1 };
  // In .eh_frame it is the distance back from itself, in .debug_frame a position.
  const commonPosition = section.isDebug ? top * 0x100000000 + low : idPosition - low;
  if (commonPosition >= 0 && commonPosition < section.size) {
    return { contentPosition, end, commonPosition };
  }
  throw cursor.error(start, "its common information entry is outside the section");
}

/**
 * Reads a common information entry.
 *
 * @param position Bytes from the start of the section.
 * @throws {FormatError} If it is none, or is cut.
 * @throws {UnsupportedError} If its augmentation or address size is unknown.
 */
export async function readCommonInformation(
  section: FrameSection,
  position: number,
): Promise<CommonInformation> {
  const { source, littleEndian } = section;
  const fileOffset = section.fileOffset + position;
  const length = Math.min(COMMON_HEAD_SIZE, section.size - position);
  const bytes = await source.readAt(fileOffset, length);
  const cursor = new ByteCursor(bytes, { source: source.name, fileOffset, littleEndian });
  const entry = readEntryStart(cursor, position, section);
  if (entry.commonPosition !== -1) {
    throw new FormatError({
      action: "read a common information entry",
      source: source.name,
      place: { fileOffset },
      detail: "it is another kind of entry",
    });
  }
  return parseCommonInformation(cursor, position, section);
}

function parseCommonInformation(
  cursor: ByteCursor,
  base: number,
  section: FrameSection,
): CommonInformation {
  const { source: { name } } = section;
  const version = cursor.u8();
  if (version !== 1 && version !== 3 && version !== 4) {
    throw cursor.error(cursor.position - 1, `version is ${version}, want 1, 3 or 4`);
  }
  const augmentation = readAugmentation(cursor);
  let is64 = section.is64;
  if (section.isDebug && version === 4) {
    const addressSize = cursor.u8();
    const selectorSize = cursor.u8();
    if (addressSize !== 4 && addressSize !== 8 || selectorSize !== 0) {
      const feature = `address_size ${addressSize}, segment_selector_size ${selectorSize}`;
      throw new UnsupportedError(name, feature);
    }
    is64 = addressSize === 8;
  }
  // Before GCC 3: the address of exception handling data.
  if (augmentation === "eh") cursor.skip(is64 ? 8 : 4);
  readUleb128(cursor); // code_alignment_factor
  readSleb128(cursor); // data_alignment_factor
  if (version === 1) cursor.skip(1); // return_address_register
  else readUleb128(cursor);
  const hasData = augmentation.startsWith("z");
  if (hasData) readUleb128(cursor);
  let encoding = DW_EH_PE_ABSPTR;
  for (const letter of augmentation === "eh" ? "" : augmentation.slice(hasData ? 1 : 0)) {
    if (letter === "R" && hasData) encoding = cursor.u8();
    else if (letter === "L" && hasData) cursor.skip(1);
    else if (letter === "P" && hasData) {
      // Where the personality routine is said to be does not matter here.
      const format = cursor.u8() & 0x0f;
      readEncodedPointer(cursor, format, { source: name, is64, vaddr: section.vaddr + base });
    } else if (!"SBG".includes(letter)) {
      throw new UnsupportedError(name, `augmentation ${JSON.stringify(augmentation)}`);
    }
  }
  return { encoding, is64 };
}

/** Longer ones do not exist. */
const MAX_AUGMENTATION_SIZE = 32;

function readAugmentation(cursor: ByteCursor): string {
  const start = cursor.position;
  let text = "";
  for (let char = cursor.u8(); char !== 0; char = cursor.u8()) {
    text += String.fromCharCode(char);
    if (text.length > MAX_AUGMENTATION_SIZE) throw cursor.error(start, "augmentation has no end");
  }
  return text;
}

/**
 * Reads the code that a frame description entry is about: `initial_location` and `address_range`
 * (DWARF 5, 6.4.1; LSB Core: `PC Begin` and `PC Range`).
 *
 * @param cursor At the content of the entry; its position 0 is at `base` in the section.
 * @param entryEnd Position behind the entry, bytes from the start of the section.
 * @returns Start and end are NaN if they are no canonical addresses.
 * @throws {FormatError} If the entry is cut or the range is negative.
 * @throws {UnsupportedError} If the encoding is.
 */
export function readFunctionRange(
  cursor: ByteCursor,
  base: number,
  entryEnd: number,
  common: CommonInformation,
  section: FrameSection,
): CodeRange {
  const begin = cursor.position;
  const { encoding, is64 } = common;
  const context = { source: section.source.name, is64, vaddr: section.vaddr + base };
  const start = readEncodedPointer(cursor, encoding, context);
  const size = readEncodedPointer(cursor, encoding & 0x0f, context);
  if (base + cursor.position > entryEnd) throw cursor.error(begin, "entry ends inside its range");
  if (size < 0) throw cursor.error(begin, `range has ${size} bytes`);
  return { start, end: start + size };
}

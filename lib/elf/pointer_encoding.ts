import type { ByteCursor } from "../bytes/mod.ts";
import { hex, UnsupportedError } from "../errors.ts";

// Pointer encodings (LSB Core, "DWARF Exception Header Encoding"): the low four bits are the
// format, the next three what the value is relative to, the highest one asks for an indirection.

/** No value is there. */
export const DW_EH_PE_OMIT = 0xff;
/** Format: an address of the file's class. */
export const DW_EH_PE_ABSPTR = 0x00;
/** Format: unsigned LEB128. */
export const DW_EH_PE_ULEB128 = 0x01;
/** Format: unsigned 16 bits. */
export const DW_EH_PE_UDATA2 = 0x02;
/** Format: unsigned 32 bits. */
export const DW_EH_PE_UDATA4 = 0x03;
/** Format: unsigned 64 bits. */
export const DW_EH_PE_UDATA8 = 0x04;
/** Format: signed LEB128. */
export const DW_EH_PE_SLEB128 = 0x09;
/** Format: signed 16 bits. */
export const DW_EH_PE_SDATA2 = 0x0a;
/** Format: signed 32 bits. */
export const DW_EH_PE_SDATA4 = 0x0b;
/** Format: signed 64 bits. */
export const DW_EH_PE_SDATA8 = 0x0c;
/** Relative to the place of the value itself. */
export const DW_EH_PE_PCREL = 0x10;
/** Relative to the start of `.eh_frame_hdr`. */
export const DW_EH_PE_DATAREL = 0x30;
/** The value is where the value is. */
export const DW_EH_PE_INDIRECT = 0x80;

/** Where a pointer is read, and how wide an address is. */
export interface PointerContext {
  /** The name of the source, for messages. */
  readonly source: string;
  /** Whether addresses have 64 bits; else 32. */
  readonly is64: boolean;
  /** The vaddr of position 0 of the cursor, for `DW_EH_PE_PCREL`. */
  readonly vaddr: number;
  /** What `DW_EH_PE_DATAREL` is relative to; without it that encoding is not supported. */
  readonly dataVaddr?: number;
}

/**
 * Reads a pointer and moves the cursor behind it.
 *
 * @param encoding As the `DW_EH_PE` constants compose it.
 * @returns The vaddr (64-bit: the upper half as negative numbers, NaN if it is not canonical), or,
 * with a bare format, the number.
 * @throws {FormatError} If the bytes end before.
 * @throws {UnsupportedError} If the encoding is another one, or indirect.
 */
export function readEncodedPointer(
  cursor: ByteCursor,
  encoding: number,
  context: PointerContext,
): number {
  const place = context.vaddr + cursor.position;
  const value = readFormat(cursor, encoding, context);
  const base = baseOf(encoding, place, context);
  return context.is64 ? value + base : (value + base) >>> 0;
}

function readFormat(cursor: ByteCursor, encoding: number, context: PointerContext): number {
  switch (encoding & 0x0f) {
    case DW_EH_PE_ABSPTR:
      return context.is64 ? cursor.address64() : cursor.u32();
    case DW_EH_PE_ULEB128:
      return readUleb128(cursor);
    case DW_EH_PE_UDATA2:
      return cursor.u16();
    case DW_EH_PE_UDATA4:
      return cursor.u32();
    case DW_EH_PE_UDATA8:
    case DW_EH_PE_SDATA8:
      return cursor.address64();
    case DW_EH_PE_SLEB128:
      return readSleb128(cursor);
    case DW_EH_PE_SDATA2:
      return cursor.u16() << 16 >> 16;
    case DW_EH_PE_SDATA4:
      return cursor.u32() | 0;
    default:
      throw unsupported(encoding, context);
  }
}

function baseOf(encoding: number, place: number, context: PointerContext): number {
  switch (encoding & 0xf0) {
    case 0:
      return 0;
    case DW_EH_PE_PCREL:
      return place;
    case DW_EH_PE_DATAREL:
      if (context.dataVaddr !== undefined) return context.dataVaddr;
  }
  throw unsupported(encoding, context);
}

function unsupported(encoding: number, { source }: PointerContext): UnsupportedError {
  return new UnsupportedError(source, `pointer encoding ${hex(encoding)}`);
}

/** No number that fits into 64 bits takes more. */
const MAX_LEB128_SIZE = 10;

/**
 * Reads an unsigned LEB128 number (DWARF 5, section 7.6).
 *
 * @throws {FormatError} If it takes more than 10 bytes or is 2^53 or more.
 */
export function readUleb128(cursor: ByteCursor): number {
  const start = cursor.position;
  let value = 0;
  let scale = 1;
  for (let at = 0; at < MAX_LEB128_SIZE; at++) {
    const byte = cursor.u8();
    value += (byte & 0x7f) * scale;
    scale *= 0x80;
    if (byte >= 0x80) continue;
    if (value > Number.MAX_SAFE_INTEGER) break;
    return value;
  }
  throw cursor.error(start, "LEB128 number is past 2^53");
}

/**
 * Reads a signed LEB128 number (DWARF 5, section 7.6).
 *
 * @throws {FormatError} If it takes more than 10 bytes, or its distance from 0 is 2^53 or more.
 */
export function readSleb128(cursor: ByteCursor): number {
  const start = cursor.position;
  let value = 0;
  let scale = 1;
  for (let at = 0; at < MAX_LEB128_SIZE; at++) {
    const byte = cursor.u8();
    const isLast = byte < 0x80;
    // The sign is bit 6 of the last byte.
    value += (isLast && byte >= 0x40 ? byte - 0x80 : byte & 0x7f) * scale;
    scale *= 0x80;
    if (!isLast) continue;
    if (!Number.isSafeInteger(value)) break;
    return value;
  }
  throw cursor.error(start, "LEB128 number is past 2^53");
}

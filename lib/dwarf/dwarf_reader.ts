import { Defect } from "./defect.ts";

/** No number of 64 bits reaches this, however it is padded. */
const MAX_LEB128_SCALE = 2 ** 140;
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Reads the values that DWARF is made of, one after the other, from a piece of a section. Every read
 * moves the position. The `DataView` checks the bounds: whatever lies outside throws a
 * {@linkcode RangeError}, which the caller turns into an error with a place (see `Section`), or
 * takes as a reason to fetch a longer piece.
 */
export class DwarfReader {
  /** Bytes from the start of the piece; the next read starts here. */
  position = 0;
  /** The piece. */
  readonly bytes: Uint8Array;
  /** The same. */
  readonly view: DataView;
  /** Byte order of all that has more than one byte. */
  readonly littleEndian: boolean;

  /** Starts at the first of the bytes. */
  constructor(bytes: Uint8Array, littleEndian: boolean) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.littleEndian = littleEndian;
  }

  /** Unsigned 8 bits. */
  u8(): number {
    const byte = this.bytes[this.position++];
    if (byte === undefined) throw endError();
    return byte;
  }

  /** Unsigned 16 bits. */
  u16(): number {
    const at = this.position;
    this.position = at + 2;
    return this.view.getUint16(at, this.littleEndian);
  }

  /** Unsigned 24 bits. */
  u24(): number {
    const at = this.position;
    this.position = at + 3;
    const first = this.view.getUint8(at);
    const middle = this.view.getUint8(at + 1) << 8;
    const last = this.view.getUint8(at + 2);
    return this.littleEndian ? first | middle | last << 16 : first << 16 | middle | last;
  }

  /** Unsigned 32 bits. */
  u32(): number {
    const at = this.position;
    this.position = at + 4;
    return this.view.getUint32(at, this.littleEndian);
  }

  /** Unsigned 64 bits; not exact from 2^53 on, where no offset or size is valid. */
  u64(): number {
    const at = this.position;
    this.position = at + 8;
    const low = this.view.getUint32(this.littleEndian ? at : at + 4, this.littleEndian);
    const high = this.view.getUint32(this.littleEndian ? at + 4 : at, this.littleEndian);
    return high * 0x100000000 + low;
  }

  /** An offset or a length: 64 bits in the 64-bit format, else 32. */
  offset(is64: boolean): number {
    return is64 ? this.u64() : this.u32();
  }

  /**
   * An address of `size` bytes, 2, 4 or 8: in symfold's form, with the upper half of the 64-bit
   * space as negative numbers.
   */
  address(size: number): number {
    if (size !== 8) return size === 4 ? this.u32() : this.u16();
    const at = this.position;
    this.position = at + 8;
    const low = this.view.getUint32(this.littleEndian ? at : at + 4, this.littleEndian);
    const high = this.view.getInt32(this.littleEndian ? at + 4 : at, this.littleEndian);
    // Most of them are vaddrs of a library: small whole numbers, which take no memory.
    return high === 0 ? low : high * 0x100000000 + low;
  }

  /** Unsigned LEB128 (DWARF 5, section 7.6); not exact from 2^53 on. */
  uleb(): number {
    const first = this.bytes[this.position++]!;
    return first < 0x80 ? first : this.#longUleb(first);
  }

  /** Signed LEB128; not exact where its distance from 0 is 2^53 or more. */
  sleb(): number {
    let value = 0;
    for (let scale = 1;; scale *= 0x80) {
      const byte = this.u8();
      // The sign is bit 6 of the last byte.
      if (byte < 0x80) return value + (byte >= 0x40 ? byte - 0x80 : byte) * scale;
      value += (byte & 0x7f) * scale;
      if (scale > MAX_LEB128_SCALE) throw new Defect("a LEB128 number does not end");
    }
  }

  /** Moves behind a LEB128 number of either kind. */
  skipLeb(): void {
    while (this.u8() >= 0x80);
  }

  /** Moves behind the zero byte that ends a string. */
  skipString(): void {
    const end = this.bytes.indexOf(0, this.position);
    if (end < 0) throw new RangeError("the string has no end");
    this.position = end + 1;
  }

  /** A string that ends with a zero byte; bytes that are no UTF-8 become U+FFFD. */
  string(): string {
    const start = this.position;
    this.skipString();
    return DECODER.decode(this.bytes.subarray(start, this.position - 1));
  }

  /** The rest of a number of more than one byte; or there is not even one. */
  #longUleb(first: number | undefined): number {
    if (first === undefined) throw endError();
    let value = first & 0x7f;
    for (let scale = 0x80;; scale *= 0x80) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      if (scale > MAX_LEB128_SCALE) throw new Defect("a LEB128 number does not end");
    }
  }
}

/** As the `DataView` throws it. */
function endError(): RangeError {
  return new RangeError("the piece ends before");
}

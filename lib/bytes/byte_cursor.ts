import { FormatError, hex } from "../errors.ts";

/** Where a {@linkcode ByteCursor} stands, and how it reads. */
export interface ByteCursorOptions {
  /** The name of the source, for messages. */
  readonly source: string;
  /** File offset of the first byte, for messages; 0 by default. */
  readonly fileOffset?: number;
  /** Byte order; little-endian by default. */
  readonly littleEndian?: boolean;
}

/**
 * Reads fields one after the other from bytes that were fetched as one piece. Each read is checked
 * against the end and moves the position.
 *
 * @example
 * ```ts
 * import { ByteCursor } from "./byte_cursor.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const cursor = new ByteCursor(new Uint8Array([1, 0, 2, 0, 0, 0]), { source: "example" });
 * assertEquals([cursor.u16(), cursor.u32()], [1, 2]);
 * ```
 */
export class ByteCursor {
  /** Bytes from the start of the piece; the next read starts here. */
  position = 0;
  /** Length of the piece in bytes. */
  readonly length: number;
  readonly #view: DataView;
  readonly #source: string;
  readonly #fileOffset: number;
  readonly #littleEndian: boolean;

  /** Starts at the first of the bytes. */
  constructor(bytes: Uint8Array, options: ByteCursorOptions) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.length = bytes.byteLength;
    this.#source = options.source;
    this.#fileOffset = options.fileOffset ?? 0;
    this.#littleEndian = options.littleEndian ?? true;
  }

  /** Unsigned 8 bits. */
  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  /** Unsigned 16 bits. */
  u16(): number {
    return this.#view.getUint16(this.#advance(2), this.#littleEndian);
  }

  /** Unsigned 32 bits. */
  u32(): number {
    return this.#view.getUint32(this.#advance(4), this.#littleEndian);
  }

  /**
   * Unsigned 64 bits that are an offset, a size or a count.
   *
   * @throws {FormatError} If it is 2^53 or more: no file is that large.
   */
  u64(): number {
    const at = this.#advance(8);
    const low = this.#view.getUint32(this.#littleEndian ? at : at + 4, this.#littleEndian);
    const high = this.#view.getUint32(this.#littleEndian ? at + 4 : at, this.#littleEndian);
    if (high >= 0x200000) {
      throw this.error(at, `value ${hex(high)}${low.toString(16).padStart(8, "0")} is past 2^53`);
    }
    return high * 0x100000000 + low;
  }

  /**
   * 64 bits that are an address, in symfold's form: the upper half of the space as negative
   * numbers. Gives NaN for an address that is not canonical.
   */
  address64(): number {
    const at = this.#advance(8);
    const low = this.#view.getUint32(this.#littleEndian ? at : at + 4, this.#littleEndian);
    const high = this.#view.getInt32(this.#littleEndian ? at + 4 : at, this.#littleEndian);
    if (high >= 0x200000 || high < -0x200000) return NaN;
    return high * 0x100000000 + low;
  }

  /** Moves on by `count` bytes. */
  skip(count: number): void {
    this.#advance(count);
  }

  /** The next `count` bytes, not copied. */
  bytes(count: number): Uint8Array {
    const at = this.#advance(count);
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + at, count);
  }

  /** How many bytes are left. */
  get remaining(): number {
    return this.length - this.position;
  }

  /** An error about the bytes at a position, ready to be thrown. */
  error(position: number, detail: string): FormatError {
    return new FormatError({
      action: "read bytes",
      source: this.#source,
      place: { fileOffset: this.#fileOffset + position },
      detail,
    });
  }

  #advance(count: number): number {
    const at = this.position;
    if (count < 0 || at + count > this.length) {
      throw this.error(at, `need ${count} bytes, ${this.length - at} are left`);
    }
    this.position = at + count;
    return at;
  }
}

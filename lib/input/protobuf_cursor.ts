import { FormatError } from "../errors.ts";

/** How the value of a field is written (protobuf.dev, "Encoding"). */
export const WIRE_VARINT = 0;
/** Eight bytes. */
export const WIRE_I64 = 1;
/** A length and so many bytes. */
export const WIRE_LEN = 2;
/** Four bytes. */
export const WIRE_I32 = 5;

/**
 * Goes through the fields of a protobuf message. The npm package `pprof-format`, which writes
 * profiles for us, does not notice when one is cut, and makes an object of every value.
 *
 * @example
 * ```ts
 * import { ProtobufCursor } from "./protobuf_cursor.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const cursor = new ProtobufCursor(Uint8Array.of(0x08, 0x96, 0x01), "example");
 * assertEquals(cursor.next(), true);
 * assertEquals([cursor.field, cursor.number()], [1, 150]);
 * assertEquals(cursor.next(), false);
 * ```
 */
export class ProtobufCursor {
  /** The number of the current field. */
  field = 0;
  /** How its value is written: one of `WIRE_VARINT` and so on. */
  wire = 0;
  /** Where the bytes of the current field begin, and end, if it is `WIRE_LEN`. */
  start = 0;
  /** See {@linkcode start}. */
  end = 0;
  readonly #bytes: Uint8Array;
  readonly #source: string;
  #at: number;
  readonly #limit: number;
  /** The current number as two halves. */
  #low = 0;
  #high = 0;

  /**
   * Stands before the first field.
   *
   * @param source The name of the file, for messages.
   * @param start Where in the bytes the message begins.
   * @param end Where it ends.
   */
  constructor(bytes: Uint8Array, source: string, start = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.#source = source;
    this.#at = start;
    this.#limit = end;
  }

  /**
   * Moves to the next field; false at the end of the message.
   *
   * @throws {FormatError} If the message is cut or is none.
   */
  next(): boolean {
    if (this.#at >= this.#limit) return false;
    const start = this.#at;
    this.#readVarint();
    // A tag of more than 32 bits is none.
    this.field = this.#high === 0 ? this.#low >>> 3 : 0;
    this.wire = this.#low & 7;
    if (this.field === 0) throw this.#error(start, "it has no field number");
    switch (this.wire) {
      case WIRE_VARINT:
        this.#readVarint();
        return true;
      case WIRE_I64:
        this.#skip(8, start);
        return true;
      case WIRE_I32:
        this.#skip(4, start);
        return true;
      case WIRE_LEN:
        this.#readVarint();
        this.#skip(this.number(), start);
        return true;
      default:
        throw this.#error(start, `it has the wire type ${this.wire}, want 0, 1, 2 or 5`);
    }
  }

  /**
   * Moves to the next number of a packed field, which is a message of its own.
   *
   * @throws {FormatError} If it is cut.
   */
  nextPacked(): boolean {
    if (this.#at >= this.#limit) return false;
    this.#readVarint();
    return true;
  }

  /** The current number as one without a sign; rounded if it is past 2^53. */
  number(): number {
    return this.#high * 0x100000000 + this.#low;
  }

  /** The current number as one with a sign (`int64`). */
  signed(): number {
    return (this.#high | 0) * 0x100000000 + this.#low;
  }

  /** The current number as hexadecimal digits. */
  digits(): string {
    if (this.#high === 0) return this.#low.toString(16);
    return this.#high.toString(16) + this.#low.toString(16).padStart(8, "0");
  }

  /** The fields of the current field, which is a message. */
  message(): ProtobufCursor {
    return new ProtobufCursor(this.#bytes, this.#source, this.start, this.end);
  }

  #readVarint(): void {
    const start = this.#at;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.#at >= this.#limit) throw this.#error(start, "the message ends within a number");
      const byte = this.#bytes[this.#at++]!;
      if (shift < 28) low |= (byte & 0x7f) << shift;
      else if (shift === 28) {
        low |= (byte & 0x7f) << 28;
        high |= (byte & 0x7f) >>> 4;
      } else high |= (byte & 0x7f) << (shift - 32);
      if (byte < 0x80) {
        this.#low = low >>> 0;
        this.#high = high >>> 0;
        return;
      }
    }
    throw this.#error(start, "a number has more than 10 bytes");
  }

  #skip(length: number, fieldStart: number): void {
    const left = this.#limit - this.#at;
    if (length > left) {
      throw this.#error(fieldStart, `field ${this.field} needs ${length} bytes, there are ${left}`);
    }
    this.start = this.#at;
    this.#at += length;
    this.end = this.#at;
  }

  #error(fileOffset: number, detail: string): FormatError {
    const source = this.#source;
    return new FormatError({ action: "read a field", source, place: { fileOffset }, detail });
  }
}

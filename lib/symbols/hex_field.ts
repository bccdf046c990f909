const NINE = 0x39;
const ZERO = 0x30;
const LETTER_A = 0x61;
const LETTER_F = 0x66;
const LETTER_X = 0x78;
/** Makes an upper-case letter lower-case; digits stay as they are. */
const LOWER_CASE = 0x20;
/** Of a 64-bit number. */
const MAX_DIGITS = 16;

/**
 * Reads hexadecimal numbers out of the bytes of a line. One object serves all lines, its fields are
 * those of the number read last.
 *
 * @example
 * ```ts
 * import { HexField } from "./hex_field.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new TextEncoder().encode("ffffffff81000000 T _stext");
 * const field = new HexField();
 * assertEquals(field.parse(new DataView(bytes.buffer), 0, bytes.length), true);
 * assertEquals([field.value, field.end], [-0x7f000000, 16]);
 * ```
 */
export class HexField {
  /** The number as symfold holds addresses: the upper half of the 64-bit space is negative. */
  value: number = NaN;
  /** Where the first byte behind the digits is. */
  end = 0;

  /**
   * Reads the digits that begin at `start`, with or without `0x` before them, and ends at the first
   * byte that is none.
   *
   * @returns False if there are no digits, or the number is not canonical, or has more than 64 bits.
   */
  parse(view: DataView, start: number, lineEnd: number): boolean {
    let at = start;
    if (
      at + 2 < lineEnd && view.getUint8(at) === ZERO &&
      (view.getUint8(at + 1) | LOWER_CASE) === LETTER_X
    ) at += 2;
    const first = at;
    // The two halves of a 64-bit number, shifted to the left by four bits a digit.
    let high = 0;
    let low = 0;
    let count = 0;
    for (; at < lineEnd; at++) {
      const digit = digitOf(view.getUint8(at));
      if (digit < 0) break;
      if (count === 0 && digit === 0) continue;
      count++;
      high = (high << 4) | (low >>> 28);
      low = (low << 4) | digit;
    }
    this.end = at;
    if (at === first || count > MAX_DIGITS || high >= 0x200000 || high < -0x200000) return false;
    this.value = high * 0x100000000 + (low >>> 0);
    return true;
  }
}

/** The value of a digit; -1 if the byte is none. */
function digitOf(byte: number): number {
  if (byte >= ZERO && byte <= NINE) return byte - ZERO;
  const letter = byte | LOWER_CASE;
  return letter >= LETTER_A && letter <= LETTER_F ? letter - LETTER_A + 10 : -1;
}

import { MAX_WEIGHT } from "../profile/mod.ts";

const SPACE = 0x20;
const TAB = 0x09;
const CARRIAGE_RETURN = 0x0d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
/** Digits whose value is below 2^53 whatever they are. */
const SAFE_DIGITS = 15;

/** What {@linkcode FoldedLine.parse} says of a line without a count. */
export const NO_COUNT = "no count at its end";

/**
 * Splits a folded line, `a;b;c 42`, into its stack and its counts. One object serves all lines, its
 * fields are those of the line parsed last.
 */
export class FoldedLine {
  /** Where the stack begins, behind leading blanks. */
  stackStart = 0;
  /** Where the stack ends, before the blanks and counts. */
  stackEnd = 0;
  /** The weight in units of 10^-{@linkcode decimals}. */
  weight = 0;
  /** The first of two counts, in the same units; NaN if there is only one. */
  base = NaN;
  /** How many digits behind the point the counts need. */
  decimals = 0;
  /** What `#readCount` found: the count without its point, its decimals and where it begins. */
  #count = 0;
  #countDecimals = 0;
  #countStart = 0;

  /**
   * Reads the bytes `[start, end)`, which hold no line feed.
   *
   * @returns What is wrong with the line; empty if it is a stack.
   */
  parse(view: DataView, start: number, end: number): string {
    const lineEnd = skipBlanksBack(view, start, end);
    const lineStart = skipBlanks(view, start, lineEnd);
    if (!this.#readCount(view, start, lineEnd)) return NO_COUNT;
    const weight = this.#count;
    const weightDecimals = this.#countDecimals;
    const behindBase = skipBlanksBack(view, lineStart, this.#countStart);
    this.base = NaN;
    this.stackStart = lineStart;
    this.stackEnd = behindBase;
    this.weight = weight;
    this.decimals = weightDecimals;
    if (behindBase > lineStart && this.#readCount(view, lineStart, behindBase)) {
      this.stackEnd = skipBlanksBack(view, lineStart, this.#countStart);
      this.decimals = Math.max(weightDecimals, this.#countDecimals);
      this.weight = weight * 10 ** (this.decimals - weightDecimals);
      this.base = this.#count * 10 ** (this.decimals - this.#countDecimals);
    }
    if (this.weight > MAX_WEIGHT || this.base > MAX_WEIGHT) return "count past 2^53";
    return "";
  }

  /**
   * Reads a count that ends at `end` and has a blank before it: `42`, `4.2` or `4.`. Zeros at the
   * end of a fraction do not count as decimals.
   */
  #readCount(view: DataView, start: number, end: number): boolean {
    let at = end;
    let value = 0;
    let unit = 1;
    let point = -1;
    while (at > start) {
      const byte = view.getUint8(at - 1);
      if (byte >= ZERO && byte <= NINE) {
        value += (byte - ZERO) * unit;
        unit *= 10;
      } else if (byte === DOT && point < 0) {
        point = at - 1;
      } else break;
      at--;
    }
    if (at === end || at === start || !isBlank(view.getUint8(at - 1)) || at === point) return false;
    this.#countStart = at;
    this.#count = value;
    this.#countDecimals = 0;
    if (point >= 0 || end - at > SAFE_DIGITS) this.#readExactly(view, at, point, end);
    return true;
  }

  /** The same for counts that have a point, or so many digits that doubles may round them. */
  #readExactly(view: DataView, start: number, point: number, end: number): void {
    let last = end;
    if (point >= 0) {
      while (view.getUint8(last - 1) === ZERO) last--;
      if (last - 1 === point) last = point;
    }
    let value = 0n;
    for (let at = start; at < last; at++) {
      if (at !== point) value = value * 10n + BigInt(view.getUint8(at) - ZERO);
    }
    this.#count = value > BigInt(MAX_WEIGHT) ? Infinity : Number(value);
    this.#countDecimals = point >= 0 && last > point ? last - point - 1 : 0;
  }
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB || byte === CARRIAGE_RETURN;
}

function skipBlanks(view: DataView, start: number, end: number): number {
  let at = start;
  while (at < end && isBlank(view.getUint8(at))) at++;
  return at;
}

function skipBlanksBack(view: DataView, start: number, end: number): number {
  let at = end;
  while (at > start && isBlank(view.getUint8(at - 1))) at--;
  return at;
}

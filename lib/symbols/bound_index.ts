/**
 * Finds places in ascending numbers, as a binary search does, but starts it with the few numbers that
 * are near: an index by value tells where each piece of their range begins. Made for symbol tables, in
 * which each of some 100,000 symbols is looked up among the wanted vaddrs; see the bench "symbols".
 *
 * @example
 * ```ts
 * import { BoundIndex } from "./bound_index.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const index = new BoundIndex(Float64Array.of(10, 20, 30));
 * assertEquals([5, 10, 11, 30, 31].map((value) => index.lowerBound(value)), [0, 0, 1, 2, 3]);
 * ```
 */
export class BoundIndex {
  readonly #sorted: Float64Array;
  /** Of each piece of the range the index of the first number that is not below it. */
  readonly #firsts: Uint32Array;
  readonly #first: number;
  readonly #last: number;
  readonly #piecesPerUnit: number;

  /** @param sorted Ascending. */
  constructor(sorted: Float64Array) {
    const count = sorted.length;
    this.#sorted = sorted;
    this.#first = sorted[0] ?? NaN;
    this.#last = sorted[count - 1] ?? NaN;
    this.#piecesPerUnit = count / (this.#last - this.#first + 1);
    this.#firsts = new Uint32Array(count + 2).fill(count);
    for (let at = count - 1; at >= 0; at--) this.#firsts[this.#pieceOf(sorted[at]!)] = at;
    for (let piece = count; piece >= 0; piece--) {
      this.#firsts[piece] = Math.min(this.#firsts[piece]!, this.#firsts[piece + 1]!);
    }
  }

  /** The first index whose number is not below `value`, their count if none is; 0 for NaN. */
  lowerBound(value: number): number {
    if (!(value > this.#first)) return 0;
    if (value > this.#last) return this.#sorted.length;
    const piece = this.#pieceOf(value);
    let low = this.#firsts[piece]!;
    let high = this.#firsts[piece + 1]!;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#sorted[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Never falls where the value rises, so that rounding does no harm. */
  #pieceOf(value: number): number {
    return Math.floor((value - this.#first) * this.#piecesPerUnit);
  }
}

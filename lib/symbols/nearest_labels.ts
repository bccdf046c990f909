import { lowerBound } from "../bytes/lower_bound.ts";

/**
 * Keeps, for each of a sorted set of vaddrs, the few labels that lie nearest before it (and behind
 * the vaddr before that). Memory follows the vaddrs, not the labels that are offered.
 */
export class NearestLabels {
  readonly #vaddrs: Float64Array;
  readonly #depth: number;
  /** `#depth` places a vaddr, nearest first; NaN where there is none. */
  readonly #starts: Float64Array;
  readonly #names: Float64Array;

  /**
   * @param vaddrs Ascending and different.
   * @param depth How many labels are kept for each.
   */
  constructor(vaddrs: Float64Array, depth: number) {
    this.#vaddrs = vaddrs;
    this.#depth = depth;
    this.#starts = new Float64Array(vaddrs.length * depth).fill(NaN);
    this.#names = new Float64Array(vaddrs.length * depth);
  }

  /** Offers a label; labels come in any order. */
  add(start: number, name: number): void {
    const vaddr = lowerBound(this.#vaddrs, start);
    if (vaddr === this.#vaddrs.length) return;
    const first = vaddr * this.#depth;
    let at = first + this.#depth - 1;
    if (this.#starts[at]! >= start) return;
    // Those that are farther away move one place on; the farthest is forgotten.
    for (; at > first && !(this.#starts[at - 1]! >= start); at--) {
      this.#starts[at] = this.#starts[at - 1]!;
      this.#names[at] = this.#names[at - 1]!;
    }
    this.#starts[at] = start;
    this.#names[at] = name;
  }

  /** The labels that were kept, in no order. */
  *labels(): Generator<{ readonly start: number; readonly name: number }> {
    for (const [at, start] of this.#starts.entries()) {
      if (!Number.isNaN(start)) yield { start, name: this.#names[at]! };
    }
  }
}

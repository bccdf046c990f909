import { lowerBound } from "../bytes/lower_bound.ts";
import { isDead } from "./range_lists.ts";
import type { OwnedRangeSink } from "./unit_ranges.ts";

/** Identical code folding lets some units claim the same code; damage, any number. */
const MAX_CLAIMS = 64;

/** Collects, unit by unit, which wanted vaddrs the ranges of a unit hold. */
export class UnitClaims implements OwnedRangeSink {
  /** The number of the unit whose ranges are added. */
  current = 0;
  readonly #vaddrs: Float64Array;
  readonly #claimCounts: Uint8Array;
  /** By index of a vaddr: the last unit that claimed it. */
  readonly #claimants: Int32Array;
  readonly #indexes: number[] = [];
  /** Bytes of an address in the unit. */
  addressSize = 8;

  /** @param vaddrs Ascending and different. */
  constructor(vaddrs: Float64Array) {
    this.#vaddrs = vaddrs;
    this.#claimCounts = new Uint8Array(vaddrs.length);
    this.#claimants = new Int32Array(vaddrs.length).fill(-1);
  }

  /** See {@linkcode OwnedRangeSink}. */
  add(start: number, end: number): void {
    if (isDead(start, this.addressSize)) return;
    const vaddrs = this.#vaddrs;
    for (let at = lowerBound(vaddrs, start); at < vaddrs.length && vaddrs[at]! < end; at++) {
      if (this.#claimants[at] === this.current || this.#claimCounts[at]! >= MAX_CLAIMS) continue;
      this.#claimants[at] = this.current;
      this.#claimCounts[at]!++;
      this.#indexes.push(at);
    }
  }

  /** The indexes of the vaddrs that were added since this was called last; ascending. */
  take(): Float64Array {
    const indexes = Float64Array.from(this.#indexes).sort();
    this.#indexes.length = 0;
    return indexes;
  }
}

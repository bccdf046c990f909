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
  readonly #claimCounts: Uint32Array;
  /** By index of a vaddr: the last unit that claimed it. */
  readonly #claimants: Int32Array;
  readonly #claims = new Map<number, number[]>();
  /** Bytes of an address in the unit. */
  addressSize = 8;

  /** @param vaddrs Ascending and different. */
  constructor(vaddrs: Float64Array) {
    this.#vaddrs = vaddrs;
    this.#claimCounts = new Uint32Array(vaddrs.length);
    this.#claimants = new Int32Array(vaddrs.length).fill(-1);
  }

  /** See {@linkcode OwnedRangeSink}. */
  add(start: number, end: number): void {
    if (isDead(start, this.addressSize)) return;
    const vaddrs = this.#vaddrs;
    for (let at = lowerBound(vaddrs, start); at < vaddrs.length && vaddrs[at]! < end; at++) {
      if (this.#claimCounts[at]! < MAX_CLAIMS) this.claim(at);
    }
  }

  /** The current unit claims the vaddr with an index. */
  claim(index: number): void {
    if (this.#claimants[index] === this.current) return;
    this.#claimants[index] = this.current;
    this.#claimCounts[index]!++;
    const claims = this.#claims.get(this.current);
    if (claims === undefined) this.#claims.set(this.current, [index]);
    else claims.push(index);
  }

  /** Indexes of the vaddrs that no unit has claimed. */
  open(): number[] {
    return [...this.#claimCounts.keys()].filter((index) => this.#claimCounts[index] === 0);
  }

  /** Whether there are such. */
  hasOpen(): boolean {
    return this.#claimCounts.includes(0);
  }

  /** The indexes of the vaddrs that each unit claims, ascending; in the order of the units. */
  byOwner(): { readonly owner: number; readonly vaddrIndexes: Float64Array }[] {
    return [...this.#claims].sort(([one], [other]) => one - other).map(([owner, indexes]) => ({
      owner,
      vaddrIndexes: Float64Array.from(indexes).sort(),
    }));
  }
}

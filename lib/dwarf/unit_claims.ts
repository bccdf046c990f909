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
  /** By index of a vaddr that the current unit claims: all before this index are claimed, too. */
  readonly #claimedTo: Uint32Array;
  /** By index of a vaddr that has all claims that it may have: so have all before this index. */
  readonly #fullTo: Uint32Array;
  /** Bytes of an address in the unit. */
  addressSize = 8;
  /** How many vaddrs were looked at: what all ranges cost together. */
  steps = 0;

  /** @param vaddrs Ascending and different. */
  constructor(vaddrs: Float64Array) {
    this.#vaddrs = vaddrs;
    this.#claimCounts = new Uint32Array(vaddrs.length);
    this.#claimants = new Int32Array(vaddrs.length).fill(-1);
    this.#claimedTo = new Uint32Array(vaddrs.length);
    this.#fullTo = Uint32Array.from(vaddrs.keys(), (at) => at + 1);
  }

  /**
   * See {@linkcode OwnedRangeSink}. What was claimed before is passed at once: a damaged unit may
   * claim everything many times over.
   */
  add(start: number, end: number): void {
    if (!(start < end) || isDead(start, this.addressSize)) return;
    const last = lowerBound(this.#vaddrs, end);
    for (let at = lowerBound(this.#vaddrs, start); at < last;) {
      this.steps++;
      if (this.#claimants[at] === this.current) {
        const next = this.#claimedTo[at]!;
        this.#claimedTo[at] = Math.max(next, last);
        at = next;
      } else if (this.#claimCounts[at]! >= MAX_CLAIMS) {
        at = this.#firstNotFull(at);
      } else {
        this.claim(at);
        this.#claimedTo[at++] = last;
      }
    }
  }

  /** The current unit claims the vaddr with an index. */
  claim(index: number): void {
    if (this.#claimants[index] === this.current) return;
    this.#claimants[index] = this.current;
    this.#claimedTo[index] = index + 1;
    this.#claimCounts[index]!++;
    const claims = this.#claims.get(this.current);
    if (claims === undefined) this.#claims.set(this.current, [index]);
    else claims.push(index);
  }

  #firstNotFull(index: number): number {
    let last = index;
    while (last < this.#vaddrs.length && this.#claimCounts[last]! >= MAX_CLAIMS) {
      last = this.#fullTo[last]!;
      this.steps++;
    }
    for (let at = index; at < last;) {
      const next = this.#fullTo[at]!;
      this.#fullTo[at] = last;
      at = next;
    }
    return last;
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

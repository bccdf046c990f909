import { lowerBound } from "../bytes/lower_bound.ts";
import { Defect } from "./defect.ts";
import { isDead } from "./range_lists.ts";
import type { OwnedRangeSink } from "./unit_ranges.ts";

/** No compiler gives a unit this many ranges; a damaged one may repeat a long list forever. */
const MAX_RANGES = 1 << 24;
/** A vaddr is inside of some tens of functions and inlined calls; for all of them, and for each. */
const FREE_STEPS = 1 << 20;
const MAX_COVERS = 1 << 10;

/**
 * Says of each wanted vaddr which of several things with address ranges covers it: the one with the
 * greatest number, in whatever order the ranges are added.
 */
export class Coverage implements OwnedRangeSink {
  /** By index of a vaddr: the number of what covers it, -1 if nothing does. */
  readonly owners: Int32Array;
  /** The number of what ranges are added for. */
  current = 0;
  readonly #vaddrs: Float64Array;
  readonly #addressSize: number;
  #first: number;
  #last: number;
  #rangeCount = 0;
  #stepsLeft: number;

  /**
   * @param vaddrs Ascending and different; at least one.
   * @param addressSize Bytes of an address.
   */
  constructor(vaddrs: Float64Array, addressSize: number) {
    this.#vaddrs = vaddrs;
    this.#addressSize = addressSize;
    this.#first = vaddrs[0] ?? Infinity;
    this.#last = vaddrs[vaddrs.length - 1] ?? -Infinity;
    this.#stepsLeft = FREE_STEPS + MAX_COVERS * vaddrs.length;
    this.owners = new Int32Array(vaddrs.length).fill(-1);
  }

  /**
   * Looks only at ranges that reach into `[first, last]`, until this is called again; at all of them
   * without arguments.
   */
  narrow(
    first: number = this.#vaddrs[0] ?? Infinity,
    last: number = this.#vaddrs[this.#vaddrs.length - 1] ?? -Infinity,
  ): void {
    this.#first = first;
    this.#last = last;
  }

  /** Whether a range holds a wanted vaddr, and is of code that was not left out. */
  touches(start: number, end: number): boolean {
    if (start > this.#last || end <= this.#first || isDead(start, this.#addressSize)) return false;
    const at = lowerBound(this.#vaddrs, start);
    return at < this.#vaddrs.length && this.#vaddrs[at]! < end;
  }

  /** See {@linkcode OwnedRangeSink}. */
  add(start: number, end: number): void {
    if (++this.#rangeCount > MAX_RANGES) {
      throw new Defect(`there are more than ${MAX_RANGES} address ranges`);
    }
    if (start > this.#last || end <= this.#first || isDead(start, this.#addressSize)) return;
    const vaddrs = this.#vaddrs;
    const first = lowerBound(vaddrs, start);
    let at = first;
    for (; at < vaddrs.length && vaddrs[at]! < end; at++) {
      if (this.owners[at]! < this.current) this.owners[at] = this.current;
    }
    this.#stepsLeft -= at - first;
    if (this.#stepsLeft < 0) throw new Defect("its address ranges cover each other too often");
  }
}

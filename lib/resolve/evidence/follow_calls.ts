import type { StackTable } from "../../profile/mod.ts";
import type { CallSites } from "./call_sites.ts";

/** What {@linkcode followCalls} needs to know of each key. */
export interface KnownFrames {
  /** The vaddr where the function begins; NaN if it is not known. */
  readonly starts: Float64Array;
  /** 1 for what can be no frame: an address that is not mapped, say. */
  readonly isNonsense: Uint8Array;
  /**
   * Where {@linkcode followCalls} writes, for callers in functions whose start is not known, what
   * the calls that led there have as their target: NaN at first, and Infinity if it is not one only.
   */
  readonly called: Float64Array;
}

/**
 * Goes through all stacks and counts at each return address how often it is one, and whether the
 * call there leads to the function of the next frame. A loop over all frames, plain for speed; see
 * the bench "folded".
 *
 * @param stacks Their frames are those of the keys.
 * @param keys The frames of all stacks in their places.
 * @param weights By stack.
 */
export function followCalls(
  stacks: StackTable,
  keys: Uint32Array,
  weights: Float64Array,
  { imageOf, siteOf }: CallSites,
  { starts, isNonsense, called }: KnownFrames,
): void {
  for (let stack = 0; stack < stacks.size; stack++) {
    const first = stacks.startOf(stack);
    const last = stacks.endOf(stack) - 1;
    const weight = weights[stack]!;
    for (let at = first; at < last; at++) {
      const key = keys[at]!;
      const site = siteOf[key];
      if (site === undefined) continue;
      const next = keys[at + 1]!;
      site.isSeen = true;
      site.weight += weight;
      if (isNonsense[next] === 0 && (at === first || isNonsense[keys[at - 1]!] === 0)) {
        site.isAmongFrames = true;
      }
      if (!(site.target <= Infinity) || imageOf[next] !== imageOf[key]) continue;
      const start = starts[next]!;
      if (start === site.target) site.agreeingWeight += weight;
      else if (!Number.isNaN(start)) site.disagreeingWeight += weight;
      else if (at + 1 < last) {
        called[next] = Number.isNaN(called[next]!) || called[next] === site.target
          ? site.target
          : Infinity;
      }
    }
  }
}

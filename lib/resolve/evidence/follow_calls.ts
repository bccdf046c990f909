import type { StackTable } from "../../profile/mod.ts";

/** What {@linkcode followCalls} needs to know of each key. */
export interface KnownFrames {
  /** {@linkcode NO_SITE}, {@linkcode CALL} or {@linkcode NO_CALL}. */
  readonly kinds: Uint8Array;
  /** The vaddr that the call before it has as its target; NaN if that is not known. */
  readonly targets: Float64Array;
  /** The vaddr where its function begins; NaN if that is not known. */
  readonly starts: Float64Array;
  /** The number of its image. */
  readonly imageOf: Int32Array;
  /** 1 for what can be no frame: an address that is not mapped, say. */
  readonly isNonsense: Uint8Array;
  /** 1 for a signal trampoline: the frame before it called nothing. */
  readonly isTrampoline: Uint8Array;
}

/** A key that is no return address, or none that can be checked. */
export const NO_SITE = 0;
/** A return address with a call. */
export const CALL = 1;
/** A return address without one. */
export const NO_CALL = 2;

/** What {@linkcode followCalls} finds out, by key. */
export interface FollowedCalls {
  /** 1 if it is a return address in some stack. */
  readonly isSeen: Uint8Array;
  /** What the stacks weigh in which it is one, added up for each time that it is. */
  readonly weights: Float64Array;
  /** What those weigh in which the next frame is in the function that is called; and in which not. */
  readonly agreeing: Float64Array;
  readonly disagreeing: Float64Array;
  /** Of those without a call: 1 if in some stack both neighbours may be frames. */
  readonly isAmongFrames: Uint8Array;
  /**
   * For callers in functions whose start is not known: the target of the calls that lead there; NaN
   * if there is none, and Infinity if there are several.
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
 * @param stackWeights By stack.
 */
export function followCalls(
  stacks: StackTable,
  keys: Uint32Array,
  stackWeights: Float64Array,
  { kinds, targets, starts, imageOf, isNonsense, isTrampoline }: KnownFrames,
): FollowedCalls {
  const count = kinds.length;
  const isSeen = new Uint8Array(count);
  const weights = new Float64Array(count);
  const agreeing = new Float64Array(count);
  const disagreeing = new Float64Array(count);
  const isAmongFrames = new Uint8Array(count);
  const called = new Float64Array(count).fill(NaN);
  for (let stack = 0; stack < stacks.size; stack++) {
    const first = stacks.startOf(stack);
    const last = stacks.endOf(stack) - 1;
    const weight = stackWeights[stack]!;
    for (let at = first; at < last; at++) {
      const key = keys[at]!;
      const kind = kinds[key]!;
      if (kind === NO_SITE) continue;
      const next = keys[at + 1]!;
      if (isTrampoline[next] === 1) continue;
      isSeen[key] = 1;
      weights[key]! += weight;
      if (kind === NO_CALL) {
        const before = at === first ? 0 : isNonsense[keys[at - 1]!]!;
        if (before === 0 && isNonsense[next] === 0) isAmongFrames[key] = 1;
        continue;
      }
      const target = targets[key]!;
      if (target !== target || imageOf[next] !== imageOf[key]) continue;
      const start = starts[next]!;
      if (start === target) agreeing[key]! += weight;
      else if (start === start) disagreeing[key]! += weight;
      else if (at + 1 < last && called[next] !== target) {
        called[next] = Number.isNaN(called[next]!) ? target : Infinity;
      }
    }
  }
  return { isSeen, weights, agreeing, disagreeing, isAmongFrames, called };
}

/**
 * Finds of the calls in some images that lead to another function than the next frame's which
 * functions those are. For images that look wrong only: {@linkcode followCalls} has no time for it.
 *
 * @param isWanted By image: 1 if it is one of them.
 * @returns By key; the vaddrs where the functions begin.
 */
export function nextStartsOf(
  stacks: StackTable,
  keys: Uint32Array,
  { kinds, targets, starts, imageOf, isTrampoline }: KnownFrames,
  isWanted: Uint8Array,
): Map<number, Set<number>> {
  const found = new Map<number, Set<number>>();
  for (let stack = 0; stack < stacks.size; stack++) {
    const last = stacks.endOf(stack) - 1;
    for (let at = stacks.startOf(stack); at < last; at++) {
      const [key, next] = [keys[at]!, keys[at + 1]!];
      if (kinds[key] !== CALL || isWanted[imageOf[key]!] !== 1) continue;
      if (isTrampoline[next] === 1 || imageOf[next] !== imageOf[key]) continue;
      const [target, start] = [targets[key]!, starts[next]!];
      if (Number.isNaN(target) || Number.isNaN(start) || start === target) continue;
      const own = found.get(key) ?? new Set<number>();
      found.set(key, own.add(start));
    }
  }
  return found;
}

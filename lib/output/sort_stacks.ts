import type { Profile } from "../profile/mod.ts";
import type { LineKeys } from "./line_keys.ts";

/**
 * Sorts stacks as the bytes of their folded lines would be sorted, without making the lines: frame
 * by frame, by the rank of each frame's text among all texts. Three-way radix quicksort (Bentley and
 * Sedgewick, 1997) on those ranks, so that a common prefix is looked at once a level and not once a
 * comparison.
 *
 * @returns The numbers of the stacks, in order.
 */
export function sortStacks(profile: Profile, keys: LineKeys): Uint32Array {
  const { stacks } = profile;
  const order = new Uint32Array(stacks.size);
  const starts = new Uint32Array(stacks.size);
  const ranks = new Int32Array(stacks.frameCount + stacks.size);
  const { frames } = stacks;
  const { callerRank, leafRank } = keys;
  let to = 0;
  for (let stack = 0; stack < stacks.size; stack++) {
    const leaf = stacks.endOf(stack) - 1;
    order[stack] = stack;
    starts[stack] = to;
    for (let at = stacks.startOf(stack); at < leaf; at++) ranks[to++] = callerRank[frames[at]!]!;
    ranks[to++] = leafRank[frames[leaf]!]!;
    ranks[to++] = BEHIND_LEAF;
  }
  new StackSorter(order, starts, ranks).sort();
  return order;
}

/** Stands behind the ranks of each stack, so that none has to know how long it is. */
const BEHIND_LEAF = -1;
/** Runs shorter than this are sorted by insertion. */
const SMALL = 12;

class StackSorter {
  readonly #order: Uint32Array;
  readonly #starts: Uint32Array;
  readonly #ranks: Int32Array;
  /** Beside `#order`: the rank of each stack at the depth of its run, so that memory is read in order. */
  readonly #keys: Int32Array;

  constructor(order: Uint32Array, starts: Uint32Array, ranks: Int32Array) {
    this.#order = order;
    this.#starts = starts;
    this.#ranks = ranks;
    this.#keys = new Int32Array(order.length);
  }

  /** Works on runs `[low, high)` that agree in their first `depth` frames, without recursion. */
  sort(): void {
    const keys = this.#keys;
    this.#fetchKeys(0, this.#order.length, 0);
    const runs = [0, this.#order.length, 0];
    while (runs.length > 0) {
      const depth = runs.pop()!;
      const high = runs.pop()!;
      const low = runs.pop()!;
      if (high - low < SMALL) {
        this.#insert(low, high, depth);
        continue;
      }
      const pivot = medianOf(keys[low]!, keys[(low + high) >>> 1]!, keys[high - 1]!);
      let less = low;
      let at = low;
      let greater = high;
      while (at < greater) {
        const key = keys[at]!;
        if (key < pivot) this.#swap(less++, at++);
        else if (key > pivot) this.#swap(at, --greater);
        else at++;
      }
      if (less - low > 1) runs.push(low, less, depth);
      if (high - greater > 1) runs.push(greater, high, depth);
      // Behind its leaf a stack has no frame: those that got there are equal.
      if (greater - less <= 1 || pivot < 0) continue;
      this.#fetchKeys(less, greater, depth + 1);
      runs.push(less, greater, depth + 1);
    }
  }

  #fetchKeys(low: number, high: number, depth: number): void {
    for (let at = low; at < high; at++) this.#keys[at] = this.#rank(this.#order[at]!, depth);
  }

  /** The rank of a stack's frame at a depth. */
  #rank(stack: number, depth: number): number {
    return this.#ranks[this.#starts[stack]! + depth]!;
  }

  #insert(low: number, high: number, depth: number): void {
    const order = this.#order;
    for (let at = low + 1; at < high; at++) {
      const stack = order[at]!;
      let to = at;
      for (; to > low && this.#compare(order[to - 1]!, stack, depth) > 0; to--) {
        order[to] = order[to - 1]!;
      }
      order[to] = stack;
    }
  }

  #compare(a: number, b: number, depth: number): number {
    for (let at = depth;; at++) {
      const rank = this.#rank(a, at);
      const difference = rank - this.#rank(b, at);
      if (difference !== 0 || rank < 0) return difference;
    }
  }

  #swap(a: number, b: number): void {
    const order = this.#order;
    const keys = this.#keys;
    const stack = order[a]!;
    const key = keys[a]!;
    order[a] = order[b]!;
    keys[a] = keys[b]!;
    order[b] = stack;
    keys[b] = key;
  }
}

function medianOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

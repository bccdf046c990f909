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
  const lengths = new Uint32Array(stacks.size);
  const ranks = new Uint32Array(stacks.frameCount);
  for (let stack = 0; stack < stacks.size; stack++) {
    const leaf = stacks.endOf(stack) - 1;
    order[stack] = stack;
    starts[stack] = stacks.startOf(stack);
    lengths[stack] = leaf + 1 - stacks.startOf(stack);
    for (let at = stacks.startOf(stack); at < leaf; at++) {
      ranks[at] = keys.callerRank[stacks.frames[at]!]!;
    }
    ranks[leaf] = keys.leafRank[stacks.frames[leaf]!]!;
  }
  new StackSorter(order, starts, lengths, ranks).sort();
  return order;
}

/** Runs shorter than this are sorted by insertion. */
const SMALL = 12;

class StackSorter {
  readonly #order: Uint32Array;
  readonly #starts: Uint32Array;
  readonly #lengths: Uint32Array;
  readonly #ranks: Uint32Array;

  constructor(order: Uint32Array, starts: Uint32Array, lengths: Uint32Array, ranks: Uint32Array) {
    this.#order = order;
    this.#starts = starts;
    this.#lengths = lengths;
    this.#ranks = ranks;
  }

  /** Works on runs `[low, high)` that agree in their first `depth` frames, without recursion. */
  sort(): void {
    const runs = [0, this.#order.length, 0];
    while (runs.length > 0) {
      const depth = runs.pop()!;
      const high = runs.pop()!;
      const low = runs.pop()!;
      if (high - low < SMALL) {
        this.#insert(low, high, depth);
        continue;
      }
      const pivot = this.#medianRank(low, high, depth);
      let less = low;
      let at = low;
      let greater = high;
      while (at < greater) {
        const rank = this.#rank(at, depth);
        if (rank < pivot) this.#swap(less++, at++);
        else if (rank > pivot) this.#swap(at, --greater);
        else at++;
      }
      if (less - low > 1) runs.push(low, less, depth);
      if (high - greater > 1) runs.push(greater, high, depth);
      if (greater - less > 1 && pivot >= 0) runs.push(less, greater, depth + 1);
    }
  }

  /** The rank of a stack's frame at a depth; -1 behind its leaf, where equal stacks are equal. */
  #rank(at: number, depth: number): number {
    const stack = this.#order[at]!;
    return depth < this.#lengths[stack]! ? this.#ranks[this.#starts[stack]! + depth]! : -1;
  }

  #medianRank(low: number, high: number, depth: number): number {
    const a = this.#rank(low, depth);
    const b = this.#rank((low + high) >>> 1, depth);
    const c = this.#rank(high - 1, depth);
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }

  #insert(low: number, high: number, depth: number): void {
    for (let at = low + 1; at < high; at++) {
      for (let to = at; to > low && this.#compare(to - 1, to, depth) > 0; to--) {
        this.#swap(to - 1, to);
      }
    }
  }

  #compare(a: number, b: number, depth: number): number {
    for (;; depth++) {
      const rank = this.#rank(a, depth);
      const difference = rank - this.#rank(b, depth);
      if (difference !== 0 || rank < 0) return difference;
    }
  }

  #swap(a: number, b: number): void {
    const order = this.#order;
    const stack = order[a]!;
    order[a] = order[b]!;
    order[b] = stack;
  }
}

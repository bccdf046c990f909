/** Stands behind the values of each sequence, so that none has to know how long it is. */
export const BEHIND_LAST = -1;

/**
 * Sorts sequences of numbers: value by value, and one that begins another comes before it.
 * Three-way radix quicksort (Bentley and Sedgewick, 1997), so that a common prefix is looked at once
 * a level and not once a comparison. See the bench "folded".
 *
 * @param order The numbers of the sequences, in any order; sorted in place.
 * @param starts Where in `values` each sequence begins, by number.
 * @param values 0 or more; {@linkcode BEHIND_LAST} behind the last of each sequence.
 */
export function sortSequences(order: Uint32Array, starts: Uint32Array, values: Int32Array): void {
  new SequenceSorter(order, starts, values).sort();
}

/** Runs shorter than this are sorted by insertion. */
const SMALL = 12;

class SequenceSorter {
  readonly #order: Uint32Array;
  readonly #starts: Uint32Array;
  readonly #values: Int32Array;
  /** Beside `#order`: the value of each sequence at the depth of its run, so that memory is read in order. */
  readonly #keys: Int32Array;

  constructor(order: Uint32Array, starts: Uint32Array, values: Int32Array) {
    this.#order = order;
    this.#starts = starts;
    this.#values = values;
    this.#keys = new Int32Array(order.length);
  }

  /** Works on runs `[low, high)` that agree in their first `depth` values, without recursion. */
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
      // Behind its last value a sequence has none: those that got there are equal.
      if (greater - less <= 1 || pivot < 0) continue;
      this.#fetchKeys(less, greater, depth + 1);
      runs.push(less, greater, depth + 1);
    }
  }

  #fetchKeys(low: number, high: number, depth: number): void {
    for (let at = low; at < high; at++) this.#keys[at] = this.#value(this.#order[at]!, depth);
  }

  /** What a sequence has at a depth. */
  #value(sequence: number, depth: number): number {
    return this.#values[this.#starts[sequence]! + depth]!;
  }

  #insert(low: number, high: number, depth: number): void {
    const order = this.#order;
    for (let at = low + 1; at < high; at++) {
      const sequence = order[at]!;
      let to = at;
      for (; to > low && this.#compare(order[to - 1]!, sequence, depth) > 0; to--) {
        order[to] = order[to - 1]!;
      }
      order[to] = sequence;
    }
  }

  #compare(a: number, b: number, depth: number): number {
    for (let at = depth;; at++) {
      const value = this.#value(a, at);
      const difference = value - this.#value(b, at);
      if (difference !== 0 || value < 0) return difference;
    }
  }

  #swap(a: number, b: number): void {
    const order = this.#order;
    const keys = this.#keys;
    const sequence = order[a]!;
    const key = keys[a]!;
    order[a] = order[b]!;
    keys[a] = keys[b]!;
    order[b] = sequence;
    keys[b] = key;
  }
}

function medianOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

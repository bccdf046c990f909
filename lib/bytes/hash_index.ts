/** Numbers a slot: that of the string, -1 if the slot is free, and the four parts of its hash. */
const SLOT = 5;
const FIRST_SLOTS = 1 << 10;

/**
 * Gives every different byte string a small number, 0, 1, 2, ... in order of first appearance, like
 * {@linkcode ByteInterner}, but keeps no bytes: strings are the same if their 128-bit hashes are.
 *
 * Each line of a recording is looked up here, so this is the hottest code of the tool (see the bench
 * "folded"). Comparing a line with the stored one would read as much memory again as the recording
 * has, in random order. The hash is MurmurHash3 with a random seed: among a billion different
 * strings two that are taken for one are to be expected with a probability of about 10^-21. It is
 * no protection against somebody who makes a recording on purpose to have its stacks merged.
 *
 * @example
 * ```ts
 * import { HashIndex } from "./hash_index.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const index = new HashIndex();
 * const view = new DataView(new TextEncoder().encode("abcab").buffer);
 * const numbers = new Int32Array(3);
 * index.numberAll(view, Uint32Array.of(0, 2, 3), Uint32Array.of(2, 3, 5), 3, numbers);
 * assertEquals([...numbers], [0, 1, 0]);
 * ```
 */
export class HashIndex {
  /** How many different strings there are. */
  size = 0;
  #slots = new Int32Array(SLOT * FIRST_SLOTS).fill(-1);
  #mask = FIRST_SLOTS - 1;
  readonly #seed = crypto.getRandomValues(new Int32Array(4));
  /** The hashes of one call, four numbers each. */
  #hashes = new Int32Array(4);

  /**
   * The numbers of the strings `[starts[i], ends[i])` of a view, for `i < count`. All are hashed
   * before any is looked up, so that the processor can wait for several slots at once.
   *
   * @param numbers Gets the results.
   */
  numberAll(
    view: DataView,
    starts: Uint32Array,
    ends: Uint32Array,
    count: number,
    numbers: Int32Array,
  ): void {
    if (this.#hashes.length < 4 * count) this.#hashes = new Int32Array(4 * count);
    const hashes = this.#hashes;
    for (let i = 0; i < count; i++) hash128(view, starts[i]!, ends[i]!, this.#seed, hashes, 4 * i);
    for (let i = 0; i < count; i++) numbers[i] = this.#number(4 * i);
  }

  #number(hash: number): number {
    const slots = this.#slots;
    const hashes = this.#hashes;
    const a = hashes[hash]!;
    const b = hashes[hash + 1]!;
    const c = hashes[hash + 2]!;
    const d = hashes[hash + 3]!;
    for (let slot = a & this.#mask;; slot = (slot + 1) & this.#mask) {
      const at = SLOT * slot;
      const number = slots[at]!;
      if (number < 0) {
        this.#fill(slots, at, this.size, a, b, c, d);
        if (2 * ++this.size > this.#mask) this.#grow();
        return this.size - 1;
      }
      if (
        slots[at + 1] === a && slots[at + 2] === b && slots[at + 3] === c && slots[at + 4] === d
      ) return number;
    }
  }

  #fill(
    slots: Int32Array,
    at: number,
    number: number,
    a: number,
    b: number,
    c: number,
    d: number,
  ): void {
    slots[at] = number;
    slots[at + 1] = a;
    slots[at + 2] = b;
    slots[at + 3] = c;
    slots[at + 4] = d;
  }

  #grow(): void {
    const old = this.#slots;
    const slots = new Int32Array(2 * old.length).fill(-1);
    this.#mask = 2 * this.#mask + 1;
    for (let from = 0; from < old.length; from += SLOT) {
      if (old[from]! < 0) continue;
      let slot = old[from + 1]! & this.#mask;
      while (slots[SLOT * slot]! >= 0) slot = (slot + 1) & this.#mask;
      for (let part = 0; part < SLOT; part++) slots[SLOT * slot + part] = old[from + part]!;
    }
    this.#slots = slots;
  }
}

const C1 = 0x239b961b;
const C2 = 0xab0e9789 | 0;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93 | 0;

/**
 * MurmurHash3_x86_128 (Austin Appleby, public domain), but for two things: its four parts start
 * with a seed each, and the last bytes are taken as a whole word each, not packed.
 *
 * @param into Gets the four parts, from index `at` on.
 */
function hash128(
  view: DataView,
  start: number,
  end: number,
  seed: Int32Array,
  into: Int32Array,
  at: number,
): void {
  let a = seed[0]!;
  let b = seed[1]!;
  let c = seed[2]!;
  let d = seed[3]!;
  let from = start;
  for (; from + 16 <= end; from += 16) {
    let word = Math.imul(view.getInt32(from, true), C1);
    a ^= Math.imul((word << 15) | (word >>> 17), C2);
    a = Math.imul(((a << 19) | (a >>> 13)) + b, 5) + 0x561ccd1b | 0;
    word = Math.imul(view.getInt32(from + 4, true), C2);
    b ^= Math.imul((word << 16) | (word >>> 16), C3);
    b = Math.imul(((b << 17) | (b >>> 15)) + c, 5) + 0x0bcaa747 | 0;
    word = Math.imul(view.getInt32(from + 8, true), C3);
    c ^= Math.imul((word << 17) | (word >>> 15), C4);
    c = Math.imul(((c << 15) | (c >>> 17)) + d, 5) + 0x96cd1c35 | 0;
    word = Math.imul(view.getInt32(from + 12, true), C4);
    d ^= Math.imul((word << 18) | (word >>> 14), C1);
    d = Math.imul(((d << 13) | (d >>> 19)) + a, 5) + 0x32ac3b17 | 0;
  }
  for (; from < end; from++) {
    const word = Math.imul(view.getUint8(from) + 1, C1);
    const first = a ^ Math.imul((word << 15) | (word >>> 17), C2);
    a = Math.imul(((b << 19) | (b >>> 13)) + first, 5) + 0x561ccd1b | 0;
    b = c;
    c = d;
    d = first;
  }
  a ^= end - start;
  a = a + b + c + d | 0;
  a = mix(a);
  b = mix(b + a | 0);
  c = mix(c + a | 0);
  d = mix(d + a | 0);
  into[at] = a + b + c + d | 0;
  into[at + 1] = b;
  into[at + 2] = c;
  into[at + 3] = d;
}

function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/** Bytes of one arena block; a longer string gets a block of its own. */
const BLOCK_SIZE = 4 << 20;
const FIRST_SLOTS = 1 << 10;
/** How many bytes one step of the hash takes: four lanes of 32 bits. */
const STEP = 16;
/** Numbers a row. */
const ROW = 3;

/**
 * Gives every different byte string a small number: 0, 1, 2, ... in order of first appearance.
 * Strings are compared byte by byte, so two of them never share a number.
 *
 * This is the hottest code of the tool: each line of a recording is looked up here once (see the
 * bench "folded"). It holds one copy of each different string in blocks that never move, and an
 * open-addressing table of 32-bit hashes beside it.
 *
 * @example
 * ```ts
 * import { ByteInterner } from "./byte_interner.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const interner = new ByteInterner();
 * const bytes = new TextEncoder().encode("main;0x12");
 * const view = new DataView(bytes.buffer);
 * assertEquals(interner.intern(view, 0, 4), 0);
 * assertEquals(interner.intern(view, 5, 9), 1);
 * assertEquals(interner.intern(view, 0, 4), 0);
 * assertEquals(interner.size, 2);
 * ```
 */
export class ByteInterner {
  /** How many different strings there are. */
  size = 0;
  /** Open addressing: the number of a string and its hash side by side; the number -1 is free. */
  #slots = new Int32Array(2 * FIRST_SLOTS).fill(-1);
  /** Of each string its length, block, and start in the block, side by side. */
  #rows = new Uint32Array(ROW * FIRST_SLOTS);
  #blocks: DataView[] = [];
  #used = BLOCK_SIZE;
  #hashes = new Int32Array(64);
  /** What the touched bytes add up to; kept so that touching them is not optimized away. */
  #touched = 0;

  /**
   * The number of the bytes `[start, end)` of a view. They were new if the number is the `size`
   * from before the call.
   */
  intern(view: DataView, start: number, end: number): number {
    return this.#intern(view, start, end - start, hashBytes(view, start, end));
  }

  /**
   * The numbers of several strings of one view, `[starts[i], ends[i])` for `i < count`, as
   * {@linkcode intern} gives them one after the other.
   *
   * It is faster, because each lookup waits for memory several times: here the strings are hashed,
   * found and touched in loops of their own, so that the processor waits for many at once.
   */
  internAll(
    view: DataView,
    starts: Uint32Array,
    ends: Uint32Array,
    count: number,
    ids: Int32Array,
  ): void {
    if (this.#hashes.length < count) this.#hashes = new Int32Array(count);
    const hashes = this.#hashes;
    for (let i = 0; i < count; i++) hashes[i] = hashBytes(view, starts[i]!, ends[i]!);
    for (let i = 0; i < count; i++) ids[i] = this.#candidate(hashes[i]!);
    for (let i = 0; i < count; i++) if (ids[i]! >= 0) this.#touch(ids[i]!);
    for (let i = 0; i < count; i++) {
      const start = starts[i]!;
      const length = ends[i]! - start;
      const id = ids[i]!;
      if (id >= 0 && this.#equals(id, view, start, length)) continue;
      ids[i] = this.#intern(view, start, length, hashes[i]!);
    }
  }

  /** The bytes of a number, not copied: do not write to them. */
  bytesOf(id: number): Uint8Array {
    const block = this.#blocks[this.#rows[ROW * id + 1]!];
    if (id < 0 || id >= this.size || block === undefined) {
      throw new RangeError(`Cannot give the bytes of ${id}: there are ${this.size} strings`);
    }
    return new Uint8Array(block.buffer, this.#rows[ROW * id + 2]!, this.#rows[ROW * id]!);
  }

  /** The first string with this hash; -1 if there is none. */
  #candidate(hash: number): number {
    const slots = this.#slots;
    const mask = slots.length - 2;
    let slot = (hash << 1) & mask;
    for (;;) {
      const id = slots[slot]!;
      if (id < 0 || slots[slot + 1] === hash) return id;
      slot = (slot + 2) & mask;
    }
  }

  #touch(id: number): void {
    const row = ROW * id;
    const length = this.#rows[row]!;
    const block = this.#blocks[this.#rows[row + 1]!]!;
    const start = this.#rows[row + 2]!;
    for (let at = 0; at < length; at += 128) this.#touched ^= block.getUint8(start + at);
  }

  #equals(id: number, view: DataView, start: number, length: number): boolean {
    const row = ROW * id;
    return this.#rows[row] === length &&
      equalBytes(this.#blocks[this.#rows[row + 1]!]!, this.#rows[row + 2]!, view, start, length);
  }

  #intern(view: DataView, start: number, length: number, hash: number): number {
    const slots = this.#slots;
    const mask = slots.length - 2;
    let slot = (hash << 1) & mask;
    for (;;) {
      const id = slots[slot]!;
      if (id < 0) return this.#add(slot, hash, view, start, length);
      if (slots[slot + 1] === hash && this.#equals(id, view, start, length)) return id;
      slot = (slot + 2) & mask;
    }
  }

  #add(slot: number, hash: number, view: DataView, start: number, length: number): number {
    if (this.#used + length > BLOCK_SIZE) {
      this.#blocks.push(new DataView(new ArrayBuffer(Math.max(BLOCK_SIZE, length))));
      this.#used = 0;
    }
    const block = this.#blocks.at(-1)!;
    new Uint8Array(block.buffer, this.#used, length).set(
      new Uint8Array(view.buffer, view.byteOffset + start, length),
    );
    const id = this.size++;
    const row = ROW * id;
    if (row === this.#rows.length) this.#growRows();
    this.#rows[row] = length;
    this.#rows[row + 1] = this.#blocks.length - 1;
    this.#rows[row + 2] = this.#used;
    this.#slots[slot] = id;
    this.#slots[slot + 1] = hash;
    this.#used += length;
    if (this.size * 4 > this.#slots.length) this.#growSlots();
    return id;
  }

  #growRows(): void {
    const rows = new Uint32Array(this.#rows.length * 2);
    rows.set(this.#rows);
    this.#rows = rows;
  }

  #growSlots(): void {
    const old = this.#slots;
    const slots = new Int32Array(old.length * 2).fill(-1);
    const mask = slots.length - 2;
    for (let from = 0; from < old.length; from += 2) {
      if (old[from]! < 0) continue;
      let slot = (old[from + 1]! << 1) & mask;
      while (slots[slot]! >= 0) slot = (slot + 2) & mask;
      slots[slot] = old[from]!;
      slots[slot + 1] = old[from + 1]!;
    }
    this.#slots = slots;
  }
}

/** Four multiply-xor lanes side by side, so that the multiplications of one step overlap. */
function hashBytes(view: DataView, start: number, end: number): number {
  let a = end - start;
  let b = 0x3c6ef372;
  let c = 0x1b873593;
  let d = 0x5bd1e995;
  let at = start;
  for (; at + STEP <= end; at += STEP) {
    a = Math.imul(a ^ view.getInt32(at, true), 0x9e3779b1);
    b = Math.imul(b ^ view.getInt32(at + 4, true), 0x85ebca77);
    c = Math.imul(c ^ view.getInt32(at + 8, true), 0xc2b2ae3d);
    d = Math.imul(d ^ view.getInt32(at + 12, true), 0x27d4eb2f);
    a ^= a >>> 15;
    b ^= b >>> 13;
    c ^= c >>> 16;
    d ^= d >>> 14;
  }
  for (; at + 4 <= end; at += 4) {
    a = Math.imul(a ^ view.getInt32(at, true), 0x9e3779b1);
    a ^= a >>> 15;
  }
  for (; at < end; at++) a = Math.imul(a ^ view.getUint8(at), 0x85ebca77);
  a = Math.imul(a ^ b ^ (b >>> 15), 0x9e3779b1);
  a = Math.imul(a ^ c ^ (a >>> 13), 0x85ebca77);
  a = Math.imul(a ^ d ^ (a >>> 16), 0xc2b2ae3d);
  return a ^ (a >>> 15);
}

function equalBytes(a: DataView, aStart: number, b: DataView, bStart: number, length: number) {
  let at = 0;
  for (; at + 8 <= length; at += 8) {
    if (a.getInt32(aStart + at, true) !== b.getInt32(bStart + at, true)) return false;
    if (a.getInt32(aStart + at + 4, true) !== b.getInt32(bStart + at + 4, true)) return false;
  }
  for (; at < length; at++) {
    if (a.getUint8(aStart + at) !== b.getUint8(bStart + at)) return false;
  }
  return true;
}

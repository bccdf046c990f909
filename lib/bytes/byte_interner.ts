/** Bytes of one arena block; a longer string gets a block of its own. */
const BLOCK_SIZE = 4 << 20;
const FIRST_SLOTS = 1 << 10;
/** Numbers a row. */
const ROW = 3;

/**
 * Gives every different byte string a small number: 0, 1, 2, ... in order of first appearance.
 * Strings are compared byte by byte, so two of them never share a number. On request one string has
 * several.
 *
 * It holds one copy of each different string in blocks that never move, and an open-addressing table
 * of 32-bit hashes beside it.
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

  /**
   * The number of the bytes `[start, end)` of a view. They were new if the number is the `size`
   * from before the call.
   */
  intern(view: DataView, start: number, end: number): number {
    const hash = hashBytes(view, start, end);
    const slots = this.#slots;
    const mask = slots.length - 2;
    let slot = (hash << 1) & mask;
    for (;;) {
      const id = slots[slot]!;
      if (id < 0) return this.#add(slot, hash, view, start, end - start);
      if (slots[slot + 1] === hash && this.#equals(id, view, start, end - start)) return id;
      slot = (slot + 2) & mask;
    }
  }

  /** Gives the bytes `[start, end)` of a view a number of their own, even if they have one. */
  append(view: DataView, start: number, end: number): number {
    return this.#store(view, start, end - start);
  }

  /** The bytes of a number, not copied: do not write to them. */
  bytesOf(id: number): Uint8Array {
    const block = this.#blocks[this.#rows[ROW * id + 1]!];
    if (id < 0 || id >= this.size || block === undefined) {
      throw new RangeError(`Cannot give the bytes of ${id}: there are ${this.size} strings`);
    }
    return new Uint8Array(block.buffer, this.#rows[ROW * id + 2]!, this.#rows[ROW * id]!);
  }

  #equals(id: number, view: DataView, start: number, length: number): boolean {
    const row = ROW * id;
    return this.#rows[row] === length &&
      equalBytes(this.#blocks[this.#rows[row + 1]!]!, this.#rows[row + 2]!, view, start, length);
  }

  #add(slot: number, hash: number, view: DataView, start: number, length: number): number {
    const id = this.#store(view, start, length);
    this.#slots[slot] = id;
    this.#slots[slot + 1] = hash;
    if (this.size * 4 > this.#slots.length) this.#growSlots();
    return id;
  }

  #store(view: DataView, start: number, length: number): number {
    if (this.#blocks.length === 0 || this.#used + length > BLOCK_SIZE) {
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
    this.#used += length;
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

/** Strings are short here, a frame's text: one multiply-xor chain. */
function hashBytes(view: DataView, start: number, end: number): number {
  let hash = end - start;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    hash = Math.imul(hash ^ view.getInt32(at, true), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; at < end; at++) hash = Math.imul(hash ^ view.getUint8(at), 0x85ebca77);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae3d);
  return hash ^ (hash >>> 16);
}

function equalBytes(a: DataView, aStart: number, b: DataView, bStart: number, length: number) {
  if (length < 4) {
    for (let at = 0; at < length; at++) {
      if (a.getUint8(aStart + at) !== b.getUint8(bStart + at)) return false;
    }
    return true;
  }
  const last = length - 4;
  for (let at = 0; at < last; at += 4) {
    if (a.getInt32(aStart + at) !== b.getInt32(bStart + at)) return false;
  }
  return a.getInt32(aStart + last) === b.getInt32(bStart + last);
}

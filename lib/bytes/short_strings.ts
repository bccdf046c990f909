/** The lengths that four words cover, two of which may overlap. */
export const SHORT_MIN = 4;
/** See {@linkcode SHORT_MIN}. */
export const SHORT_MAX = 16;

/** Numbers a slot: that of the string, -1 if the slot is free, its length and four words. */
const SLOT = 6;
const FIRST_SLOTS = 1 << 10;

/**
 * Remembers the numbers of strings of 4 to 16 bytes, such as addresses. A string is held as the four
 * words that cover it, beside its number, so that finding it touches one place in memory and needs
 * no loop over bytes. The words and the length tell strings apart exactly.
 *
 * Use it in pairs: {@linkcode find}, and if that finds nothing {@linkcode add}, for the same string.
 */
export class ShortStrings {
  #size = 0;
  #slots = new Int32Array(SLOT * FIRST_SLOTS).fill(-1);
  #mask = FIRST_SLOTS - 1;
  /** The free slot that `find` ended at. */
  #free = 0;

  /** The number of the bytes `[start, end)` of a view; -1 if they were not added. */
  find(view: DataView, start: number, end: number): number {
    const length = end - start;
    const a = view.getInt32(start, true);
    const b = length > 8 ? view.getInt32(start + 4, true) : 0;
    const c = length > 12 ? view.getInt32(start + 8, true) : 0;
    const d = view.getInt32(end - 4, true);
    const slots = this.#slots;
    for (let slot = hash(length, a, b, c, d) & this.#mask;; slot = (slot + 1) & this.#mask) {
      const at = SLOT * slot;
      const number = slots[at]!;
      if (number < 0) {
        this.#free = at;
        return -1;
      }
      if (
        slots[at + 5] === d && slots[at + 4] === c && slots[at + 3] === b && slots[at + 2] === a &&
        slots[at + 1] === length
      ) return number;
    }
  }

  /** Remembers the number of the string that was not found. */
  add(number: number, view: DataView, start: number, end: number): void {
    const slots = this.#slots;
    const at = this.#free;
    const length = end - start;
    slots[at] = number;
    slots[at + 1] = length;
    slots[at + 2] = view.getInt32(start, true);
    slots[at + 3] = length > 8 ? view.getInt32(start + 4, true) : 0;
    slots[at + 4] = length > 12 ? view.getInt32(start + 8, true) : 0;
    slots[at + 5] = view.getInt32(end - 4, true);
    if (2 * ++this.#size > this.#mask) this.#grow();
  }

  #grow(): void {
    const old = this.#slots;
    const slots = new Int32Array(2 * old.length).fill(-1);
    this.#mask = 2 * this.#mask + 1;
    for (let from = 0; from < old.length; from += SLOT) {
      if (old[from]! < 0) continue;
      const [length, a, b, c, d] = old.subarray(from + 1, from + SLOT);
      let slot = hash(length!, a!, b!, c!, d!) & this.#mask;
      while (slots[SLOT * slot]! >= 0) slot = (slot + 1) & this.#mask;
      for (let part = 0; part < SLOT; part++) slots[SLOT * slot + part] = old[from + part]!;
    }
    this.#slots = slots;
  }
}

function hash(length: number, a: number, b: number, c: number, d: number): number {
  let mixed = Math.imul(a ^ length, 0x9e3779b1) + Math.imul(b ^ (a >>> 15), 0x85ebca77) | 0;
  mixed = Math.imul(c ^ (mixed >>> 13), 0xc2b2ae3d) + Math.imul(d ^ mixed, 0x27d4eb2f) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x9e3779b1);
  return mixed ^ (mixed >>> 16);
}

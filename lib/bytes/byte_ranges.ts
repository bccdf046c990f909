/** A piece of a file. */
export interface Extent {
  /** Bytes from the start of the file. */
  readonly fileOffset: number;
  /** In bytes. */
  readonly length: number;
}

/** Gathers ranges of a file, in any order and as often as they come. */
export class ByteRanges {
  #starts: number[] = [];
  #ends: number[] = [];
  /** When so many ranges are held, those that touch are made one. */
  #limit = 1 << 12;

  /** Adds the range `[start, end)`; nothing if it is empty. */
  add(start: number, end: number): void {
    if (!(start < end)) return;
    this.#starts.push(start);
    this.#ends.push(end);
    if (this.#starts.length < this.#limit) return;
    const merged = this.extents();
    this.#starts = merged.map(({ fileOffset }) => fileOffset);
    this.#ends = merged.map(({ fileOffset, length }) => fileOffset + length);
    this.#limit = Math.max(this.#limit, 2 * merged.length);
  }

  /** What was added: ascending, not overlapping, not touching. */
  extents(): Extent[] {
    const order = Uint32Array.from(this.#starts.keys())
      .sort((a, b) => this.#starts[a]! - this.#starts[b]!);
    const merged: { fileOffset: number; length: number }[] = [];
    for (const at of order) {
      const [start, end] = [this.#starts[at]!, this.#ends[at]!];
      const last = merged.at(-1);
      if (last === undefined || start > last.fileOffset + last.length) {
        merged.push({ fileOffset: start, length: end - start });
      } else last.length = Math.max(last.length, end - last.fileOffset);
    }
    return merged;
  }
}

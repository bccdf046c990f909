const BLOCK_SIZE = 1 << 18;

/** Bytes that come one after the other, and are kept without being copied as they grow. */
export class BlockBuffer {
  /** How many bytes were appended. */
  length = 0;
  readonly #blocks: Uint8Array[] = [];

  /** Appends a copy of bytes. */
  append(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) {
      const inside = this.length % BLOCK_SIZE;
      if (inside === 0) this.#blocks.push(new Uint8Array(BLOCK_SIZE));
      const count = Math.min(BLOCK_SIZE - inside, bytes.length - done);
      this.#blocks.at(-1)!.set(bytes.subarray(done, done + count), inside);
      this.length += count;
      done += count;
    }
  }

  /** The bytes `[start, start + length)`, which were appended; not copied if they are in one block. */
  read(start: number, length: number): Uint8Array {
    const inside = start % BLOCK_SIZE;
    const first = Math.floor(start / BLOCK_SIZE);
    if (inside + length <= BLOCK_SIZE) {
      return this.#blocks[first]?.subarray(inside, inside + length) ?? new Uint8Array();
    }
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const at = start + done;
      const block = this.#blocks[Math.floor(at / BLOCK_SIZE)]!;
      const from = at % BLOCK_SIZE;
      const count = Math.min(BLOCK_SIZE - from, length - done);
      bytes.set(block.subarray(from, from + count), done);
      done += count;
    }
    return bytes;
  }
}

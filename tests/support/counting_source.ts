import type { ByteSource } from "../../lib/bytes/mod.ts";

/** A read that a source was asked for and gave. */
export interface CountedRead {
  readonly fileOffset: number;
  readonly length: number;
}

/** Passes reads on to another source, and remembers those that gave bytes. */
export class CountingSource implements ByteSource {
  readonly name: string;
  readonly size: number;
  /** In order. */
  readonly reads: CountedRead[] = [];
  readonly #inner: ByteSource;

  /** Nothing is read yet. */
  constructor(inner: ByteSource) {
    this.#inner = inner;
    this.name = inner.name;
    this.size = inner.size;
  }

  /** See {@linkcode ByteSource.readAt}. */
  async readAt(fileOffset: number, length: number): Promise<Uint8Array> {
    const bytes = await this.#inner.readAt(fileOffset, length);
    this.reads.push({ fileOffset, length });
    return bytes;
  }

  /** The sum of all reads. */
  get bytesRead(): number {
    return this.reads.reduce((sum, { length }) => sum + length, 0);
  }

  /** The length of the longest read. */
  get longestRead(): number {
    return this.reads.reduce((longest, { length }) => Math.max(longest, length), 0);
  }
}

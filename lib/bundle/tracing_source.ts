import { ByteRanges, type ByteSource } from "../bytes/mod.ts";

/** Passes reads on to another source, and remembers which bytes were given. */
export class TracingSource implements ByteSource {
  readonly name: string;
  readonly size: number;
  /** The bytes that were given, and others that were added. */
  readonly ranges: ByteRanges = new ByteRanges();
  readonly #inner: ByteSource;

  /** Nothing is read yet. */
  constructor(inner: ByteSource) {
    this.#inner = inner;
    this.name = inner.name;
    this.size = inner.size;
  }

  /** See {@linkcode ByteSource.readAt}. */
  async readAt(fileOffset: number, length: number, buffer?: Uint8Array): Promise<Uint8Array> {
    const bytes = await this.#inner.readAt(fileOffset, length, buffer);
    this.ranges.add(fileOffset, fileOffset + length);
    return bytes;
  }

  /** The source that is traced: what is read from it is not remembered. */
  get untraced(): ByteSource {
    return this.#inner;
  }
}

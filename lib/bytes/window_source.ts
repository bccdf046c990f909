import { FormatError, hex } from "../errors.ts";
import { type ByteSource, checkRange } from "./byte_source.ts";

/**
 * A {@linkcode ByteSource} over a part of another one: a section of a file, a file in an archive.
 * Nothing is copied.
 *
 * @example
 * ```ts
 * import { MemorySource } from "./byte_source.ts";
 * import { WindowSource } from "./window_source.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const archive = new MemorySource("a.zip", new Uint8Array([10, 11, 12, 13]));
 * const entry = new WindowSource("a.zip!b", archive, 1, 2);
 * assertEquals([...await entry.readAt(0, entry.size)], [11, 12]);
 * ```
 */
export class WindowSource implements ByteSource {
  readonly name: string;
  /** Length of the window in bytes. */
  readonly size: number;
  /** Where the window begins: bytes from the start of the other source. */
  readonly start: number;
  /** The other source. */
  readonly inner: ByteSource;

  /**
   * Reads nothing yet.
   *
   * @param name What messages call the window; the offsets in them are its own.
   * @param start Bytes from the start of the other source.
   * @param size In bytes.
   * @throws {FormatError} If the window does not lie inside the other source.
   */
  constructor(name: string, inner: ByteSource, start: number, size: number) {
    if (!(start >= 0 && size >= 0 && start + size <= inner.size)) {
      throw new FormatError({
        action: "find the bytes",
        source: name,
        detail: `need ${size} bytes at ${hex(start)} of a file that ends at ${hex(inner.size)}`,
      });
    }
    this.name = name;
    this.size = size;
    this.start = start;
    this.inner = inner;
  }

  /** See {@linkcode ByteSource.readAt}. */
  async readAt(fileOffset: number, length: number, buffer?: Uint8Array): Promise<Uint8Array> {
    checkRange(this, fileOffset, length);
    return await this.inner.readAt(this.start + fileOffset, length, buffer);
  }
}

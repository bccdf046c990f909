import { FormatError } from "../errors.ts";
import type { BlockBuffer } from "./block_buffer.ts";
import type { Extent } from "./byte_ranges.ts";
import { type ByteSource, checkRange } from "./byte_source.ts";

/** Bytes that a file has, but not here: only a part of it was taken along. */
export class MissingBytesError extends FormatError {
  /** Names the range that was asked for. */
  constructor(source: string, fileOffset: number, length: number) {
    const detail = `need ${length} bytes, which were not taken along`;
    super({ action: "read bytes", source, place: { fileOffset }, detail });
    this.name = "MissingBytesError";
  }
}

/**
 * A {@linkcode ByteSource} over parts of a file: it gives the bytes that are there, at the file
 * offsets that they have in the whole file, and throws for all others.
 *
 * @example
 * ```ts
 * import { BlockBuffer } from "./block_buffer.ts";
 * import { ExtentSource } from "./extent_source.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const data = new BlockBuffer();
 * data.append(new Uint8Array([1, 2, 3]));
 * const source = new ExtentSource("a.so", 1000, [{ fileOffset: 500, length: 3 }], data);
 * assertEquals([...await source.readAt(501, 2)], [2, 3]);
 * ```
 */
export class ExtentSource implements ByteSource {
  readonly name: string;
  /** Length of the whole file in bytes. */
  readonly size: number;
  readonly #starts: Float64Array;
  readonly #ends: Float64Array;
  /** Where in the data the bytes of each extent begin. */
  readonly #places: Float64Array;
  readonly #data: BlockBuffer;

  /**
   * Copies nothing.
   *
   * @param size Of the whole file.
   * @param extents Ascending, not overlapping, inside the file.
   * @param data The bytes of the extents, one after the other.
   */
  constructor(name: string, size: number, extents: readonly Extent[], data: BlockBuffer) {
    this.name = name;
    this.size = size;
    this.#data = data;
    const [starts, ends, places]: [number[], number[], number[]] = [[], [], []];
    let place = 0;
    for (const { fileOffset, length } of extents) {
      // What touches is one piece, also to those who read across.
      if (fileOffset === ends.at(-1)) ends[ends.length - 1] = fileOffset + length;
      else {
        starts.push(fileOffset);
        ends.push(fileOffset + length);
        places.push(place);
      }
      place += length;
    }
    this.#starts = Float64Array.from(starts);
    this.#ends = Float64Array.from(ends);
    this.#places = Float64Array.from(places);
  }

  /**
   * See {@linkcode ByteSource.readAt}.
   *
   * @throws {MissingBytesError} If the range lies inside the file, but is not here.
   */
  readAt(fileOffset: number, length: number): Promise<Uint8Array> {
    try {
      return Promise.resolve(this.#readAt(fileOffset, length));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #readAt(fileOffset: number, length: number): Uint8Array {
    checkRange(this, fileOffset, length);
    if (length === 0) return new Uint8Array();
    const at = this.#extentAt(fileOffset);
    if (at < 0 || fileOffset + length > this.#ends[at]!) {
      throw new MissingBytesError(this.name, fileOffset, length);
    }
    return this.#data.read(this.#places[at]! + fileOffset - this.#starts[at]!, length);
  }

  /** The index of the last extent that begins at or before a file offset; -1 if none does. */
  #extentAt(fileOffset: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#starts[middle]! <= fileOffset) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

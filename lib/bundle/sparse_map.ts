import type { Extent } from "../bytes/byte_ranges.ts";
import { FormatError } from "../errors.ts";

/** Tar pads everything to blocks of this size, in bytes. */
export const BLOCK_SIZE = 512;
/** A map with more extents is damage, or malice: 64 times those of a recording with 16,384 frames. */
const MAX_EXTENTS = 1 << 20;
/** Of 2^53 - 1. */
const MAX_DIGITS = 16;
const ZERO = 0x30;
const NEWLINE = 0x0a;

/**
 * Spells where the data of a sparse file belongs, as GNU tar writes it before the data (GNU tar
 * manual, "Storing Sparse Files", PAX format, version 1.0): decimal numbers, each on a line; how
 * many extents there are, then the file offset and length of each; zero bytes up to the next block.
 *
 * @example
 * ```ts
 * import { spellSparseMap } from "./sparse_map.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const map = spellSparseMap([{ fileOffset: 64, length: 10 }]);
 * assertEquals(new TextDecoder().decode(map.subarray(0, 8)), "1\n64\n10\n");
 * assertEquals(map.length, 512);
 * ```
 */
export function spellSparseMap(extents: readonly Extent[]): Uint8Array<ArrayBuffer> {
  const lines = [extents.length, ...extents.flatMap((one) => [one.fileOffset, one.length])];
  const text = new TextEncoder().encode(lines.map((line) => `${line}\n`).join(""));
  const padded = new Uint8Array(Math.ceil(text.length / BLOCK_SIZE) * BLOCK_SIZE);
  padded.set(text);
  return padded;
}

/** Reads what {@linkcode spellSparseMap} writes, piece by piece as it comes. */
export class SparseMapParser {
  /** Where the data belongs; complete once {@linkcode push} says so. */
  readonly extents: Extent[] = [];
  readonly #source: string;
  readonly #size: number;
  /** Bytes of the map that were read. */
  #position = 0;
  #value = 0;
  #digits = 0;
  /** How many extents there are; -1 before it is known. */
  #count = -1;
  #fileOffset = -1;
  #end = 0;

  /**
   * @param source The name of the file, for messages.
   * @param size Of the whole file, in bytes: no extent may reach past it.
   */
  constructor(source: string, size: number) {
    this.#source = source;
    this.#size = size;
  }

  /** Whether the map was read to its end, with the zero bytes behind it. */
  get isComplete(): boolean {
    return this.#isListComplete && this.#position % BLOCK_SIZE === 0;
  }

  /**
   * Takes the next bytes.
   *
   * @returns How many of them belong to the map: all, unless it is complete.
   * @throws {FormatError} If it is no map, or its extents do not ascend, overlap, or do not lie in
   * the file.
   */
  push(bytes: Uint8Array): number {
    let at = 0;
    for (; at < bytes.length && !this.#isListComplete; at++) this.#pushText(bytes[at]!);
    const padding = -this.#position & (BLOCK_SIZE - 1);
    const skipped = this.#isListComplete ? Math.min(padding, bytes.length - at) : 0;
    this.#position += skipped;
    return at + skipped;
  }

  get #isListComplete(): boolean {
    return this.#count >= 0 && this.extents.length === this.#count;
  }

  #pushText(byte: number): void {
    this.#position++;
    if (byte !== NEWLINE) {
      const digit = byte - ZERO;
      this.#value = 10 * this.#value + digit;
      if (digit >= 0 && digit <= 9 && ++this.#digits <= MAX_DIGITS) return;
      throw this.#error(`byte ${byte} is there, want a number of at most ${MAX_DIGITS} digits`);
    }
    if (this.#digits === 0) throw this.#error("an empty line is there, want a number");
    this.#pushNumber(this.#value);
    this.#value = this.#digits = 0;
  }

  #pushNumber(value: number): void {
    if (this.#count < 0) {
      if (value > MAX_EXTENTS) throw this.#error(`it has ${value} pieces, want fewer`);
      this.#count = value;
    } else if (this.#fileOffset < 0) {
      if (value < this.#end) {
        throw this.#error(`a piece begins at ${value}, the one before it ends at ${this.#end}`);
      }
      this.#fileOffset = value;
    } else {
      this.#end = this.#fileOffset + value;
      if (!(this.#end <= this.#size)) {
        throw this.#error(`a piece ends at ${this.#end}, the file at ${this.#size}`);
      }
      this.extents.push({ fileOffset: this.#fileOffset, length: value });
      this.#fileOffset = -1;
    }
  }

  #error(detail: string): FormatError {
    return new FormatError({ action: "read the sparse map", source: this.#source, detail });
  }
}

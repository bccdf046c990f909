import { FormatError } from "../errors.ts";
import type { ByteReader } from "./byte_reader.ts";
import { findByte } from "./find_byte.ts";

const LINE_FEED = 0x0a;
const CHUNK_SIZE = 1 << 19;
const DECODER = new TextDecoder();
/** A line with more bytes than this is not text: 64 MiB. */
export const MAX_LINE_LENGTH = 1 << 26;

/**
 * Cuts a stream of bytes into lines without making strings of them. The line stands in `view` at
 * `[start, end)`, without its line feed (a carriage return stays), until the next call.
 *
 * Memory is one chunk of 512 KiB, or the longest line if that is longer.
 *
 * @example
 * ```ts
 * import { LineReader } from "./line_reader.ts";
 * import { readerOfBytes } from "./byte_reader.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const lines = new LineReader(readerOfBytes("example", new TextEncoder().encode("a 1\nb 2")));
 * const seen: string[] = [];
 * while (await lines.fill()) {
 *   while (lines.next()) seen.push(lines.text());
 * }
 * assertEquals(seen, ["a 1", "b 2"]);
 * ```
 */
export class LineReader {
  /** The bytes around the line. */
  view: DataView<ArrayBuffer>;
  /** Where the line begins in `view`. */
  start = 0;
  /** Where the line ends in `view`. */
  end = 0;
  /** 1-based number of the line; 0 before the first. */
  lineNumber = 0;
  /** How many bytes were read so far. */
  bytesRead = 0;
  readonly #reader: ByteReader;
  #bytes: Uint8Array<ArrayBuffer>;
  /** Where the next line begins, and where the bytes that were read end. */
  #next = 0;
  #filled = 0;
  /** Up to here there is no line feed after `#next`: a long line is searched once. */
  #searched = 0;
  #atEnd = false;

  /** Reads nothing yet. */
  constructor(reader: ByteReader) {
    this.#reader = reader;
    this.#bytes = new Uint8Array(CHUNK_SIZE);
    this.view = new DataView(this.#bytes.buffer);
  }

  /**
   * Reads on, after {@linkcode next} found no further line.
   *
   * @returns False if there is nothing left.
   * @throws {FormatError} If a line is longer than 64 MiB.
   */
  async fill(): Promise<boolean> {
    if (this.#atEnd) return false;
    this.#makeRoom();
    const count = await this.#reader.read(this.#bytes.subarray(this.#filled));
    this.bytesRead += count;
    this.#filled += count;
    if (count === 0) this.#atEnd = true;
    return count > 0 || this.#filled > this.#next;
  }

  /**
   * Moves to the next line that was read whole; false if more has to be read for it.
   *
   * @throws {FormatError} If it is longer than 64 MiB.
   */
  next(): boolean {
    if (this.#next >= this.#filled) return false;
    const found = findByte(
      this.view,
      LINE_FEED,
      Math.max(this.#next, this.#searched),
      this.#filled,
    );
    const whole = found < this.#filled;
    if (!whole && !this.#atEnd) {
      this.#searched = this.#filled;
      return false;
    }
    this.start = this.#next;
    this.end = whole ? found : this.#filled;
    if (this.end - this.start > MAX_LINE_LENGTH) {
      throw lineTooLong(this.#reader.name, this.lineNumber + 1);
    }
    this.#next = whole ? found + 1 : this.#filled;
    this.lineNumber++;
    return true;
  }

  /** The line as a string; bytes that are no UTF-8 become U+FFFD. */
  text(): string {
    return DECODER.decode(this.#bytes.subarray(this.start, this.end));
  }

  /** Moves what is left of the last chunk to the front, and makes the buffer larger if it is full. */
  #makeRoom(): void {
    const left = this.#filled - this.#next;
    if (left > MAX_LINE_LENGTH) throw lineTooLong(this.#reader.name, this.lineNumber + 1);
    if (this.#next > 0) this.#bytes.copyWithin(0, this.#next, this.#filled);
    this.#searched = Math.max(0, this.#searched - this.#next);
    this.#next = 0;
    this.#filled = left;
    if (left < this.#bytes.length / 2) return;
    const bytes = new Uint8Array(this.#bytes.length * 2);
    bytes.set(this.#bytes.subarray(0, left));
    this.#bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }
}

/** What is thrown for a line that has more than {@linkcode MAX_LINE_LENGTH} bytes; 1-based. */
export function lineTooLong(source: string, line: number): FormatError {
  return new FormatError({
    action: "read a line",
    source,
    place: { line },
    detail: `it has more than ${MAX_LINE_LENGTH} bytes`,
  });
}

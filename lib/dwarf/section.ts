import type { ByteSource } from "../bytes/mod.ts";
import { readStrings } from "../bytes/read_strings.ts";
import { FormatError, hex, isSourceError } from "../errors.ts";
import { Defect } from "./defect.ts";
import { DwarfReader } from "./dwarf_reader.ts";

/** Reading a few KiB more costs less than a second read. */
const MIN_READ = 1 << 10;
const MIN_BUFFER = 1 << 14;
/** Pieces that follow each other are read with up to this much of what comes behind. */
const MAX_READ_AHEAD = 1 << 16;
/** A piece of unknown length is read again with this many times as much, until it is enough. */
const GROWTH = 8;
/** Nothing whose length is unknown takes more. */
const MAX_PIECE = 1 << 26;
/**
 * A section is read a few times from beginning to end. One that is damaged, or made for it, leads to
 * the same place again and again; after this many bytes, and this many times its size, only short
 * pieces are read, so that units beside those that are damaged are still found.
 */
const MAX_BYTES = 1 << 26;
const MAX_TIMES = 16;
const SHORT_PIECE = 1 << 12;
/** What a piece costs besides its bytes. */
const PIECE_COST = 64;

/**
 * A section of which pieces are read. The last piece is kept, so that what lies close together is
 * read once.
 */
export class Section {
  /** As the source calls it, for messages. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** Byte order of the file. */
  readonly littleEndian: boolean;
  readonly #source: ByteSource;
  #piece: DwarfReader;
  #pieceStart = 0;
  #pieceEnd = 0;
  #readAhead = MIN_READ;
  #spent = 0;
  #buffer = new Uint8Array();

  /** Reads nothing yet. */
  constructor(source: ByteSource, littleEndian: boolean) {
    this.name = source.name;
    this.size = source.size;
    this.littleEndian = littleEndian;
    this.#source = source;
    this.#piece = new DwarfReader(new Uint8Array(), littleEndian);
  }

  /**
   * Parses something whose length is not known before.
   *
   * @param start Where it begins: bytes from the start of the section.
   * @param guess How many bytes it takes, most likely.
   * @param parse Reads from the position of the reader on. It is called again, with more bytes, if
   * it throws a RangeError before the section ends.
   * @param action What is attempted, for messages: an infinitive.
   * @throws {FormatError} If the section ends before, or is read over and over.
   */
  async parse<Result>(
    start: number,
    guess: number,
    action: string,
    parse: (reader: DwarfReader) => Result,
  ): Promise<Result> {
    const first = this.#isSpent ? Math.min(guess, SHORT_PIECE) : guess;
    for (let length = first;; length *= GROWTH) {
      this.#checkSpent(length, start, action);
      const piece = await this.piece(start, length, action);
      const reader = this.#isSpent ? this.#cut(piece, length) : piece;
      const from = reader.position;
      try {
        return parse(reader);
      } catch (error) {
        if (!(error instanceof RangeError)) throw sourceErrorOf(error, this, start, action);
        if (start + length >= this.size) throw this.error(start, action, "the section ends before");
        if (length > MAX_PIECE) {
          throw this.error(start, action, `it takes more than ${hex(length)}`);
        }
      } finally {
        this.spend(Math.min(reader.position, reader.bytes.length) - from);
      }
    }
  }

  /**
   * A reader that stands at `start`, with `length` bytes behind that, or fewer if the section ends
   * before. It is valid until the next call.
   *
   * @throws {FormatError} If `start` is behind the end of the section.
   */
  async piece(start: number, length: number, action: string): Promise<DwarfReader> {
    if (!(start >= 0 && start <= this.size)) {
      throw this.error(start, action, `the section ends at ${hex(this.size)}`);
    }
    const end = Math.min(this.size, start + length);
    if (start < this.#pieceStart || end > this.#pieceEnd) await this.#fetch(start, end);
    this.#piece.position = start - this.#pieceStart;
    return this.#piece;
  }

  /**
   * Bytes of known length in a reader of their own. Position 0 is `start`.
   *
   * @param buffer Memory that may be used, see `ByteSource.readAt`.
   * @throws {FormatError} If they do not lie inside the section, or it is read over and over.
   */
  async read(start: number, length: number, buffer?: Uint8Array): Promise<DwarfReader> {
    this.#checkSpent(length, start, "read bytes");
    const reader = await this.#readAt(start, length, buffer);
    this.spend(length);
    return reader;
  }

  /** Counts bytes that are parsed, so that a damaged file does not keep one busy for ever. */
  spend(count: number): void {
    this.#spent += count + PIECE_COST;
  }

  get #isSpent(): boolean {
    return this.#spent > MAX_BYTES + MAX_TIMES * this.size;
  }

  /** No more than `length` bytes, though more were read. */
  #cut({ bytes, position }: DwarfReader, length: number): DwarfReader {
    return new DwarfReader(bytes.subarray(position, position + length), this.littleEndian);
  }

  #checkSpent(length: number, sectionOffset: number, action: string): void {
    if (length <= SHORT_PIECE || !this.#isSpent) return;
    throw this.error(sectionOffset, action, "it is read over and over");
  }

  async #readAt(start: number, length: number, buffer?: Uint8Array): Promise<DwarfReader> {
    return new DwarfReader(await this.#source.readAt(start, length, buffer), this.littleEndian);
  }

  /**
   * Strings by their offset in the section.
   *
   * @throws {FormatError} If an offset is outside, or a string does not end.
   */
  strings(offsets: Iterable<number>): Promise<Map<number, string>> {
    const table = { stringsOffset: 0, stringsSize: this.size };
    return readStrings(this.#source, table, offsets);
  }

  /** An error about a place in the section, ready to be thrown. */
  error(sectionOffset: number, action: string, detail: string): FormatError {
    const place = { fileOffset: sectionOffset };
    return new FormatError({ action, source: this.name, place, detail });
  }

  async #fetch(start: number, end: number): Promise<void> {
    const isNext = this.#pieceEnd > 0 && start >= this.#pieceStart &&
      start <= this.#pieceEnd + this.#readAhead;
    this.#readAhead = isNext ? Math.min(2 * this.#readAhead, MAX_READ_AHEAD) : MIN_READ;
    const last = Math.min(this.size, Math.max(end, start + this.#readAhead));
    this.#pieceEnd = 0;
    if (this.#buffer.length < last - start) {
      this.#buffer = new Uint8Array(Math.min(this.size, Math.max(2 * (last - start), MIN_BUFFER)));
    }
    this.#piece = await this.#readAt(start, last - start, this.#buffer);
    this.#pieceStart = start;
    this.#pieceEnd = last;
  }
}

/**
 * What a parser threw, as an error with a place: reading behind the end is damage.
 *
 * @throws What is no error of the data.
 */
export function sourceErrorOf(
  error: unknown,
  section: Section,
  sectionOffset: number,
  action: string,
): Error {
  if (isSourceError(error)) return error;
  if (error instanceof Defect) return section.error(sectionOffset, action, error.message);
  if (!(error instanceof RangeError)) throw error;
  return section.error(sectionOffset, action, "it ends in the middle of a value");
}

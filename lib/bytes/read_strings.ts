import type { ByteSource } from "../bytes/mod.ts";
import { FormatError, hex } from "../errors.ts";

/** Where a string table is in a file. */
export interface StringTable {
  /** What the strings are in, if it is not the file itself: they were compressed. */
  readonly stringsSource?: ByteSource;
  /** Bytes from the start of the file, or of the source, to the first string. */
  readonly stringsOffset: number;
  /** In bytes. */
  readonly stringsSize: number;
}

/** Strings closer together than this are read in one piece: cheaper than two reads. */
const MAX_GAP = 1 << 14;
const MAX_CHUNK = 1 << 18;
/** A longer string is damage. */
const MAX_LENGTH = 1 << 20;
/** Strings may share their ends; all together do not have this many bytes more than the table. */
export const MAX_SHARED: number = 1 << 26;
/** How much is read for a string whose length is not known yet. */
const FIRST_GUESS = 256;
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Reads strings from a string table (gABI, "String Table"), and as little else as it can.
 *
 * @param offsets Bytes from the start of the table; in any order, repeated or not.
 * @returns The strings by offset; bytes that are no UTF-8 become U+FFFD.
 * @throws {FormatError} If an offset is outside the table, or a string does not end in it; if they
 * share so much that they take far more memory than the table.
 */
export async function readStrings(
  source: ByteSource,
  table: StringTable,
  offsets: Iterable<number>,
): Promise<Map<number, string>> {
  const sorted = Float64Array.from(new Set(offsets)).sort();
  const strings = new Map<number, string>();
  const buffer = new Uint8Array(Math.min(MAX_CHUNK, table.stringsSize) + FIRST_GUESS);
  let first = 0;
  let room = table.stringsSize + MAX_SHARED;
  while (first < sorted.length) {
    const last = endOfRun(sorted, first);
    room = await readRun(
      table.stringsSource ?? source,
      table,
      sorted.subarray(first, last),
      buffer,
      strings,
      room,
    );
    first = last;
  }
  return strings;
}

function endOfRun(sorted: Float64Array, first: number): number {
  let last = first + 1;
  while (
    last < sorted.length && sorted[last]! - sorted[last - 1]! <= MAX_GAP &&
    sorted[last]! - sorted[first]! < MAX_CHUNK
  ) last++;
  return last;
}

async function readRun(
  source: ByteSource,
  table: StringTable,
  offsets: Float64Array,
  buffer: Uint8Array,
  strings: Map<number, string>,
  room: number,
): Promise<number> {
  const { stringsOffset, stringsSize } = table;
  const start = offsets[0]!;
  const last = offsets.at(-1)!;
  if (last >= stringsSize) throw stringError(source, table, last, "it is outside the table");
  for (let guess = FIRST_GUESS;; guess *= 4) {
    const end = Math.min(stringsSize, last + guess);
    const bytes = await source.readAt(stringsOffset + start, end - start, buffer);
    if (bytes.indexOf(0, last - start) < 0) {
      if (end < stringsSize && guess < MAX_LENGTH) continue;
      throw stringError(source, table, last, "it has no end");
    }
    const ends = endsOf(bytes, start, offsets);
    let size = 0;
    for (let at = 0; at < offsets.length; at++) size += ends[at]! - (offsets[at]! - start);
    if (size - offsets.length > room) throw sharedError(source);
    const texts = decode(bytes, start, offsets, ends, size);
    for (let at = 0; at < offsets.length; at++) strings.set(offsets[at]!, texts[at]!);
    return room - (size - offsets.length);
  }
}

/** Where each string ends in the bytes, behind its zero. */
function endsOf(bytes: Uint8Array, start: number, offsets: Float64Array): Uint32Array {
  return Uint32Array.from(offsets, (offset) => bytes.indexOf(0, offset - start) + 1);
}

/** All at once: each call to decode has its price, see the bench "symbols". */
function decode(
  bytes: Uint8Array,
  start: number,
  offsets: Float64Array,
  ends: Uint32Array,
  size: number,
): string[] {
  const joined = new Uint8Array(size);
  let to = 0;
  for (let at = 0; at < offsets.length; at++) {
    for (let from = offsets[at]! - start; from < ends[at]!; from++) joined[to++] = bytes[from]!;
  }
  return DECODER.decode(joined.subarray(0, size - 1)).split("\0");
}

/** Strings share their ends far more than any table does where names are merged. */
export function sharedError({ name }: Pick<ByteSource, "name">): FormatError {
  const detail = `they share more than ${hex(MAX_SHARED)} bytes`;
  return new FormatError({ action: "read strings", source: name, detail });
}

function stringError(
  source: ByteSource,
  table: StringTable,
  offset: number,
  detail: string,
): FormatError {
  return new FormatError({
    action: "read a string",
    source: source.name,
    place: { fileOffset: table.stringsOffset + offset },
    detail,
  });
}

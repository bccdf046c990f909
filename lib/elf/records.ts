import type { ByteSource } from "../bytes/mod.ts";

/** Records closer together than this are read in one piece: cheaper than two reads. */
const MAX_GAP = 1024;
const MAX_CHUNK = 1 << 20;

/**
 * Reads many small pieces of a source, those that are near each other by one read.
 *
 * @param fileOffsets Ascending.
 * @param length Bytes of a record; one that reaches past `end` is cut there.
 * @param end File offset behind the last byte that belongs to a record.
 * @returns The bytes of the records, in order.
 * @throws {FormatError} If an offset lies outside the source.
 */
export async function readRecords(
  source: ByteSource,
  fileOffsets: Float64Array,
  length: number,
  end: number,
): Promise<Uint8Array[]> {
  const records: Uint8Array[] = [];
  for (let first = 0; first < fileOffsets.length;) {
    const start = fileOffsets[first]!;
    let last = first;
    while (
      last + 1 < fileOffsets.length && fileOffsets[last + 1]! - start < MAX_CHUNK &&
      fileOffsets[last + 1]! - fileOffsets[last]! <= length + MAX_GAP
    ) last++;
    const stop = Math.max(start, Math.min(fileOffsets[last]! + length, end));
    const bytes = await source.readAt(start, stop - start);
    for (let at = first; at <= last; at++) {
      const from = fileOffsets[at]! - start;
      records.push(bytes.subarray(from, from + length));
    }
    first = last + 1;
  }
  return records;
}

import { type ByteReader, LineReader } from "../bytes/mod.ts";
import type { ReadRecordingOptions } from "./recording.ts";

/**
 * Calls a function for each line of a text, which it finds in the reader of lines.
 *
 * @throws {FormatError} If a line is longer than 64 MiB, or compressed data is damaged.
 */
export async function readLines(
  reader: ByteReader,
  { onProgress }: ReadRecordingOptions,
  each: (lines: LineReader) => void,
): Promise<void> {
  const lines = new LineReader(reader);
  while (await lines.fill()) {
    while (lines.next()) each(lines);
    onProgress?.(reader, lines.bytesRead);
  }
}

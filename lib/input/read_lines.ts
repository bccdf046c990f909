import { type ByteReader, LineReader } from "../bytes/mod.ts";
import type { ReadRecordingOptions } from "./recording.ts";

/**
 * Calls a function for each line of a text, which it finds in the reader of lines.
 *
 * @returns Why it could not be read to its end; undefined if it was. Lines before that were given.
 */
export async function readLines(
  reader: ByteReader,
  { onProgress }: ReadRecordingOptions,
  each: (lines: LineReader) => void,
): Promise<Error | undefined> {
  const lines = new LineReader(reader);
  try {
    while (await lines.fill()) {
      while (lines.next()) each(lines);
      onProgress?.(reader, lines.bytesRead);
    }
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
  return undefined;
}

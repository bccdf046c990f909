import { FormatError, hex } from "../errors.ts";

/** Compressed bytes, and what messages say about them. */
export interface CompressedData {
  /** The name of the source they are from. */
  readonly source: string;
  /** Where they begin: bytes from the start of that source. */
  readonly fileOffset: number;
  /** The data, and nothing before it. */
  readonly bytes: Uint8Array;
}

/** Nothing is decompressed to more than this: 1 GiB. */
export const MAX_DECOMPRESSED_SIZE: number = 1 << 30;

/**
 * Checks the size that data is said to decompress to, before anything is allocated for it.
 *
 * @param format Its name, for messages.
 * @param size What the data, or a header before it, says: bytes.
 * @param maxRatio How many bytes the format can make of one, at most.
 * @throws {FormatError} If the size is more than 1 GiB, or more than the data can become.
 */
export function checkSize(
  format: string,
  data: CompressedData,
  size: number,
  maxRatio: number,
): void {
  if (size > MAX_DECOMPRESSED_SIZE) {
    const limit = hex(MAX_DECOMPRESSED_SIZE);
    throw damage(format, data, `it is said to become ${hex(size)} bytes, the limit is ${limit}`);
  }
  const most = data.bytes.length * maxRatio;
  if (size <= most) return;
  const count = hex(data.bytes.length);
  const detail = `it is said to become ${hex(size)} bytes, of ${count} come at most ${hex(most)}`;
  throw damage(format, data, detail);
}

/** An error about compressed data, ready to be thrown. */
export function damage(format: string, data: CompressedData, detail: string): FormatError {
  return new FormatError({
    action: `decompress the ${format} data`,
    source: data.source,
    place: { fileOffset: data.fileOffset },
    detail,
  });
}

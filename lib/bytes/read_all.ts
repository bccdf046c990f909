import { FormatError, hex } from "../errors.ts";
import type { ByteReader } from "./byte_reader.ts";

const FIRST_SIZE = 1 << 18;

/**
 * Reads a reader to its end, for formats that cannot be read piece by piece.
 *
 * @param limit The most bytes that are read.
 * @param onProgress Is told how many bytes were read so far.
 * @throws {FormatError} If there are more bytes than that, or compressed data is damaged.
 */
export async function readAll(
  reader: ByteReader,
  limit: number,
  onProgress?: (bytesRead: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  let buffer = new Uint8Array(Math.min(FIRST_SIZE, limit + 1));
  let filled = 0;
  for (;;) {
    const count = await reader.read(buffer.subarray(filled));
    if (count === 0) return buffer.subarray(0, filled);
    filled += count;
    onProgress?.(filled);
    if (filled > limit) {
      const detail = `it has more than ${hex(limit)} bytes`;
      throw new FormatError({ action: "read all", source: reader.name, detail });
    }
    if (filled < buffer.length) continue;
    const larger = new Uint8Array(Math.min(2 * buffer.length, limit + 1));
    larger.set(buffer);
    buffer = larger;
  }
}

import { hex } from "../errors.ts";
import { checkSize, type CompressedData, damage } from "./compressed_data.ts";

/** A block of 128 KiB takes at least its header of three bytes and one byte. */
const MAX_RATIO = 1 << 15;

/**
 * Decompresses Zstandard data (RFC 8878) of known size, one or several frames. The work is done by
 * the npm package `zstddec` (Zstandard's own decoder as WebAssembly), which is loaded at the first
 * call; both the data and what it becomes are in memory besides the result.
 *
 * @param size How many bytes it becomes.
 * @throws {FormatError} If it is damaged or cut, or does not become that many bytes; before anything
 * is allocated if it cannot, or if that is more than 1 GiB.
 */
export async function decompressZstd(
  data: CompressedData,
  size: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const { bytes } = data;
  checkRoom(data, size);
  if (size === 0) return new Uint8Array();
  const { ZSTDDecoder } = await import("zstddec");
  const decoder = new ZSTDDecoder();
  await decoder.init();
  // Gives nothing, or something of another length, if anything is wrong.
  const decompressed = decoder.decode(bytes, size);
  if (decompressed.length === size) return decompressed as Uint8Array<ArrayBuffer>;
  const detail = decompressed.length > 0 && decompressed.length < size
    ? `it becomes ${hex(decompressed.length)} bytes, want ${hex(size)}`
    : `it is damaged, cut, or becomes more than ${hex(size)} bytes`;
  throw damage("zstd", data, detail);
}

/** The decoder has 2 GiB of memory, and does not see when it runs out. */
const MAX_MEMORY = 1.5 * (1 << 30);

function checkRoom(data: CompressedData, size: number): void {
  const { length } = data.bytes;
  checkSize("zstd", data, size, MAX_RATIO);
  if (length + size <= MAX_MEMORY) return;
  const detail = `${hex(length)} bytes that become ${hex(size)} are more than ${hex(MAX_MEMORY)}`;
  throw damage("zstd", data, detail);
}

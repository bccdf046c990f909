import type { ByteSource } from "./byte_source.ts";

const CHUNK_SIZE = 1 << 20;

/**
 * The CRC-32 of all bytes of a source, as `.gnu_debuglink` and zip have it (the polynomial of IEEE
 * 802.3, reflected). Reads the source once, 1 MiB at a time.
 *
 * @returns An unsigned 32-bit number.
 * @throws {FormatError} If the source cannot be read to its end.
 *
 * @example
 * ```ts
 * import { MemorySource } from "./byte_source.ts";
 * import { crc32OfSource } from "./crc32.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const source = new MemorySource("check", new TextEncoder().encode("123456789"));
 * assertEquals(await crc32OfSource(source), 0xcbf43926);
 * ```
 */
export async function crc32OfSource(source: ByteSource): Promise<number> {
  // Loaded here, because most runs do not need it.
  const { crc32 } = await import("node:zlib");
  let value = 0;
  for (let at = 0; at < source.size; at += CHUNK_SIZE) {
    value = crc32(await source.readAt(at, Math.min(CHUNK_SIZE, source.size - at)), value);
  }
  return value;
}

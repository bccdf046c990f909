/**
 * Bytes in: sources with random access for files that are looked into, readers for recordings that
 * are read through, cursors over a piece that was fetched, and an interner that numbers byte
 * strings. Nothing here knows what the bytes mean; only `file_source.ts` touches the system.
 *
 * @example
 * ```ts
 * import { ByteCursor, MemorySource } from "./mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const source = new MemorySource("example", new Uint8Array([0x7f, 0x45, 0x4c, 0x46]));
 * const cursor = new ByteCursor(await source.readAt(1, 3), { source: source.name, fileOffset: 1 });
 * assertEquals(cursor.u8(), 0x45);
 * ```
 *
 * @module
 */
export { ByteCursor, type ByteCursorOptions } from "./byte_cursor.ts";
export { ByteInterner } from "./byte_interner.ts";
export {
  type ByteReader,
  chunksOf,
  readerOfBytes,
  readerOfChunks,
  readerOfSource,
} from "./byte_reader.ts";
export { type ByteSource, checkRange, MemorySource } from "./byte_source.ts";
export { ByteRanges, type Extent } from "./byte_ranges.ts";
export { BlockBuffer } from "./block_buffer.ts";
export { ExtentSource, MissingBytesError } from "./extent_source.ts";
export { decompressed } from "./decompressed.ts";
export { gzipChunks } from "./gzip_chunks.ts";
export { gunzipIfCompressed } from "./gzip_reader.ts";
export { instantiateWasm } from "./instantiate_wasm.ts";
export { findByte } from "./find_byte.ts";
export { LineReader, lineTooLong, MAX_LINE_LENGTH } from "./line_reader.ts";
export { peek, type Peeked } from "./peek.ts";
export { readAll } from "./read_all.ts";

import type { ByteReader } from "./byte_reader.ts";
import { gunzip, isGzip } from "./gzip_reader.ts";
import { peek } from "./peek.ts";
import { isZstd, unzstd } from "./zstd_reader.ts";

/**
 * Gives the bytes of a reader, decompressed if they begin as a gzip file (RFC 1952) or a Zstandard
 * file (RFC 8878) does, as they are otherwise.
 *
 * @throws {FormatError} From `read`, if the data is cut or damaged; all that came before was given out.
 */
export async function decompressed(reader: ByteReader): Promise<ByteReader> {
  const { head, reader: whole } = await peek(reader, 4);
  if (isGzip(head)) return gunzip(whole);
  return isZstd(head) ? unzstd(whole) : whole;
}

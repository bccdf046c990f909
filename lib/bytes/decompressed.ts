import type { ByteReader } from "./byte_reader.ts";
import { gunzip, isGzip } from "./gzip_reader.ts";
import { peek, type Peeked } from "./peek.ts";
import { isZstd, unzstd } from "./zstd_reader.ts";

/** Files are compressed so many times at most: by who wrote them, and by who sent or kept them. */
const MAX_LAYERS = 3;

/**
 * Gives the bytes of a reader, decompressed if they begin as a gzip file (RFC 1952) or a Zstandard
 * file (RFC 8878) does, as they are otherwise. What comes of it is decompressed likewise, if it was
 * compressed several times.
 *
 * @throws {FormatError} From `read`, if the data is cut or damaged; all that came before was given out.
 */
export async function decompressed(reader: ByteReader): Promise<ByteReader> {
  let plain = reader;
  for (let layer = 0; layer < MAX_LAYERS; layer++) {
    const { head, reader: whole } = await (layer === 0 ? peek(plain, 4) : peekAtLayer(plain));
    if (isGzip(head)) plain = gunzip(whole);
    else if (isZstd(head)) plain = unzstd(whole);
    else return whole;
  }
  return plain;
}

/** The same as {@linkcode peek}; but if nothing can be decompressed, `read` tells. */
async function peekAtLayer(reader: ByteReader): Promise<Peeked> {
  try {
    return await peek(reader, 4);
  } catch (error) {
    const failing = { name: reader.name, read: () => Promise.reject(error) };
    return { head: new Uint8Array(), reader: failing };
  }
}

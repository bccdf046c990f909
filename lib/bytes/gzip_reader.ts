import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { FormatError } from "../errors.ts";
import { type ByteReader, chunksOf, readerOfChunks } from "./byte_reader.ts";

/**
 * Gives the bytes of a reader, decompressed if they begin as a gzip file does (RFC 1952), as they
 * are otherwise. Several members one after the other are one file, as `gzip` has it.
 *
 * Damaged or cut data throws a {@linkcode FormatError} from `read`, after all that came before it
 * was given out.
 */
export async function gunzipIfCompressed(reader: ByteReader): Promise<ByteReader> {
  const head = new Uint8Array(2);
  let filled = 0;
  while (filled < head.length) {
    const count = await reader.read(head.subarray(filled));
    if (count === 0) break;
    filled += count;
  }
  const whole = withHead(reader, head.subarray(0, filled));
  return head[0] === 0x1f && head[1] === 0x8b ? gunzip(whole) : whole;
}

function gunzip(reader: ByteReader): ByteReader {
  const compressed = Readable.from(chunksOf(reader), { objectMode: false });
  const gunzipped = createGunzip({ chunkSize: 1 << 18 });
  compressed.on("error", (error: Error) => gunzipped.destroy(error));
  const inner = readerOfChunks(reader.name, compressed.pipe(gunzipped));
  return {
    name: reader.name,
    async read(into: Uint8Array): Promise<number> {
      try {
        return await inner.read(into);
      } catch (error) {
        throw asFormatError(reader.name, error);
      }
    },
  };
}

/** What zlib complains about is a matter of format; anything else (no disk, no access) is not. */
function asFormatError(source: string, error: unknown): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  if (!(error instanceof Error) || typeof code !== "string" || !code.startsWith("Z_")) return error;
  return new FormatError({ action: "decompress the gzip data", source, detail: error.message });
}

function withHead(reader: ByteReader, head: Uint8Array): ByteReader {
  let rest = head;
  return {
    name: reader.name,
    read(into: Uint8Array): Promise<number> {
      if (rest.length === 0) return reader.read(into);
      const count = Math.min(rest.length, into.length);
      into.set(rest.subarray(0, count));
      rest = rest.subarray(count);
      return Promise.resolve(count);
    },
  };
}

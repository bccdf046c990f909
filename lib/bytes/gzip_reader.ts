import { FormatError } from "../errors.ts";
import { type ByteReader, chunksOf, readerOfChunks } from "./byte_reader.ts";
import { peek } from "./peek.ts";

/**
 * Gives the bytes of a reader, decompressed if they begin as a gzip file does (RFC 1952), as they
 * are otherwise. Several members one after the other are one file, as `gzip` has it.
 *
 * Cut data throws a {@linkcode FormatError} from `read`, after all that came before the cut was
 * given out. So does damaged data, but up to 4 KiB of compressed data before the damage are lost, or
 * a sixteenth of all before it if that is less.
 */
export async function gunzipIfCompressed(reader: ByteReader): Promise<ByteReader> {
  const { head, reader: whole } = await peek(reader, 2);
  return isGzip(head) ? gunzip(whole) : whole;
}

/** Whether bytes are the beginning of a gzip file. */
export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/** Gives the bytes of a reader decompressed; see {@linkcode gunzipIfCompressed}. */
export function gunzip(reader: ByteReader): ByteReader {
  const inner = readerOfChunks(reader.name, gunzippedChunks(reader));
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

/** Bytes of compressed data that are read at a time. */
const CHUNK_SIZE = 1 << 16;
/** Bytes of it that are decompressed at a time: at most 4 MiB come of them. */
const [MIN_STEP, MAX_STEP] = [1 << 6, 1 << 12];
/** Steps are this part of all before them: what comes of the one with the damage is lost. */
const STEP_SHARE = 16;

/** Driven chunk by chunk: a pipe throws away what it has not handed out when an error comes. */
async function* gunzippedChunks(reader: ByteReader): AsyncGenerator<Uint8Array> {
  // Loaded here, because most recordings do not need it.
  const { createGunzip } = await import("node:zlib");
  const stream = createGunzip({ chunkSize: 1 << 18 });
  const output: Uint8Array[] = [];
  let failure: Error | undefined;
  stream.on("data", (chunk: Uint8Array) => output.push(chunk));
  stream.on("error", (error: Error) => failure = error);
  // Also comes before the input's end: what follows the last member is not read.
  // After an error Deno 2.4 says nothing more.
  const closed = new Promise<void>((resolve) => {
    for (const event of ["close", "error"]) stream.once(event, () => resolve());
  });
  try {
    // What was read is given out, also if there is no more because the reader fails.
    let readFailure: { readonly error: unknown } | undefined;
    try {
      for await (const step of stepsOf(chunksOf(reader, CHUNK_SIZE))) {
        const written = new Promise<void>((resolve) => stream.write(step, () => resolve()));
        await Promise.race([written, closed]);
        yield* output.splice(0);
        if (stream.destroyed || failure !== undefined) break;
      }
    } catch (error) {
      readFailure = { error };
    }
    stream.end();
    await closed;
    yield* output.splice(0);
    if (readFailure !== undefined) throw readFailure.error;
    if (failure !== undefined) throw failure;
  } finally {
    stream.destroy();
  }
}

/** Cuts chunks into steps, of which the first are small. */
async function* stepsOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let all = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length;) {
      const size = Math.min(Math.max(MIN_STEP, Math.floor(all / STEP_SHARE)), MAX_STEP);
      const step = chunk.subarray(at, at + size);
      yield step;
      at += step.length;
      all += step.length;
    }
  }
}

/** What zlib complains about is a matter of format; anything else (no disk, no access) is not. */
function asFormatError(source: string, error: unknown): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  if (!(error instanceof Error) || typeof code !== "string" || !code.startsWith("Z_")) return error;
  return new FormatError({ action: "decompress the gzip data", source, detail: error.message });
}

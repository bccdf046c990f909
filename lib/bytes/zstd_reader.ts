import { FormatError } from "../errors.ts";
import { type ByteReader, chunksOf, readerOfChunks } from "./byte_reader.ts";

/** Compressed bytes that are decompressed at a time: at most 128 MiB come of them. */
const STEP = 1 << 12;

/** Whether bytes are the beginning of a Zstandard file: a frame, or one to be skipped. */
export function isZstd(head: Uint8Array): boolean {
  const isFrame = head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd;
  return isFrame ||
    (head[0]! & 0xf0) === 0x50 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18;
}

/**
 * Gives the bytes of a reader of Zstandard data (RFC 8878) decompressed, piece by piece. Several
 * frames one after the other are one file, as `zstd` has it. The work is done by the npm package
 * `fzstd`, which takes windows of up to 32 MiB (`zstd --ultra` and `--long` may use larger ones) and
 * does not compare checksums.
 *
 * Cut or damaged data throws a {@linkcode FormatError} from `read`, after all that came before it
 * was given out.
 */
export function unzstd(reader: ByteReader): ByteReader {
  return readerOfChunks(reader.name, decompressedChunks(reader));
}

async function* decompressedChunks(reader: ByteReader): AsyncGenerator<Uint8Array> {
  // Loaded here, because most recordings do not need it.
  const { Decompress } = await import("fzstd");
  const output: Uint8Array[] = [];
  const stream = new Decompress((chunk) => void output.push(chunk));
  let failure: FormatError | undefined;
  const push = (chunk: Uint8Array, isLast: boolean) => {
    try {
      stream.push(chunk, isLast);
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      failure = new FormatError({
        action: "decompress the zstd data",
        source: reader.name,
        detail,
      });
    }
  };
  for await (const chunk of chunksOf(reader, STEP)) {
    push(chunk, false);
    yield* output.splice(0);
    if (failure !== undefined) throw failure;
  }
  push(new Uint8Array(), true);
  yield* output.splice(0);
  if (failure !== undefined) throw failure;
}

import { FormatError } from "../errors.ts";
import { type ByteReader, chunksOf, readerOfChunks } from "./byte_reader.ts";
import { ZstdFrames } from "./zstd_frames.ts";

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
 * frames one after the other are one file, as `zstd` has it. The work is done by the npm packages
 * `fzstd`, which takes windows of up to 32 MiB (`zstd --ultra` and `--long` may use larger ones), and
 * `xxhash-wasm`, for the checksums.
 *
 * Cut or damaged data throws a {@linkcode FormatError} from `read`, after all that came before it
 * was given out. Damage that only the checksum shows is found at the end of its frame.
 */
export function unzstd(reader: ByteReader): ByteReader {
  return readerOfChunks(reader.name, decompressedChunks(reader));
}

async function* decompressedChunks(reader: ByteReader): AsyncGenerator<Uint8Array> {
  // Loaded here, because most recordings do not need them.
  const [{ Decompress }, { default: loadHash }] = await Promise.all([
    import("fzstd"),
    import("xxhash-wasm"),
  ]);
  const { create64 } = await loadHash();
  const frames = new ZstdFrames();
  const output: Uint8Array[] = [];
  const newFrame = () => ({
    stream: new Decompress((chunk) => void output.push(chunk)),
    hash: create64(),
  });
  let frame = newFrame();
  for await (const chunk of chunksOf(reader, STEP)) {
    for (const { bytes, isData, isEnd, checksum } of frames.cut(chunk)) {
      const problem = isData ? push(frame.stream, bytes, isEnd) : "";
      for (const piece of output) frame.hash.update(piece);
      yield* output.splice(0);
      if (problem !== "") throw damaged(reader, problem);
      if (!isEnd) continue;
      if (checksum !== undefined && Number(frame.hash.digest() & 0xffffffffn) !== checksum) {
        throw damaged(reader, "its checksum is another one");
      }
      frame = newFrame();
    }
  }
  if (frames.isWithinFrame) throw damaged(reader, "it ends within a frame");
}

/** What is wrong with the data; empty if nothing is. */
function push(
  stream: { push(chunk: Uint8Array, isLast: boolean): void },
  bytes: Uint8Array,
  isLast: boolean,
): string {
  try {
    stream.push(bytes, isLast);
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function damaged(reader: ByteReader, detail: string): FormatError {
  return new FormatError({ action: "decompress the zstd data", source: reader.name, detail });
}

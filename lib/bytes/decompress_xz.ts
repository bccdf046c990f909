import { hex } from "../errors.ts";
import { type CompressedData, damage } from "./compressed_data.ts";

/**
 * Decompresses xz data (The .xz File Format 1.2): LZMA2 with a dictionary of at most 64 MiB and no
 * other filter, the check being none, CRC32 or CRC64. That is what `xz` makes at all its levels.
 *
 * The work is done by the npm package `xz-decompress` (XZ Embedded as WebAssembly), which is loaded
 * at the first call.
 *
 * @param maxSize How many bytes it may become.
 * @throws {FormatError} If it is damaged or cut, uses something else, or becomes more than that; it
 * is not decompressed any further then.
 */
export async function decompressXz(
  data: CompressedData,
  maxSize: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const { default: { XzReadableStream } } = await import("xz-decompress");
  const reader = new XzReadableStream(streamOf(data.bytes)).getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await nextChunk(data, reader);
    if (done) return concatenate(chunks, size);
    chunks.push(value);
    size += value.length;
    if (size <= maxSize) continue;
    // Without this the decoder would wait forever at the next call.
    await reader.cancel();
    throw damage("xz", data, `it becomes more than ${hex(maxSize)} bytes`);
  }
}

/** What the decoder's error codes mean: `enum xz_ret` of XZ Embedded. */
const REASONS: readonly string[] = [
  "",
  "",
  "its kind of check is not supported",
  "there is not enough memory",
  "its dictionary is larger than 64 MiB",
  "it does not begin as xz data does",
  "it uses a filter or a check that is not supported",
  "it is damaged",
  "it is cut or damaged",
];

async function nextChunk(data: CompressedData, reader: ReadableStreamDefaultReader<Uint8Array>) {
  try {
    return await reader.read();
  } catch (error) {
    const { message } = error as Error;
    const code = Number(/error code (\d+)$/.exec(message)?.[1]);
    throw damage("xz", data, REASONS[code] || message);
  }
}

function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
}

function concatenate(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

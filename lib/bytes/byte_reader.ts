import type { ByteSource } from "./byte_source.ts";

/**
 * Bytes that come one after the other and once: a file, standard input, a pipe, a decompressor.
 */
export interface ByteReader {
  /** The name to use in messages. */
  readonly name: string;
  /**
   * Fills the start of `into` with the next bytes.
   *
   * @returns How many bytes, at least 1; 0 at the end.
   */
  read(into: Uint8Array): Promise<number>;
}

/** Reads a stream of chunks of any size, such as a `ReadableStream`, as a {@linkcode ByteReader}. */
export function readerOfChunks(
  name: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): ByteReader {
  const iterator = iterate(chunks);
  let rest: Uint8Array = new Uint8Array();
  return {
    name,
    async read(into: Uint8Array): Promise<number> {
      while (rest.length === 0) {
        const next = await iterator.next();
        if (next.done) return 0;
        rest = next.value;
      }
      const count = Math.min(rest.length, into.length);
      into.set(rest.subarray(0, count));
      rest = rest.subarray(count);
      return count;
    },
  };
}

/** Reads bytes that are already in memory as a {@linkcode ByteReader}. */
export function readerOfBytes(name: string, bytes: Uint8Array): ByteReader {
  return readerOfChunks(name, [bytes]);
}

/** Reads a source from its start to its end. */
export function readerOfSource(source: ByteSource): ByteReader {
  let fileOffset = 0;
  return {
    name: source.name,
    async read(into: Uint8Array): Promise<number> {
      const length = Math.min(into.length, source.size - fileOffset);
      into.set(await source.readAt(fileOffset, length, into));
      fileOffset += length;
      return length;
    },
  };
}

/** The chunks that a reader gives, for those who want a stream. */
export async function* chunksOf(
  reader: ByteReader,
  chunkSize: number = 1 << 16,
): AsyncGenerator<Uint8Array> {
  for (;;) {
    const chunk = new Uint8Array(chunkSize);
    const count = await reader.read(chunk);
    if (count === 0) return;
    yield chunk.subarray(0, count);
  }
}

async function* iterate(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
  yield* chunks;
}

/**
 * Compresses chunks with gzip (RFC 1952).
 *
 * @param chunks Each needs to be valid only until the next one is asked for.
 */
export async function* gzipChunks(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* ReadableStream.from(copies(chunks)).pipeThrough(new CompressionStream("gzip"));
}

/** The stream asks for chunks before it is done with the last one. */
async function* copies(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for await (const chunk of chunks) yield chunk.slice();
}

const ENCODER = new TextEncoder();
/** In UTF-16 units. */
const CHUNK_LENGTH = 1 << 16;

/**
 * Pieces of text as UTF-8, in chunks of some size: neither a chunk a piece nor one giant string.
 * Lone surrogates become U+FFFD.
 */
export function* textChunks(pieces: Iterable<string>): Generator<Uint8Array> {
  let text = "";
  for (const piece of pieces) {
    text += piece;
    if (text.length < CHUNK_LENGTH) continue;
    yield ENCODER.encode(text);
    text = "";
  }
  if (text !== "") yield ENCODER.encode(text);
}

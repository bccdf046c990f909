import type { ByteReader } from "../../lib/bytes/mod.ts";

/** What a reader gives, as one piece, and the error that ended it, if one did. */
export async function readAll(
  reader: ByteReader,
  pieceSize = 1 << 16,
): Promise<{ bytes: Uint8Array; error: unknown }> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  let error: unknown;
  try {
    for (;;) {
      const piece = new Uint8Array(pieceSize);
      const count = await reader.read(piece);
      if (count === 0) break;
      pieces.push(piece.subarray(0, count));
      length += count;
    }
  } catch (thrown) {
    error = thrown;
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return { bytes, error };
}

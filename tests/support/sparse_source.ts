import { type ByteSource, checkRange } from "../../lib/bytes/mod.ts";

/** Bytes somewhere in a {@linkcode SparseSource}. */
export interface SparsePiece {
  readonly fileOffset: number;
  readonly length: number;
  /** Gives the bytes `[start, start + into.length)` of the piece. */
  fill(start: number, into: Uint8Array): void;
}

/** A large file that is made while it is read: pieces, and zeros between them. */
export class SparseSource implements ByteSource {
  readonly name: string;
  readonly size: number;
  readonly #pieces: readonly SparsePiece[];

  /** Nothing is made yet. */
  constructor(name: string, size: number, pieces: readonly SparsePiece[]) {
    this.name = name;
    this.size = size;
    this.#pieces = pieces;
  }

  /** See {@linkcode ByteSource.readAt}. */
  // deno-lint-ignore require-await -- errors are to reject
  async readAt(fileOffset: number, length: number): Promise<Uint8Array> {
    checkRange(this, fileOffset, length);
    const bytes = new Uint8Array(length);
    for (const piece of this.#pieces) {
      const start = Math.max(fileOffset, piece.fileOffset);
      const end = Math.min(fileOffset + length, piece.fileOffset + piece.length);
      if (start >= end) continue;
      piece.fill(start - piece.fileOffset, bytes.subarray(start - fileOffset, end - fileOffset));
    }
    return bytes;
  }
}

/** A piece of bytes that are there. */
export function pieceOf(fileOffset: number, bytes: Uint8Array): SparsePiece {
  const fill = (start: number, into: Uint8Array) =>
    into.set(bytes.subarray(start, start + into.length));
  return { fileOffset, length: bytes.length, fill };
}

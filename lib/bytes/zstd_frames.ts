/** A piece of a Zstandard file, which is of one frame. */
export interface ZstdPiece {
  /** The bytes, which may share memory with the chunk that they came in. */
  readonly bytes: Uint8Array;
  /** Whether the frame holds data; a frame to be skipped does not. */
  readonly isData: boolean;
  /** Whether the frame ends here. */
  readonly isEnd: boolean;
  /** The checksum of a data frame that ends here; undefined if it has none. */
  readonly checksum: number | undefined;
}

/** What the next bytes are that have to be there as a whole to be understood. */
type Part = "magic" | "skippable size" | "descriptor" | "block" | "checksum";

const PART_SIZES: Readonly<Record<Part, number>> = {
  "magic": 4,
  "skippable size": 4,
  "descriptor": 1,
  "block": 3,
  "checksum": 4,
};
const DICTIONARY_SIZES = [0, 1, 2, 4] as const;
const CONTENT_SIZES = [0, 2, 4, 8] as const;
const RLE_BLOCK = 1;

/**
 * Finds where the frames of a Zstandard file end, and their checksums (RFC 8878, 3.1.1), in chunks of
 * any size. What is within blocks is not looked at.
 */
export class ZstdFrames {
  #part: Part = "magic";
  readonly #header = new Uint8Array(4);
  #filled = 0;
  /** Bytes that belong to the frame and need not be understood, before the next part. */
  #opaque = 0;
  #isData = true;
  #hasChecksum = false;

  /** Whether a frame was begun and has not ended. */
  get isWithinFrame(): boolean {
    return this.#part !== "magic" || this.#filled > 0 || this.#opaque > 0;
  }

  /** Cuts a chunk where frames end. */
  *cut(chunk: Uint8Array): Generator<ZstdPiece> {
    let start = 0;
    let at = 0;
    while (at < chunk.length) {
      if (this.#opaque > 0) {
        const count = Math.min(this.#opaque, chunk.length - at);
        this.#opaque -= count;
        at += count;
        if (this.#opaque > 0 || this.#part !== "magic") continue;
        // A frame without a checksum ends with its last block.
        const bytes = chunk.subarray(start, at);
        yield { bytes, isData: this.#isData, isEnd: true, checksum: undefined };
        start = at;
        continue;
      }
      this.#header[this.#filled++] = chunk[at++]!;
      if (this.#filled < PART_SIZES[this.#part]) continue;
      this.#filled = 0;
      const end = this.#readPart();
      if (end === undefined) continue;
      yield { bytes: chunk.subarray(start, at), isData: this.#isData, isEnd: true, ...end };
      start = at;
    }
    if (start === at) return;
    const bytes = chunk.subarray(start, at);
    yield { bytes, isData: this.#isData, isEnd: false, checksum: undefined };
  }

  /** Understands the part that is there; gives the checksum if a frame ends with it. */
  #readPart(): { readonly checksum: number | undefined } | undefined {
    const [a, b, c, d] = this.#header as unknown as [number, number, number, number];
    switch (this.#part) {
      case "magic":
        this.#isData = (a & 0xf0) !== 0x50 || b !== 0x2a;
        this.#part = this.#isData ? "descriptor" : "skippable size";
        return undefined;
      case "skippable size": {
        this.#part = "magic";
        this.#opaque = (a | b << 8 | c << 16 | d << 24) >>> 0;
        return this.#opaque === 0 ? { checksum: undefined } : undefined;
      }
      case "descriptor": {
        const isSingle = (a & 0x20) !== 0;
        this.#hasChecksum = (a & 0x04) !== 0;
        const contentSize = CONTENT_SIZES[a >> 6]! || (isSingle ? 1 : 0);
        this.#opaque = (isSingle ? 0 : 1) + DICTIONARY_SIZES[a & 3]! + contentSize;
        this.#part = "block";
        return undefined;
      }
      case "block":
        return this.#readBlock(a | b << 8 | c << 16);
      case "checksum":
        this.#part = "magic";
        return { checksum: (a | b << 8 | c << 16 | d << 24) >>> 0 };
    }
  }

  /** The frame ends behind the last block, or behind the checksum that follows it. */
  #readBlock(header: number): { readonly checksum: undefined } | undefined {
    this.#opaque = (header >> 1 & 3) === RLE_BLOCK ? 1 : header >> 3;
    if ((header & 1) === 0) return undefined;
    this.#part = this.#hasChecksum ? "checksum" : "magic";
    return this.#part === "magic" && this.#opaque === 0 ? { checksum: undefined } : undefined;
  }
}

import { ByteInterner } from "../bytes/byte_interner.ts";

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

/**
 * The different frames of a profile, each with a number: 0, 1, 2, ... in order of first appearance.
 * A frame is its text, as UTF-8 bytes; where a profile knows more of frames, two may have the same
 * text (see `append`).
 */
export class FrameTable {
  readonly #interner = new ByteInterner();
  /** Memory that is used again and again. */
  #encoded = new DataView(new ArrayBuffer(1 << 10));

  /** How many different frames there are. */
  get size(): number {
    return this.#interner.size;
  }

  /** The number of the frame whose text is the bytes `[start, end)` of a view. */
  intern(view: DataView, start: number, end: number): number {
    return this.#interner.intern(view, start, end);
  }

  /** The number of the frame with this text. */
  internText(text: string): number {
    const length = this.#encode(text);
    return this.intern(this.#encoded, 0, length);
  }

  /**
   * A new number for a frame with this text, even if there is one already: two frames that differ in
   * something else than their text.
   */
  append(text: string): number {
    const length = this.#encode(text);
    return this.#interner.append(this.#encoded, 0, length);
  }

  /** A table with the same frames under the same numbers. */
  copy(): FrameTable {
    const table = new FrameTable();
    for (let frame = 0; frame < this.size; frame++) {
      const bytes = this.bytesOf(frame);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      const known = table.intern(view, 0, bytes.length);
      if (known !== frame) table.#interner.append(view, 0, bytes.length);
    }
    return table;
  }

  /** The text of a frame as bytes, not copied. */
  bytesOf(frame: number): Uint8Array {
    return this.#interner.bytesOf(frame);
  }

  /** The text of a frame; bytes that are no UTF-8 become U+FFFD. */
  textOf(frame: number): string {
    return DECODER.decode(this.bytesOf(frame));
  }

  /** Puts the bytes of a text into memory; gives how many they are. */
  #encode(text: string): number {
    // Three bytes are the most that a unit of a string takes.
    if (3 * text.length > this.#encoded.byteLength) {
      this.#encoded = new DataView(new ArrayBuffer(6 * text.length));
    }
    return ENCODER.encodeInto(text, new Uint8Array(this.#encoded.buffer)).written;
  }
}

import { ByteWriter } from "./byte_writer.ts";

/** A CIE. What is left out is what compilers write into `.eh_frame` of x86-64. */
export interface CommonSpec {
  readonly version?: number;
  /** "zR" by default. */
  readonly augmentation?: string;
  /** Bytes behind the return address register; by default the length and encoding of "zR". */
  readonly data?: readonly number[];
}

/** `DW_EH_PE_pcrel | DW_EH_PE_sdata4`. */
export const USUAL_ENCODING = 0x1b;

/**
 * Writes entries of call frame information one after the other, and knows where they are: positions
 * are bytes from the start of the section.
 */
export class FrameBuilder {
  /** Where entries may be written by hand. */
  readonly writer: ByteWriter;
  readonly #littleEndian: boolean;
  readonly #vaddr: number;

  /** @param vaddr Of the section. */
  constructor(vaddr: number, littleEndian = true) {
    this.writer = new ByteWriter(littleEndian);
    this.#littleEndian = littleEndian;
    this.#vaddr = vaddr;
  }

  /** Where the next entry will be. */
  get position(): number {
    return this.writer.position;
  }

  /** Writes a CIE of `.eh_frame`; gives its position. */
  common(
    { version = 1, augmentation = "zR", data = [1, USUAL_ENCODING] }: CommonSpec = {},
  ): number {
    return this.entry(0, [
      version,
      ...new TextEncoder().encode(augmentation + "\0"),
      ...[1, 0x78, 16], // code and data alignment factors, return address register
      ...data,
    ]);
  }

  /** Writes an FDE of `.eh_frame` whose addresses are relative and have 32 bits. */
  describe(commonPosition: number, start: number, size: number): number {
    const position = this.position;
    const content = new ByteWriter(this.#littleEndian);
    content.u32(start - (this.#vaddr + position + 8));
    content.u32(size);
    content.u32(0); // no augmentation data, no instructions
    return this.entry(position + 4 - commonPosition, content.bytes());
  }

  /** Writes an entry of any kind: length, identifier, content. */
  entry(id: number, content: ArrayLike<number>): number {
    const position = this.position;
    this.writer.u32(4 + content.length);
    this.writer.u32(id);
    this.writer.put(this.position, content);
    return position;
  }

  /** The section, with a terminator at its end. */
  bytes(): Uint8Array<ArrayBuffer> {
    this.writer.u32(0);
    return this.writer.bytes();
  }
}

/** `.eh_frame_hdr` of the usual encodings. */
export function ehFrameHeader(
  vaddr: number,
  ehFrameVaddr: number,
  entries: readonly (readonly [start: number, entryVaddr: number])[],
  more: { readonly version?: number; readonly count?: number; readonly encoding?: number } = {},
): Uint8Array<ArrayBuffer> {
  const { version = 1, count = entries.length, encoding = 0x3b } = more;
  const writer = new ByteWriter(true);
  for (const byte of [version, USUAL_ENCODING, 0x03, encoding]) writer.u8(byte);
  writer.u32(ehFrameVaddr - (vaddr + 4));
  writer.u32(count);
  for (const pair of entries) for (const value of pair) writer.u32(value - vaddr);
  return writer.bytes();
}

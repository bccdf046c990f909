import { assertEquals } from "@std/assert";
import { buildElf, VADDR_SHIFT } from "./elf_builder.ts";
import { ehFrameHeader, FrameBuilder } from "./frame_builder.ts";
import { pieceOf, SparseSource } from "./sparse_source.ts";

const PT_LOAD = 1;
const PT_GNU_EH_FRAME = 0x6474e550;
const HEADERS_SIZE = 64 + 2 * 56;
/** In bytes. */
const FILE_SIZE = 100_000_000;
/** How many functions the library has. */
export const FUNCTION_COUNT = 250_000;
/** What the code of each has, in bytes; padding follows. */
export const FUNCTION_SIZE = 270;
const FUNCTION_STRIDE = 288;
const TEXT = 0x180_0000;
const TABLE = 0x10_0000;
const FRAMES = 0x100_0000;
const ENTRY_SIZE = 24;

/** The vaddr that a function begins at. */
export function startOf(index: number): number {
  return TEXT + VADDR_SHIFT + FUNCTION_STRIDE * index;
}

/**
 * A library of 100 MB without symbols and section headers: one LOAD segment, `.eh_frame_hdr` and
 * `.eh_frame` of all functions. It is made while it is read.
 */
export function largeStrippedLibrary(): SparseSource {
  const headerSize = 12 + 8 * FUNCTION_COUNT;
  const { bytes } = buildElf({
    noSectionHeaders: true,
    sections: [],
    segments: [
      { type: PT_LOAD, flags: 5, fileOffset: 0, vaddr: VADDR_SHIFT, fileSize: FILE_SIZE },
      {
        type: PT_GNU_EH_FRAME,
        fileOffset: TABLE,
        vaddr: TABLE + VADDR_SHIFT,
        fileSize: headerSize,
      },
    ],
  });
  const head = ehFrameHeader(TABLE + VADDR_SHIFT, FRAMES + VADDR_SHIFT, [], {
    count: FUNCTION_COUNT,
  });
  const frames = new FrameBuilder(FRAMES + VADDR_SHIFT);
  // One of 24 bytes, as the others.
  frames.common({ data: [1, 0x1b, 0, 0, 0, 0, 0, 0, 0] });
  assertEquals(frames.position, ENTRY_SIZE);
  const word = (at: number) => {
    const index = Math.floor(at / 8);
    const vaddr = at % 8 === 0 ? startOf(index) : FRAMES + VADDR_SHIFT + ENTRY_SIZE * (index + 1);
    return vaddr - (TABLE + VADDR_SHIFT);
  };
  const frameWord = (at: number) => {
    const position = ENTRY_SIZE + at;
    const index = Math.floor(at / ENTRY_SIZE);
    const words = [
      ENTRY_SIZE - 4,
      position,
      startOf(index) - (FRAMES + VADDR_SHIFT + position),
      FUNCTION_SIZE,
    ];
    return words[at % ENTRY_SIZE / 4] ?? 0;
  };
  return new SparseSource("large.so", FILE_SIZE, [
    pieceOf(0, bytes.slice(0, HEADERS_SIZE)),
    pieceOf(TABLE, head),
    words(TABLE + head.length, 8 * FUNCTION_COUNT, word),
    pieceOf(FRAMES, frames.writer.bytes()),
    words(FRAMES + ENTRY_SIZE, ENTRY_SIZE * FUNCTION_COUNT, frameWord),
  ]);
}

/** A piece of words of 32 bits, given by their place. */
function words(fileOffset: number, length: number, wordAt: (at: number) => number) {
  const fill = (start: number, into: Uint8Array) => {
    for (let at = 0; at < into.length; at++) {
      const place = start + at;
      into[at] = wordAt(place - place % 4) >> 8 * (place % 4) & 0xff;
    }
  };
  return { fileOffset, length, fill };
}

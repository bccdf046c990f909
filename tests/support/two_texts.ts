import { PF_R, PF_X, PT_LOAD } from "../../lib/elf/constants.ts";
import { buildElf, codeSection } from "./elf_builder.ts";
import { MemoryFiles } from "./memory_files.ts";

// A library with two pieces of text in the first page of the file, which are loaded into a page each
// of their own: a mapping of that page alone may be either. Both pieces are a function that calls
// itself again and again, at other places in each.

/** Its path. */
export const TEXT_LIBRARY = "/opt/x.so";
const SIZE = 0x400;
/** Where calls end, from the start of the piece. */
export const [FIRST_CALLS, SECOND_CALLS] = [
  Array.from({ length: 10 }, (_, at) => 0x20 + 0x30 * at),
  Array.from({ length: 10 }, (_, at) => 0x31 + 0x32 * at),
];
/** `p_vaddr - p_offset` of the pieces. */
export const [FIRST, SECOND] = [0x1000, 0x3000];
/** Of the first copy. */
export const BIAS = 0x7f0000000000;

/** A line of a snapshot: a page at file offset 0, by its place in the first copy. */
export function mapsLine(page: number, permissions: string, path = TEXT_LIBRARY): string {
  const [start, end] = [BIAS + page, BIAS + page + 0x1000].map((address) => address.toString(16));
  const rest = path === "" ? "00:00 0" : `fe:01 42 ${path}`;
  return `${start}-${end} ${permissions} 00000000 ${rest}\n`;
}

/**
 * The library, and the addresses at which its pieces begin in the first copy. Its functions are called
 * `first` and `second`.
 *
 * @param secondFlags Permissions of the segment that holds the second piece.
 */
export function twoTexts(secondFlags = PF_R | PF_X) {
  const pieces = [
    { name: "first", shift: FIRST, flags: PF_R | PF_X, calls: FIRST_CALLS },
    { name: "second", shift: SECOND, flags: secondFlags, calls: SECOND_CALLS },
  ];
  const sections = pieces.map(({ name, calls }) => {
    const section = codeSection(`.${name}`, SIZE);
    putCalls(section.bytes, calls);
    return section;
  });
  const nowhere = { type: PT_LOAD, fileOffset: 0, fileSize: 0 };
  // Where the pieces are does not depend on what the program headers say.
  const draft = buildElf({ sections, segments: pieces.map(() => nowhere) });
  const placed = pieces.map((piece) => {
    const { fileOffset } = draft.section(`.${piece.name}`);
    return { ...piece, fileOffset, vaddr: fileOffset + piece.shift };
  });
  const { bytes } = buildElf({
    sections: sections.map((section, at) => ({ ...section, vaddr: placed[at]!.vaddr })),
    segments: placed.map(({ flags, fileOffset, vaddr }) => ({
      ...{ type: PT_LOAD, flags, fileOffset, vaddr, fileSize: SIZE },
    })),
    symbols: placed.map(({ name, vaddr }) => ({
      ...{ name, size: SIZE, section: `.${name}`, value: vaddr },
    })),
  });
  const [first, second] = placed.map(({ vaddr }) => BIAS + vaddr);
  return {
    files: new MemoryFiles({ [TEXT_LIBRARY]: bytes }),
    text: [first!, second!] as const,
  };
}

/** Calls of the function itself that end at these places. */
function putCalls(code: Uint8Array, ends: readonly number[]): void {
  for (const end of ends) {
    code[end - 5] = 0xe8;
    new DataView(code.buffer, code.byteOffset).setInt32(end - 4, -end, true);
  }
}

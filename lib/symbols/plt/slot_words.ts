import { ByteCursor } from "../../bytes/mod.ts";
import { PT_LOAD } from "../../elf/constants.ts";
import type { ElfFile } from "../../elf/mod.ts";

const CHUNK_SIZE = 1 << 16;

/**
 * Reads the words that the file holds at some vaddrs, in coalesced reads: what is there before
 * relocations are applied.
 *
 * @param vaddrs In any order, repeated or not.
 * @returns By vaddr the word, 32 or 64 bits, NaN if it is no canonical address; those that are not
 * in the file are left out.
 * @throws {FormatError} If a segment does not lie inside the file.
 */
export async function readWords(
  elf: ElfFile,
  vaddrs: Iterable<number>,
): Promise<Map<number, number>> {
  const wordSize = elf.header.is64 ? 8 : 4;
  const segments = elf.programHeaders.filter(({ type }) => type === PT_LOAD);
  const words = new Map<number, number>();
  let start = 0;
  let cursor = new ByteCursor(new Uint8Array(0), { source: elf.source.name });
  for (const vaddr of Float64Array.from(new Set(vaddrs)).sort()) {
    if (!(vaddr >= start && vaddr + wordSize <= start + cursor.length)) {
      const segment = segments.find((header) =>
        vaddr >= header.vaddr && vaddr + wordSize <= header.vaddr + header.fileSize
      );
      if (segment === undefined) continue;
      const inside = vaddr - segment.vaddr;
      const fileOffset = segment.fileOffset + inside;
      const length = Math.min(CHUNK_SIZE, segment.fileSize - inside);
      const { littleEndian } = elf.header;
      const bytes = await elf.source.readAt(fileOffset, length);
      cursor = new ByteCursor(bytes, { source: elf.source.name, fileOffset, littleEndian });
      start = vaddr;
    }
    cursor.position = vaddr - start;
    words.set(vaddr, elf.header.is64 ? cursor.address64() : cursor.u32());
  }
  return words;
}

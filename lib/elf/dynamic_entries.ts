import { ByteCursor } from "../bytes/mod.ts";
import { DT_NULL, PT_DYNAMIC } from "./constants.ts";
import type { ElfFile } from "./elf_file.ts";

/** No dynamic segment is larger; more is damage. */
const MAX_DYNAMIC_SIZE = 1 << 20;

/**
 * Reads the dynamic segment (gABI, "Dynamic Section"), at most 1 MiB of it.
 *
 * @returns By tag the value: a vaddr, or a number of bytes. Of a tag that comes twice the last, NaN
 * if it is neither. Empty if the file has no dynamic segment.
 * @throws {FormatError} If the segment does not lie inside the file.
 */
export async function readDynamicEntries(elf: ElfFile): Promise<Map<number, number>> {
  const entries = new Map<number, number>();
  const segment = elf.programHeaders
    .find(({ type, fileSize }) => type === PT_DYNAMIC && fileSize > 0);
  if (segment === undefined) return entries;
  const { fileOffset, fileSize } = segment;
  const { is64, littleEndian } = elf.header;
  const bytes = await elf.source.readAt(fileOffset, Math.min(fileSize, MAX_DYNAMIC_SIZE));
  const cursor = new ByteCursor(bytes, { source: elf.source.name, fileOffset, littleEndian });
  const entrySize = is64 ? 16 : 8;
  while (cursor.remaining >= entrySize) {
    const tag = is64 ? cursor.address64() : cursor.u32();
    const value = is64 ? cursor.address64() : cursor.u32();
    if (tag === DT_NULL) break;
    entries.set(tag, value);
  }
  return entries;
}

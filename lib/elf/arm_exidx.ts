import { ByteCursor } from "../bytes/mod.ts";
import { EM_ARM } from "./constants.ts";
import type { ElfFile } from "./elf_file.ts";
import type { CodeRange } from "./frame_entries.ts";
import type { ProgramHeader } from "./program_headers.ts";
import { readRecords } from "./records.ts";
import { searchSortedTable, type SortedTable } from "./sorted_table.ts";

/** `p_type` of Arm: `.ARM.exidx`. */
const PT_ARM_EXIDX = 0x70000001;
const ENTRY_SIZE = 8;
/** Instead of how to unwind: nobody unwinds through here. */
const EXIDX_CANTUNWIND = 1;

/**
 * Finds the code that each vaddr lies in by the index table of Arm's exception handling (EHABI32,
 * "Index table entries"), which ascends and says where the code begins that is unwound in one way;
 * it ends where the next one begins, or with its section. The table is not read whole.
 *
 * Link editors make one entry of neighbours that are unwound in the same way, so that a range may
 * hold several functions. Entries that say `EXIDX_CANTUNWIND` are left out: they stand for all code
 * up to the next function that has unwinding information, however many functions that is.
 *
 * @param vaddrs Ascending.
 * @returns Of each vaddr its range, undefined if there is none; the same range is the same object.
 * @throws {FormatError} If the table does not lie inside the file, or an entry begins with no distance.
 */
export async function findExidxRanges(
  elf: ElfFile,
  vaddrs: Float64Array,
): Promise<(CodeRange | undefined)[]> {
  const segment = elf.programHeaders.find(({ type }) => type === PT_ARM_EXIDX);
  const count = Math.floor((segment?.fileSize ?? 0) / ENTRY_SIZE);
  if (elf.header.machine !== EM_ARM || segment === undefined || count === 0) {
    return Array.from(vaddrs, () => undefined);
  }
  const { source, header: { littleEndian } } = elf;
  const { fileOffset } = segment;
  const table: SortedTable = {
    source,
    littleEndian,
    fileOffset,
    count,
    entrySize: ENTRY_SIZE,
    keyAt: (cursor, index) => readStart(cursor, segment.vaddr + index * ENTRY_SIZE),
  };
  const found = await searchSortedTable(table, vaddrs);
  const ranges = await readRanges(elf, segment, count, found);
  return Array.from(found, (index, at) => {
    const range = ranges.get(index);
    return range !== undefined && vaddrs[at]! < range.end ? range : undefined;
  });
}

async function readRanges(
  elf: ElfFile,
  segment: ProgramHeader,
  count: number,
  found: Int32Array,
): Promise<Map<number, CodeRange>> {
  const { source, header: { littleEndian } } = elf;
  const indexes = Float64Array.from(new Set(found.filter((index) => index >= 0))).sort();
  const fileOffsets = indexes.map((index) => segment.fileOffset + index * ENTRY_SIZE);
  const tableEnd = segment.fileOffset + count * ENTRY_SIZE;
  const records = await readRecords(source, fileOffsets, 2 * ENTRY_SIZE, tableEnd);
  const codeEnd = await codeEnds(elf);
  const ranges = new Map<number, CodeRange>();
  for (const [at, bytes] of records.entries()) {
    const fileOffset = fileOffsets[at]!;
    const cursor = new ByteCursor(bytes, { source: source.name, fileOffset, littleEndian });
    const vaddr = segment.vaddr + fileOffset - segment.fileOffset;
    const start = readStart(cursor, vaddr);
    if (cursor.u32() === EXIDX_CANTUNWIND) continue;
    const next = cursor.remaining > 0 ? readStart(cursor, vaddr + ENTRY_SIZE) : Infinity;
    const end = Math.min(next, codeEnd(start));
    if (end > start) ranges.set(indexes[at]!, { start, end });
  }
  return ranges;
}

/** The first word is the distance from itself to the code, in 31 bits (`R_ARM_PREL31`). */
function readStart(cursor: ByteCursor, vaddr: number): number {
  const word = cursor.u32();
  if (word >= 0x80000000) {
    throw cursor.error(cursor.position - 4, "want a distance of 31 bits, highest bit is set");
  }
  // The lowest bit of an address says that it is Thumb code.
  return (vaddr + (word << 1 >> 1) & ~1) >>> 0;
}

/** Gives the end of the section that a vaddr is in, or of the segment if there are no sections. */
async function codeEnds(elf: ElfFile): Promise<(vaddr: number) => number> {
  const sections = await elf.sections();
  const parts = sections.length > 0
    ? sections
    : elf.loadSegments.map((segment) => ({ ...segment, size: segment.memorySize }));
  const code = parts.filter(({ executable }) => executable);
  return (vaddr) => {
    const part = code.find((part) => vaddr >= part.vaddr && vaddr < part.vaddr + part.size);
    return part === undefined ? vaddr : part.vaddr + part.size;
  };
}

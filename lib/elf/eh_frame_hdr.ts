import { ByteCursor } from "../bytes/mod.ts";
import { FormatError } from "../errors.ts";
import { SHT_NOBITS } from "./constants.ts";
import type { ElfFile } from "./elf_file.ts";
import {
  DW_EH_PE_DATAREL,
  DW_EH_PE_OMIT,
  DW_EH_PE_SDATA4,
  readEncodedPointer,
} from "./pointer_encoding.ts";
import { readRecords } from "./records.ts";
import { findSection } from "./section_data.ts";
import { searchSortedTable, type SortedTable } from "./sorted_table.ts";

/** `p_type`: `.eh_frame_hdr`. */
const PT_GNU_EH_FRAME = 0x6474e550;

/** What `.eh_frame_hdr` says (LSB Core, "The .eh_frame_hdr section"). */
export interface EhFrameHeader {
  /** The vaddr of the section. */
  readonly vaddr: number;
  /** The vaddr of `.eh_frame`; undefined if it does not say. */
  readonly ehFrameVaddr: number | undefined;
  /** The table of functions; undefined if there is none, or it is not the kind to be searched. */
  readonly table: { readonly fileOffset: number; readonly count: number } | undefined;
}

const HEADER_SIZE = 4;
/** Header and two pointers of 64 bits. */
const MAX_HEADER_SIZE = HEADER_SIZE + 16;
const ENTRY_SIZE = 8;
const USUAL_TABLE = DW_EH_PE_DATAREL | DW_EH_PE_SDATA4;

/**
 * Reads the header of `.eh_frame_hdr`, which the program header PT_GNU_EH_FRAME shows.
 *
 * @returns Undefined if the file has none, or has no bytes of it (`SHT_NOBITS`, as in a file with
 * debug information only).
 * @throws {FormatError} If it is cut, of an unknown version, or has more entries than bytes.
 * @throws {UnsupportedError} If the encoding of its pointers is unknown.
 */
export async function readEhFrameHeader(elf: ElfFile): Promise<EhFrameHeader | undefined> {
  const segment = elf.programHeaders.find(({ type }) => type === PT_GNU_EH_FRAME);
  if (segment === undefined || segment.fileSize === 0) return undefined;
  if ((await findSection(elf, ".eh_frame_hdr"))?.type === SHT_NOBITS) return undefined;
  const { fileOffset, fileSize, vaddr } = segment;
  const bytes = await elf.source.readAt(fileOffset, Math.min(fileSize, MAX_HEADER_SIZE));
  const { source: { name }, header: { is64, littleEndian } } = elf;
  const cursor = new ByteCursor(bytes, { source: name, fileOffset, littleEndian });
  const version = cursor.u8();
  if (version !== 1) throw headerError(elf, fileOffset, `version is ${version}, want 1`);
  const [frameEncoding, countEncoding, tableEncoding] = [cursor.u8(), cursor.u8(), cursor.u8()];
  const context = { source: name, is64, vaddr, dataVaddr: vaddr };
  const read = (encoding: number) =>
    encoding === DW_EH_PE_OMIT ? undefined : readEncodedPointer(cursor, encoding, context);
  const ehFrameVaddr = read(frameEncoding);
  const count = read(countEncoding);
  if (count === undefined || tableEncoding !== USUAL_TABLE) {
    return { vaddr, ehFrameVaddr, table: undefined };
  }
  const tableOffset = fileOffset + cursor.position;
  const available = Math.floor((fileSize - cursor.position) / ENTRY_SIZE);
  if (!(count >= 0 && count <= available)) {
    const detail = `table has ${count} entries, segment has bytes for ${available}`;
    throw headerError(elf, tableOffset, detail);
  }
  return { vaddr, ehFrameVaddr, table: { fileOffset: tableOffset, count } };
}

/** Entries of the table, of each vaddr one. */
export interface TableEntries {
  /** `initial_loc`: the vaddr that the function begins at; NaN if none begins before. */
  readonly starts: Float64Array;
  /** The vaddr of the function's entry in `.eh_frame`. */
  readonly entryVaddrs: Float64Array;
}

/**
 * Finds in the table of `.eh_frame_hdr` the last function that begins at or before each vaddr. The
 * table is not read whole; see `searchSortedTable`.
 *
 * @param vaddrs Ascending.
 * @throws {FormatError} If the table does not lie inside the file.
 */
export async function searchEhFrameHeader(
  elf: ElfFile,
  header: EhFrameHeader & { readonly table: object },
  vaddrs: Float64Array,
): Promise<TableEntries> {
  const { source, header: { littleEndian } } = elf;
  const { fileOffset, count } = header.table;
  const table: SortedTable = {
    source,
    littleEndian,
    fileOffset,
    count,
    entrySize: ENTRY_SIZE,
    keyAt: (cursor) => readVaddr(cursor, elf, header.vaddr),
  };
  const found = await searchSortedTable(table, vaddrs);
  const indexes = Float64Array.from(new Set(found.filter((index) => index >= 0))).sort();
  const fileOffsets = indexes.map((index) => fileOffset + index * ENTRY_SIZE);
  const end = fileOffset + count * ENTRY_SIZE;
  const records = await readRecords(source, fileOffsets, ENTRY_SIZE, end);
  const entries = new Map<number, { readonly start: number; readonly entryVaddr: number }>();
  for (const [at, bytes] of records.entries()) {
    const cursor = new ByteCursor(bytes, { source: source.name, littleEndian });
    const start = readVaddr(cursor, elf, header.vaddr);
    entries.set(indexes[at]!, { start, entryVaddr: readVaddr(cursor, elf, header.vaddr) });
  }
  return {
    starts: Float64Array.from(found, (index) => entries.get(index)?.start ?? NaN),
    entryVaddrs: Float64Array.from(found, (index) => entries.get(index)?.entryVaddr ?? NaN),
  };
}

/** `DW_EH_PE_datarel | DW_EH_PE_sdata4`. */
function readVaddr(cursor: ByteCursor, elf: ElfFile, headerVaddr: number): number {
  const vaddr = headerVaddr + (cursor.u32() | 0);
  return elf.header.is64 ? vaddr : vaddr >>> 0;
}

function headerError(elf: ElfFile, fileOffset: number, detail: string): FormatError {
  return new FormatError({
    action: "read .eh_frame_hdr",
    source: elf.source.name,
    place: { fileOffset },
    detail,
  });
}

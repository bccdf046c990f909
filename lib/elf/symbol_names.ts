import { ByteCursor } from "../bytes/mod.ts";
import type { ElfFile } from "./elf_file.ts";
import { readStrings } from "../bytes/read_strings.ts";
import type { SymbolTable } from "./symbol_table.ts";

/** Symbols closer together than this are read in one piece: cheaper than two reads. */
const MAX_GAP = 2048;
const MAX_CHUNK = 1 << 20;

/**
 * Reads the names of some symbols of a table, and as little else as it can.
 *
 * @param indices Of the symbols, in any order. They may be past `table.count`: without section
 * headers the count leaves out undefined symbols if the file defines none.
 * @returns The names by index; those of symbols without a name are left out.
 * @throws {FormatError} If a symbol does not lie inside the file, or a name not inside the strings.
 */
export async function readSymbolNames(
  elf: ElfFile,
  table: SymbolTable,
  indices: Iterable<number>,
): Promise<Map<number, string>> {
  const sorted = Float64Array.from(new Set(indices)).sort();
  const nameOffsets = new Map<number, number>();
  let first = 0;
  while (first < sorted.length) {
    const last = endOfRun(sorted, first, table.entrySize);
    await readRun(elf, table, sorted.subarray(first, last), nameOffsets);
    first = last;
  }
  const strings = await readStrings(elf.source, table, nameOffsets.values());
  const names = new Map<number, string>();
  for (const [index, nameOffset] of nameOffsets) {
    const name = strings.get(nameOffset);
    if (name) names.set(index, name);
  }
  return names;
}

function endOfRun(sorted: Float64Array, first: number, entrySize: number): number {
  let last = first + 1;
  while (
    last < sorted.length && (sorted[last]! - sorted[last - 1]!) * entrySize <= MAX_GAP &&
    (sorted[last]! - sorted[first]!) * entrySize < MAX_CHUNK
  ) last++;
  return last;
}

async function readRun(
  elf: ElfFile,
  table: SymbolTable,
  indices: Float64Array,
  nameOffsets: Map<number, number>,
): Promise<void> {
  const { entrySize } = table;
  const start = indices[0]!;
  const fileOffset = table.fileOffset + start * entrySize;
  const length = (indices.at(-1)! - start + 1) * entrySize;
  const bytes = await (table.source ?? elf.source).readAt(fileOffset, length);
  const { littleEndian } = elf.header;
  const cursor = new ByteCursor(bytes, { source: elf.source.name, fileOffset, littleEndian });
  for (const index of indices) {
    cursor.position = (index - start) * entrySize; // st_name is the first field
    const nameOffset = cursor.u32();
    if (nameOffset !== 0) nameOffsets.set(index, nameOffset);
  }
}

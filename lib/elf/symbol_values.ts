import type { ByteSource } from "../bytes/mod.ts";
import { SHN_UNDEF } from "./constants.ts";
import type { ElfFile } from "./elf_file.ts";
import type { StringTable } from "../bytes/read_strings.ts";
import { findSymbolTables, SymbolReader } from "./symbol_table.ts";

/** How much of a string table is searched at a time. */
const CHUNK_SIZE = 1 << 18;
/** A name stands in a sound table once, or behind a few longer ones that end in it. */
const MAX_PLACES = 1 << 16;

/**
 * Finds the values of symbols by their names: first the names are searched in the string tables, as
 * bytes, then the symbols that have them. Both are streamed; no other name is read.
 *
 * @param names Not empty, and none twice.
 * @returns By name the value, `st_value`; of several symbols of one name the first. Names without a
 * symbol, or with an undefined one only, are left out.
 * @throws {FormatError} If a table does not lie inside the file.
 * @throws {UnsupportedError} If a table is compressed by something that is not known.
 */
export async function findSymbolValues(
  elf: ElfFile,
  names: readonly string[],
): Promise<Map<string, number>> {
  const values = new Map<string, number>();
  for (const table of await findSymbolTables(elf)) {
    const places = await findStrings(table.stringsSource ?? elf.source, table, names);
    if (places.size === 0) continue;
    const symbols = new SymbolReader(elf, table);
    while (values.size < names.length && await symbols.fill()) {
      while (symbols.next()) {
        const name = places.get(symbols.nameOffset);
        if (name === undefined || symbols.sectionIndex === SHN_UNDEF) continue;
        if (!values.has(name) && !Number.isNaN(symbols.value)) values.set(name, symbols.value);
      }
    }
  }
  return values;
}

/**
 * Finds strings in a string table: link editors let a string that another one ends in share its
 * bytes, so that each may begin anywhere, but ends with a zero.
 *
 * @returns Where they begin, in bytes from the start of the table.
 */
async function findStrings(
  source: ByteSource,
  { stringsOffset, stringsSize }: StringTable,
  names: readonly string[],
): Promise<Map<number, string>> {
  const wanted = names.map((name) => ({ name, bytes: new TextEncoder().encode(name) }));
  const overlap = Math.max(...wanted.map(({ bytes }) => bytes.length));
  const places = new Map<number, string>();
  for (let start = 0; start < stringsSize; start += CHUNK_SIZE) {
    // A string belongs to the chunk that its end is in.
    const from = Math.max(0, start - overlap);
    const end = Math.min(stringsSize, start + CHUNK_SIZE);
    const chunk = await source.readAt(stringsOffset + from, end - from);
    for (let zero = chunk.indexOf(0, start - from); zero >= 0; zero = chunk.indexOf(0, zero + 1)) {
      for (const { name, bytes } of wanted) {
        if (endsWith(chunk, zero, bytes)) places.set(from + zero - bytes.length, name);
      }
      if (places.size >= MAX_PLACES) return places;
    }
  }
  return places;
}

/** Whether the bytes before a position are these. */
function endsWith(bytes: Uint8Array, end: number, wanted: Uint8Array): boolean {
  const start = end - wanted.length;
  if (start < 0) return false;
  for (let at = 0; at < wanted.length; at++) if (bytes[start + at] !== wanted[at]) return false;
  return true;
}

import { ByteCursor } from "../bytes/mod.ts";
import { FormatError } from "../errors.ts";
import {
  DT_GNU_HASH,
  DT_HASH,
  DT_STRSZ,
  DT_STRTAB,
  DT_SYMTAB,
  EM_ALPHA,
  EM_S390,
} from "./constants.ts";
import { readDynamicEntries } from "./dynamic_entries.ts";
import type { ElfFile } from "./elf_file.ts";

/** Where the dynamic symbols are, as the dynamic segment says. */
export interface DynamicSymbols {
  /** Bytes from the start of the file to the first symbol. */
  readonly fileOffset: number;
  readonly count: number;
  /** The string table: bytes from the start of the file, and its size in bytes. */
  readonly stringsOffset: number;
  readonly stringsSize: number;
}

const CHUNK_SIZE = 1 << 16;

/**
 * Finds the dynamic symbols of a file without its section headers. The dynamic segment does not say
 * how many there are: `DT_HASH` does, and `DT_GNU_HASH` shows the last of them.
 *
 * @returns Undefined if the file has no dynamic symbols, or no hash table.
 * @throws {FormatError} If a table does not lie inside the file.
 */
export async function findDynamicSymbols(elf: ElfFile): Promise<DynamicSymbols | undefined> {
  const entries = await readDynamicEntries(elf);
  const [symbols, strings] = [DT_SYMTAB, DT_STRTAB].map((tag) => offsetOf(elf, entries.get(tag)));
  if (symbols === undefined || strings === undefined) return undefined;
  const hash = offsetOf(elf, entries.get(DT_HASH));
  const gnuHash = offsetOf(elf, entries.get(DT_GNU_HASH));
  const count = hash !== undefined
    ? await countByHash(elf, hash)
    : gnuHash !== undefined
    ? await countByGnuHash(elf, gnuHash)
    : 0;
  if (count === 0) return undefined;
  const declaredSize = entries.get(DT_STRSZ) ?? 0;
  const available = elf.source.size - strings;
  // NaN and negative numbers are sizes past 2^53.
  const fits = declaredSize >= 0 && declaredSize < available;
  const stringsSize = fits ? declaredSize : available;
  return { fileOffset: symbols, count, stringsOffset: strings, stringsSize };
}

function offsetOf(elf: ElfFile, vaddr: number | undefined): number | undefined {
  return vaddr === undefined ? undefined : elf.fileOffsetOf(vaddr);
}

/** `DT_HASH` (gABI, "Hash Table"): the second word, nchain, is the number of symbols. */
async function countByHash(elf: ElfFile, fileOffset: number): Promise<number> {
  const { machine, is64 } = elf.header;
  const wide = is64 && (machine === EM_S390 || machine === EM_ALPHA);
  const cursor = await cursorAt(elf, fileOffset, wide ? 16 : 8);
  cursor.skip(wide ? 8 : 4);
  return wide ? cursor.u64() : cursor.u32();
}

/**
 * `DT_GNU_HASH`: symbols are sorted by bucket, and the last of a bucket has the lowest bit of its
 * hash set. So the last symbol of all is the end of the chain of the bucket that begins last.
 */
async function countByGnuHash(elf: ElfFile, fileOffset: number): Promise<number> {
  const header = await cursorAt(elf, fileOffset, 16);
  const bucketCount = header.u32();
  const firstSymbol = header.u32();
  const bloomSize = header.u32() * (elf.header.is64 ? 8 : 4);
  const bucketsOffset = fileOffset + 16 + bloomSize;
  const chainsOffset = bucketsOffset + 4 * bucketCount;
  let last = 0;
  for await (const buckets of words(elf, bucketsOffset, bucketCount)) {
    while (buckets.remaining > 0) last = Math.max(last, buckets.u32());
  }
  if (last < firstSymbol) return firstSymbol;
  const chainOffset = chainsOffset + 4 * (last - firstSymbol);
  const available = Math.floor((elf.source.size - chainOffset) / 4);
  let count = last;
  for await (const chain of words(elf, chainOffset, available)) {
    while (chain.remaining > 0) {
      count++;
      if ((chain.u32() & 1) !== 0) return count;
    }
  }
  throw new FormatError({
    action: "count the symbols of DT_GNU_HASH",
    source: elf.source.name,
    place: { fileOffset: chainOffset },
    detail: `chain of symbol ${last} has no end`,
  });
}

/** Words of 32 bits, in chunks. */
async function* words(elf: ElfFile, fileOffset: number, count: number) {
  for (let first = 0; first < count; first += CHUNK_SIZE / 4) {
    const length = Math.min(CHUNK_SIZE / 4, count - first);
    yield await cursorAt(elf, fileOffset + 4 * first, 4 * length);
  }
}

async function cursorAt(elf: ElfFile, fileOffset: number, length: number): Promise<ByteCursor> {
  const bytes = await elf.source.readAt(fileOffset, length);
  const { littleEndian } = elf.header;
  return new ByteCursor(bytes, { source: elf.source.name, fileOffset, littleEndian });
}

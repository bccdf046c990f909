import { ByteCursor, checkRange } from "../bytes/mod.ts";
import { FormatError } from "../errors.ts";
import { readDynamicEntries } from "./dynamic_entries.ts";
import type { ElfFile } from "./elf_file.ts";
import {
  DT_JMPREL,
  DT_PLTREL,
  DT_PLTRELSZ,
  DT_REL,
  DT_RELA,
  DT_RELAENT,
  DT_RELASZ,
  DT_RELENT,
  DT_RELSZ,
  SHT_REL,
  SHT_RELA,
} from "./relocation_constants.ts";

/** Where relocations that are applied at run time are in a file. */
export interface RelocationTable {
  /** Bytes from the start of the file to the first relocation. */
  readonly fileOffset: number;
  /** How many relocations. */
  readonly count: number;
  /** Bytes a relocation, at least those of the class. */
  readonly entrySize: number;
  /** Whether addends stand in the table; if not, they stand in the places that are relocated. */
  readonly hasAddends: boolean;
}

const CHUNK_SIZE = 1 << 18;

/**
 * Finds the relocations that the dynamic linker applies: those of the procedure linkage table
 * (`DT_JMPREL`), then all others (`DT_RELA`, `DT_REL`). A file without a dynamic segment relocates
 * itself, by the tables that section headers show (`SHT_RELA`, `SHT_REL` with an address).
 *
 * Packed tables (`DT_RELR`, `DT_ANDROID_RELA`) are left out: they hold no relocation with a symbol,
 * or, on Android, none of the procedure linkage table.
 *
 * @throws {FormatError} If a table does not lie inside the file, or its entries are too small.
 */
export async function findRelocationTables(elf: ElfFile): Promise<RelocationTable[]> {
  const entries = await readDynamicEntries(elf);
  if (entries.size === 0) return await tablesOfSections(elf);
  const plain: Parts[] = [
    { tag: DT_RELA, sizeTag: DT_RELASZ, entrySizeTag: DT_RELAENT, hasAddends: true },
    { tag: DT_REL, sizeTag: DT_RELSZ, entrySizeTag: DT_RELENT, hasAddends: false },
  ];
  const isRela = entries.get(DT_PLTREL) === DT_RELA;
  const linkage = { ...plain[isRela ? 0 : 1]!, tag: DT_JMPREL, sizeTag: DT_PLTRELSZ };
  return [linkage, ...plain].flatMap((parts) => {
    const fileOffset = elf.fileOffsetOf(entries.get(parts.tag) ?? NaN);
    const size = entries.get(parts.sizeTag) ?? 0;
    const entrySize = entries.get(parts.entrySizeTag) || sizeOf(elf, parts.hasAddends);
    if (fileOffset === undefined || !(size > 0)) return [];
    return [tableAt(elf, fileOffset, size, entrySize, parts.hasAddends)];
  });
}

/** By which tags the dynamic segment describes a table. */
interface Parts {
  readonly tag: number;
  readonly sizeTag: number;
  readonly entrySizeTag: number;
  readonly hasAddends: boolean;
}

async function tablesOfSections(elf: ElfFile): Promise<RelocationTable[]> {
  const tables = (await elf.sections()).filter(({ type, vaddr, size }) =>
    (type === SHT_RELA || type === SHT_REL) && vaddr !== 0 && size > 0
  );
  return tables.map(({ type, fileOffset, size, entrySize }) => {
    const hasAddends = type === SHT_RELA;
    return tableAt(elf, fileOffset, size, entrySize || sizeOf(elf, hasAddends), hasAddends);
  });
}

function tableAt(
  elf: ElfFile,
  fileOffset: number,
  size: number,
  entrySize: number,
  hasAddends: boolean,
): RelocationTable {
  const wanted = sizeOf(elf, hasAddends);
  // Also NaN, which is a size past 2^53.
  if (!(entrySize >= wanted)) {
    throw new FormatError({
      action: "read the relocations",
      source: elf.source.name,
      place: { fileOffset },
      detail: `entries have ${entrySize} bytes, want at least ${wanted}`,
    });
  }
  checkRange(elf.source, fileOffset, size);
  return { fileOffset, count: Math.floor(size / entrySize), entrySize, hasAddends };
}

/** Bytes of `Elf32_Rel`, `Elf32_Rela`, `Elf64_Rel`, `Elf64_Rela`. */
function sizeOf(elf: ElfFile, hasAddends: boolean): number {
  return (elf.header.is64 ? 8 : 4) * (hasAddends ? 3 : 2);
}

/**
 * Reads relocations one by one (gABI, "Relocation"), holding one chunk of 256 KiB. The fields are
 * those of the current relocation, until the next call.
 *
 * MIPS 64, which packs three types into `r_info`, is not read rightly.
 */
export class RelocationReader {
  /** `r_offset`: the vaddr of the place that is relocated; NaN if it is no canonical address. */
  place = 0;
  /** `r_type`. */
  type = 0;
  /** `r_sym`: index in the dynamic symbol table, 0 if none. */
  symbolIndex = 0;
  /** `r_addend`; 0 if the table has none, NaN past 2^53. */
  addend = 0;
  readonly #elf: ElfFile;
  readonly #table: RelocationTable;
  #cursor = new ByteCursor(new Uint8Array(0), { source: "" });
  #nextChunk = 0;
  #position = 0;

  /** Reads nothing yet. */
  constructor(elf: ElfFile, table: RelocationTable) {
    this.#elf = elf;
    this.#table = table;
  }

  /** Reads the next chunk, after {@linkcode next} came to the end of one; false at the end. */
  async fill(): Promise<boolean> {
    const { count, entrySize } = this.#table;
    const length = Math.min(
      count - this.#nextChunk,
      Math.max(1, Math.floor(CHUNK_SIZE / entrySize)),
    );
    if (length <= 0) return false;
    const fileOffset = this.#table.fileOffset + this.#nextChunk * entrySize;
    const { source, header: { littleEndian } } = this.#elf;
    const bytes = await source.readAt(fileOffset, length * entrySize);
    this.#cursor = new ByteCursor(bytes, { source: source.name, fileOffset, littleEndian });
    this.#position = 0;
    this.#nextChunk += length;
    return true;
  }

  /** Moves to the next relocation of the chunk; false if there is none. */
  next(): boolean {
    const cursor = this.#cursor;
    if (this.#position >= cursor.length) return false;
    cursor.position = this.#position;
    this.#position += this.#table.entrySize;
    const { is64, littleEndian } = this.#elf.header;
    if (is64) {
      this.place = cursor.address64();
      const first = cursor.u32();
      const second = cursor.u32();
      this.type = littleEndian ? first : second;
      this.symbolIndex = littleEndian ? second : first;
      this.addend = this.#table.hasAddends ? cursor.address64() : 0;
    } else {
      this.place = cursor.u32();
      const info = cursor.u32();
      this.type = info & 0xff;
      this.symbolIndex = info >>> 8;
      this.addend = this.#table.hasAddends ? cursor.u32() | 0 : 0;
    }
    return true;
  }
}

import { type ByteSource, checkRange } from "../bytes/mod.ts";
import { FormatError } from "../errors.ts";
import { SHT_DYNSYM, SHT_NOBITS, SHT_SYMTAB } from "./constants.ts";
import { findDynamicSymbols } from "./dynamic_symbols.ts";
import type { ElfFile } from "./elf_file.ts";
import { openSection } from "./section_data.ts";
import type { SectionHeader } from "./section_headers.ts";
import type { StringTable } from "../bytes/read_strings.ts";

/** Where a symbol table and its names are in a file. */
export interface SymbolTable extends StringTable {
  /** `.symtab` or `.dynsym`. */
  readonly kind: "symtab" | "dynsym";
  /** What the symbols are in, if it is not the file itself: they were compressed. */
  readonly source?: ByteSource;
  /** Bytes from the start of the file, or of the source, to the first symbol. */
  readonly fileOffset: number;
  readonly count: number;
  /** Bytes a symbol, at least those of the class. */
  readonly entrySize: number;
}

const SIZE_32 = 16;
const SIZE_64 = 24;
const CHUNK_SIZE = 1 << 18;

/**
 * Finds the symbol tables of a file: `.symtab` and `.dynsym` by their section headers, or, if there
 * are none, the dynamic symbols by the dynamic segment. (A file with debug information only has
 * `.symtab`, and a dynamic segment whose bytes are in another file.) A table that is compressed, as
 * `eu-elfcompress` makes them on request, is decompressed into memory.
 *
 * @throws {FormatError} If a table does not lie inside the file, or does not decompress.
 * @throws {UnsupportedError} If it is compressed by something else than zlib or Zstandard.
 */
export async function findSymbolTables(elf: ElfFile): Promise<SymbolTable[]> {
  const sections = await elf.sections();
  const tables: SymbolTable[] = [];
  for (const section of sections) {
    if (section.type !== SHT_SYMTAB && section.type !== SHT_DYNSYM) continue;
    tables.push(await tableOfSection(elf, section, sections));
  }
  if (tables.length > 0) return tables;
  const dynamic = await findDynamicSymbols(elf);
  if (dynamic === undefined) return [];
  const entrySize = symbolSize(elf);
  checkRange(elf.source, dynamic.fileOffset, dynamic.count * entrySize);
  return [{ kind: "dynsym", entrySize, ...dynamic }];
}

async function tableOfSection(
  elf: ElfFile,
  section: SectionHeader,
  sections: readonly SectionHeader[],
): Promise<SymbolTable> {
  const kind = section.type === SHT_SYMTAB ? "symtab" : "dynsym";
  const entrySize = section.entrySize || symbolSize(elf);
  const strings = sections[section.link];
  const problem = entrySize < symbolSize(elf)
    ? `sh_entsize is ${entrySize}, want ${symbolSize(elf)}`
    : strings === undefined
    ? `sh_link is ${section.link}, file has ${sections.length} sections`
    : strings.type === SHT_NOBITS
    ? `sh_link is ${section.link}, a section without bytes`
    : "";
  if (problem !== "" || strings === undefined) {
    throw new FormatError({
      action: `read the section header of .${kind}`,
      source: elf.source.name,
      detail: problem,
    });
  }
  const symbolsPlace = await placeOf(elf, section);
  const stringsPlace = await placeOf(elf, strings);
  return {
    kind,
    ...(symbolsPlace.source && { source: symbolsPlace.source }),
    fileOffset: symbolsPlace.fileOffset,
    count: Math.floor(symbolsPlace.size / entrySize),
    entrySize,
    ...(stringsPlace.source && { stringsSource: stringsPlace.source }),
    stringsOffset: stringsPlace.fileOffset,
    stringsSize: stringsPlace.size,
  };
}

/** Where the bytes of a section are: in the file, or in memory once they are decompressed. */
async function placeOf(
  elf: ElfFile,
  section: SectionHeader,
): Promise<{ readonly source?: ByteSource; readonly fileOffset: number; readonly size: number }> {
  const { compressed, fileOffset, size } = section;
  checkRange(elf.source, fileOffset, size);
  if (!compressed) return { fileOffset, size };
  const source = await openSection(elf, section);
  return { source, fileOffset: 0, size: source.size };
}

function symbolSize(elf: ElfFile): number {
  return elf.header.is64 ? SIZE_64 : SIZE_32;
}

/**
 * Reads a symbol table symbol by symbol (gABI, "Symbol Table"), holding one chunk of 256 KiB. The
 * fields are those of the current symbol, until the next call. Symbol 0, which is none, is left out.
 */
export class SymbolReader {
  /** `st_name`: offset in the string table; 0 if the symbol has no name. */
  nameOffset = 0;
  /** `st_value`; NaN if it is no canonical address. */
  value = 0;
  /** `st_size` in bytes. */
  size = 0;
  /** Type: the lower half of `st_info`. */
  type = 0;
  /** Binding: the upper half of `st_info`. */
  binding = 0;
  /** `st_shndx`. */
  sectionIndex = 0;
  readonly #source: ByteSource;
  readonly #table: SymbolTable;
  readonly #is64: boolean;
  readonly #littleEndian: boolean;
  readonly #buffer: Uint8Array;
  #view: DataView = new DataView(new ArrayBuffer(0));
  #position = 0;
  #nextSymbol = 1;

  /** Reads nothing yet. */
  constructor(elf: ElfFile, table: SymbolTable) {
    this.#source = table.source ?? elf.source;
    this.#table = table;
    this.#is64 = elf.header.is64;
    this.#littleEndian = elf.header.littleEndian;
    this.#buffer = new Uint8Array(Math.min(CHUNK_SIZE, table.count * table.entrySize));
  }

  /** Reads the next chunk, after {@linkcode next} came to the end of one; false at the end. */
  async fill(): Promise<boolean> {
    const { fileOffset, count, entrySize } = this.#table;
    const first = this.#nextSymbol;
    const length = Math.min(count - first, Math.max(1, Math.floor(CHUNK_SIZE / entrySize)));
    if (length <= 0) return false;
    const start = fileOffset + first * entrySize;
    const bytes = await this.#source.readAt(start, length * entrySize, this.#buffer);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#position = 0;
    this.#nextSymbol += length;
    return true;
  }

  /** Moves to the next symbol of the chunk; false if there is none. */
  next(): boolean {
    const view = this.#view;
    const at = this.#position;
    if (at >= view.byteLength) return false;
    const little = this.#littleEndian;
    this.#position = at + this.#table.entrySize;
    this.nameOffset = view.getUint32(at, little);
    if (this.#is64) {
      this.#info(view.getUint8(at + 4));
      this.sectionIndex = view.getUint16(at + 6, little);
      this.value = address(view, at + 8, little);
      this.size = address(view, at + 16, little);
    } else {
      this.value = view.getUint32(at + 4, little);
      this.size = view.getUint32(at + 8, little);
      this.#info(view.getUint8(at + 12));
      this.sectionIndex = view.getUint16(at + 14, little);
    }
    return true;
  }

  #info(info: number): void {
    this.type = info & 0xf;
    this.binding = info >> 4;
  }
}

function address(view: DataView, at: number, littleEndian: boolean): number {
  const low = view.getUint32(littleEndian ? at : at + 4, littleEndian);
  const high = view.getInt32(littleEndian ? at + 4 : at, littleEndian);
  if (high >= 0x200000 || high < -0x200000) return NaN;
  return high * 0x100000000 + low;
}

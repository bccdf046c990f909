import type { GnuHashSpec } from "./elf_hash_tables.ts";

/** A section. What is left out is what a link editor would write. */
export interface SectionSpec {
  readonly name: string;
  /** SHT_PROGBITS by default. */
  readonly type?: number;
  /** `SHF_ALLOC` by default. */
  readonly flags?: number;
  /** Its bytes in the file; none by default. */
  readonly bytes?: Uint8Array;
  /** The name of another section, or any number. */
  readonly link?: string | number;
  readonly info?: number;
  readonly entrySize?: number;
  /** These are written instead of the true ones. */
  readonly vaddr?: number | bigint;
  readonly fileOffset?: number | bigint;
  readonly size?: number | bigint;
}

/** A program header; the LOAD segment over everything is written if a test gives none. */
export interface SegmentSpec {
  readonly type: number;
  /** `PF_R` by default. */
  readonly flags?: number;
  readonly fileOffset: number | bigint;
  readonly vaddr?: number | bigint;
  readonly fileSize: number | bigint;
  /** The file size by default. */
  readonly memorySize?: number | bigint;
  readonly alignment?: number;
}

/** A symbol: a global function unless a test says otherwise. */
export interface SymbolSpec {
  readonly name: string;
  /** Bytes from the start of the section; or `value`. */
  readonly at?: number;
  /** `st_value` as it is written. */
  readonly value?: number | bigint;
  readonly size?: number | bigint;
  readonly type?: number;
  readonly binding?: number;
  /** The name of a section or a number for `st_shndx`; ".text" by default. */
  readonly section?: string | number;
  /** `st_name` instead of that of the name. */
  readonly nameOffset?: number;
}

/** What to build. */
export interface ElfSpec {
  /** True by default. */
  readonly is64?: boolean;
  /** True by default. */
  readonly littleEndian?: boolean;
  /** `ET_DYN` by default. */
  readonly type?: number;
  /** x86-64 by default. */
  readonly machine?: number;
  /** `VADDR_SHIFT` by default. */
  readonly vaddrShift?: number;
  /** ".text" of 0x1000 bytes by default. */
  readonly sections?: readonly SectionSpec[];
  /** Program headers instead of the one LOAD segment. */
  readonly segments?: readonly SegmentSpec[];
  /** Program headers besides. */
  readonly moreSegments?: readonly SegmentSpec[];
  /** Makes `.symtab` and `.strtab`. */
  readonly symbols?: readonly SymbolSpec[];
  /** Makes `.dynsym`, `.dynstr`, `.dynamic` and PT_DYNAMIC. */
  readonly dynamicSymbols?: readonly SymbolSpec[];
  /** The hash tables that go with them; "both" by default. */
  readonly hash?: "sysv" | "gnu" | "both" | "none";
  /** Makes the GNU hash table another one than the symbols need. */
  readonly gnuHash?: GnuHashSpec;
  /** Values of the dynamic segment that are written instead of the true ones, by tag. */
  readonly dynamic?: ReadonlyMap<number, number | bigint>;
  /** Makes `.shstrtab`, which holds the names of the sections. */
  readonly sectionNames?: boolean;
  /** Writes no section headers: `e_shoff` 0. */
  readonly noSectionHeaders?: boolean;
  /** Puts the numbers of headers into section 0. */
  readonly extendedNumbering?: boolean;
  readonly programHeaderSize?: number;
  readonly sectionHeaderSize?: number;
  /** Fields of the ELF header that are written instead of the true ones. */
  readonly header?: Partial<Record<HeaderField, number | bigint>>;
}

/** A field of the ELF header. */
export type HeaderField =
  | "e_phoff"
  | "e_shoff"
  | "e_phentsize"
  | "e_phnum"
  | "e_shentsize"
  | "e_shnum";

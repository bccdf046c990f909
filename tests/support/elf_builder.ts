import { MemorySource } from "../../lib/bytes/mod.ts";
import {
  DT_GNU_HASH,
  DT_HASH,
  DT_NULL,
  DT_STRSZ,
  DT_STRTAB,
  DT_SYMTAB,
  EM_S390,
  ET_DYN,
  PF_R,
  PF_X,
  PN_XNUM,
  PT_DYNAMIC,
  PT_LOAD,
  SHF_EXECINSTR,
  SHN_XINDEX,
  SHT_DYNSYM,
  SHT_NOBITS,
  SHT_SYMTAB,
  STB_GLOBAL,
  STT_FUNC,
} from "../../lib/elf/constants.ts";
import { ByteWriter } from "./byte_writer.ts";
import { gnuHashTable, sysvHashTable } from "./elf_hash_tables.ts";
import type { ElfSpec, HeaderField, SectionSpec, SegmentSpec, SymbolSpec } from "./elf_spec.ts";

/** `e_machine` of the tests that are about no machine in particular. */
export const EM_X86_64 = 62;
const SHT_PROGBITS = 1;
const SHT_STRTAB = 3;
const SHT_HASH = 5;
const SHT_DYNAMIC = 6;
const SHT_GNU_HASH = 0x6ffffff6;
const SHF_ALLOC = 2;

/** `p_vaddr - p_offset` unless a test says otherwise: vaddrs and file offsets never coincide. */
export const VADDR_SHIFT = 0x30_0000;

/** Where the builder put a section. */
export interface PlacedSection {
  readonly index: number;
  readonly fileOffset: number;
  readonly vaddr: number;
  readonly size: number;
}

/** An ELF file in memory, and where its parts are. */
export interface BuiltElf {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** A source with the name "test.so". */
  readonly source: MemorySource;
  readonly sectionHeaderOffset: number;
  readonly programHeaderOffset: number;
  /** A section by its name. */
  section(name: string): PlacedSection;
}

/** Makes an ELF file. Parts stand in the order: header, program headers, sections, section headers. */
export function buildElf(spec: ElfSpec = {}): BuiltElf {
  return new ElfBuilder(spec).build();
}

/** A section with code, `size` bytes of 0x90. */
export function codeSection(name: string, size: number, more: Partial<SectionSpec> = {}) {
  const bytes = new Uint8Array(size).fill(0x90);
  return { name, flags: SHF_ALLOC | SHF_EXECINSTR, bytes, ...more };
}

interface Section {
  readonly spec: SectionSpec;
  readonly placed: PlacedSection;
  bytes: Uint8Array;
}

class ElfBuilder {
  readonly #spec: ElfSpec;
  readonly #is64: boolean;
  readonly #writer: ByteWriter;
  readonly #sections = new Map<string, Section>();
  readonly #shift: number;

  constructor(spec: ElfSpec) {
    this.#spec = spec;
    this.#is64 = spec.is64 ?? true;
    this.#shift = spec.vaddrShift ?? VADDR_SHIFT;
    this.#writer = new ByteWriter(spec.littleEndian ?? true);
  }

  build(): BuiltElf {
    const spec = this.#spec;
    const headerSize = this.#is64 ? 64 : 52;
    const programHeaderSize = spec.programHeaderSize ?? (this.#is64 ? 56 : 32);
    const sectionHeaderSize = spec.sectionHeaderSize ?? (this.#is64 ? 64 : 40);
    const specs = this.#sectionSpecs();
    const segmentCount = (spec.segments?.length ?? 1) + (spec.moreSegments?.length ?? 0) +
      (spec.dynamicSymbols === undefined ? 0 : 1);
    const contentOffset = headerSize + segmentCount * programHeaderSize;
    const sectionHeaderOffset = align(this.#place(specs, align(contentOffset, 16)), 8);
    this.#fill();
    const segments = this.#segments(contentOffset, sectionHeaderOffset);
    const count = this.#sections.size + 1;
    this.#writeHeader({
      e_phoff: segments.length === 0 ? 0 : headerSize,
      e_shoff: spec.noSectionHeaders ? 0 : sectionHeaderOffset,
      e_phentsize: programHeaderSize,
      e_phnum: spec.extendedNumbering ? PN_XNUM : segments.length,
      e_shentsize: sectionHeaderSize,
      e_shnum: spec.noSectionHeaders || spec.extendedNumbering ? 0 : count,
      ...spec.header,
    });
    for (const [at, segment] of segments.entries()) {
      this.#writeSegment(headerSize + at * programHeaderSize, segment);
    }
    for (const { bytes, placed } of this.#sections.values()) {
      this.#writer.put(placed.fileOffset, bytes);
    }
    if (!spec.noSectionHeaders) {
      this.#writeSectionHeaders(sectionHeaderOffset, sectionHeaderSize, segments.length);
    }
    const bytes = this.#writer.bytes();
    return {
      bytes,
      source: new MemorySource("test.so", bytes),
      sectionHeaderOffset,
      programHeaderOffset: headerSize,
      section: (name) => this.#section(name).placed,
    };
  }

  #sectionSpecs(): SectionSpec[] {
    const { symbols, dynamicSymbols, sections = [codeSection(".text", 0x1000)] } = this.#spec;
    const specs = [...sections];
    if (dynamicSymbols !== undefined) specs.push(...this.#dynamicSections(dynamicSymbols));
    if (symbols !== undefined) {
      specs.push(this.#symbolSection(".symtab", SHT_SYMTAB, ".strtab", symbols));
      specs.push({ name: ".strtab", type: SHT_STRTAB, flags: 0, bytes: stringsOf(symbols) });
    }
    if (this.#spec.sectionNames) {
      const names = [...specs, { name: ".shstrtab" }];
      specs.push({ name: ".shstrtab", type: SHT_STRTAB, flags: 0, bytes: stringsOf(names) });
    }
    return specs;
  }

  #dynamicSections(symbols: readonly SymbolSpec[]): SectionSpec[] {
    const { hash = "both", machine = EM_X86_64, gnuHash, littleEndian = true } = this.#spec;
    const is64 = this.#is64;
    const sections = [
      this.#symbolSection(".dynsym", SHT_DYNSYM, ".dynstr", symbols),
      { name: ".dynstr", type: SHT_STRTAB, bytes: stringsOf(symbols) },
    ];
    const count = symbols.length + 1;
    if (hash === "sysv" || hash === "both") {
      const wide = is64 && machine === EM_S390;
      const bytes = sysvHashTable(count, wide, littleEndian);
      sections.push({ name: ".hash", type: SHT_HASH, link: ".dynsym", bytes });
    }
    if (hash === "gnu" || hash === "both") {
      const bytes = gnuHashTable(gnuHash ?? { symbolCount: count }, is64, littleEndian);
      sections.push({ name: ".gnu.hash", type: SHT_GNU_HASH, link: ".dynsym", bytes });
    }
    const size = (sections.length + 2) * (is64 ? 16 : 8);
    sections.push({
      name: ".dynamic",
      type: SHT_DYNAMIC,
      link: ".dynstr",
      bytes: new Uint8Array(size),
    });
    return sections;
  }

  #symbolSection(name: string, type: number, link: string, symbols: readonly SymbolSpec[]) {
    const entrySize = this.#is64 ? 24 : 16;
    return { name, type, link, entrySize, bytes: new Uint8Array((symbols.length + 1) * entrySize) };
  }

  /** Gives each section its place; gives the file offset behind the last one. */
  #place(specs: readonly SectionSpec[], contentOffset: number): number {
    let fileOffset = contentOffset;
    for (const [at, spec] of specs.entries()) {
      const bytes = spec.bytes ?? new Uint8Array(0);
      const vaddr = Number(spec.vaddr ?? fileOffset + this.#shift);
      this.#sections.set(spec.name, {
        spec,
        placed: { index: at + 1, fileOffset, vaddr, size: bytes.length },
        bytes,
      });
      if (spec.type !== SHT_NOBITS) fileOffset = align(fileOffset + bytes.length, 16);
    }
    return fileOffset;
  }

  /** Makes what depends on where sections are. */
  #fill(): void {
    const { symbols, dynamicSymbols, dynamic } = this.#spec;
    if (symbols !== undefined) this.#section(".symtab").bytes = this.#symbolBytes(symbols);
    if (dynamicSymbols === undefined) return;
    this.#section(".dynsym").bytes = this.#symbolBytes(dynamicSymbols);
    const tags = new Map<number, number | bigint>();
    const names = [[DT_SYMTAB, ".dynsym"], [DT_STRTAB, ".dynstr"], [DT_HASH, ".hash"], [
      DT_GNU_HASH,
      ".gnu.hash",
    ]] as const;
    for (const [tag, name] of names) {
      if (this.#sections.has(name)) tags.set(tag, this.#section(name).placed.vaddr);
    }
    tags.set(DT_STRSZ, this.#section(".dynstr").placed.size);
    for (const [tag, value] of dynamic ?? []) tags.set(tag, value);
    const writer = new ByteWriter(this.#spec.littleEndian ?? true);
    for (const [tag, value] of [...tags, [DT_NULL, 0] as const]) {
      writer.word(this.#is64, tag);
      writer.word(this.#is64, value);
    }
    this.#section(".dynamic").bytes = writer.bytes();
  }

  #symbolBytes(symbols: readonly SymbolSpec[]): Uint8Array {
    const writer = new ByteWriter(this.#spec.littleEndian ?? true);
    writer.put(0, new Uint8Array(this.#is64 ? 24 : 16));
    let nameOffset = 1;
    for (const symbol of symbols) {
      const { section = ".text", at = 0, size = 0, name } = symbol;
      const isNamed = typeof section === "string";
      const index = isNamed ? this.#section(section).placed.index : section;
      const value = symbol.value ?? (isNamed ? this.#section(section).placed.vaddr + at : at);
      const info = ((symbol.binding ?? STB_GLOBAL) << 4) + (symbol.type ?? STT_FUNC);
      writer.u32(symbol.nameOffset ?? (name === "" ? 0 : nameOffset));
      if (!this.#is64) [value, size].forEach((word) => writer.word(false, word));
      writer.u8(info);
      writer.u8(0);
      writer.u16(index >= 0xff00 && isNamed ? SHN_XINDEX : index);
      if (this.#is64) [value, size].forEach((word) => writer.word(true, word));
      nameOffset += encode(name).length + 1;
    }
    return writer.bytes();
  }

  #segments(start: number, end: number): SegmentSpec[] {
    const whole = {
      type: PT_LOAD,
      flags: PF_R | PF_X,
      fileOffset: start,
      vaddr: start + this.#shift,
      fileSize: end - start,
      alignment: 0x1000,
    };
    const segments = [...(this.#spec.segments ?? [whole]), ...(this.#spec.moreSegments ?? [])];
    if (this.#spec.dynamicSymbols === undefined) return segments;
    const { fileOffset, vaddr, size } = this.#section(".dynamic").placed;
    return [...segments, { type: PT_DYNAMIC, fileOffset, vaddr, fileSize: size }];
  }

  #writeHeader(fields: Record<HeaderField, number | bigint>): void {
    const { littleEndian = true, type = ET_DYN, machine = EM_X86_64 } = this.#spec;
    const is64 = this.#is64;
    const writer = this.#writer;
    writer.put(0, [0x7f, 0x45, 0x4c, 0x46, is64 ? 2 : 1, littleEndian ? 1 : 2, 1]);
    writer.position = 16;
    writer.u16(type);
    writer.u16(machine);
    writer.u32(1);
    writer.word(is64, 0);
    writer.word(is64, fields.e_phoff);
    writer.word(is64, fields.e_shoff);
    writer.u32(0);
    writer.u16(is64 ? 64 : 52);
    for (const name of ["e_phentsize", "e_phnum", "e_shentsize", "e_shnum"] as const) {
      writer.u16(Number(fields[name]));
    }
    writer.u16(this.#spec.extendedNumbering ? SHN_XINDEX : this.#namesIndex);
  }

  #writeSegment(position: number, segment: SegmentSpec): void {
    const { type, flags = PF_R, fileOffset, vaddr = 0, fileSize, alignment = 1 } = segment;
    const { memorySize = fileSize } = segment;
    const is64 = this.#is64;
    const writer = this.#writer;
    writer.position = position;
    writer.u32(type);
    if (is64) writer.u32(flags);
    for (const word of [fileOffset, vaddr, 0, fileSize, memorySize]) writer.word(is64, word);
    if (!is64) writer.u32(flags);
    writer.word(is64, alignment);
  }

  #writeSectionHeaders(fileOffset: number, headerSize: number, segmentCount: number): void {
    const { extendedNumbering = false } = this.#spec;
    const is64 = this.#is64;
    const writer = this.#writer;
    const link = extendedNumbering ? this.#namesIndex : 0;
    const first = { name: "", type: 0, flags: 0, vaddr: 0, fileOffset: 0, link };
    const headers: [SectionSpec, PlacedSection][] = [[
      { ...first, info: extendedNumbering ? segmentCount : 0 },
      {
        index: 0,
        fileOffset: 0,
        vaddr: 0,
        size: extendedNumbering ? this.#sections.size + 1 : 0,
      },
    ]];
    for (const { spec, placed } of this.#sections.values()) headers.push([spec, placed]);
    let nameOffset = 0;
    for (const [spec, placed] of headers) {
      const { link = 0, info = 0, entrySize = 0, flags = SHF_ALLOC } = spec;
      writer.position = fileOffset + placed.index * headerSize;
      writer.u32(this.#spec.sectionNames ? nameOffset : 0);
      nameOffset += encode(spec.name).length + 1;
      writer.u32(spec.type ?? SHT_PROGBITS);
      writer.word(is64, flags);
      writer.word(is64, spec.vaddr ?? placed.vaddr);
      writer.word(is64, spec.fileOffset ?? placed.fileOffset);
      writer.word(is64, spec.size ?? placed.size);
      writer.u32(typeof link === "string" ? this.#section(link).placed.index : link);
      writer.u32(info);
      writer.word(is64, 1);
      writer.word(is64, entrySize);
    }
    writer.padTo(fileOffset + headers.length * headerSize);
  }

  /** The index of `.shstrtab`; 0 if there is none. */
  get #namesIndex(): number {
    return this.#sections.get(".shstrtab")?.placed.index ?? 0;
  }

  #section(name: string): Section {
    const section = this.#sections.get(name);
    if (section === undefined) throw new Error(`Cannot build the ELF file: no section "${name}"`);
    return section;
  }
}

/** A string table with names, one after the other, as the builder numbers them. */
function stringsOf(named: readonly { readonly name: string }[]): Uint8Array {
  return encode("\0" + named.map(({ name }) => name + "\0").join(""));
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function align(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}

/** A function of a library. */
export interface SyntheticFunction {
  /** As the symbol table spells it. */
  readonly name: string;
  /** The vaddr of its first byte. */
  readonly start: number;
  /** In bytes. */
  readonly size: number;
}

/** A part of the file that is mapped. */
export interface SyntheticSegment {
  readonly fileOffset: number;
  readonly fileSize: number;
  readonly vaddr: number;
  readonly executable: boolean;
}

/** An ELF file, and what is in it. */
export interface SyntheticLibrary {
  readonly bytes: Uint8Array;
  readonly segments: readonly SyntheticSegment[];
  readonly functions: readonly SyntheticFunction[];
}

const HEADER_SIZE = 64;
const PROGRAM_HEADER_SIZE = 56;
/** `call *%rax`. */
const CALL = [0xff, 0xd0];
const SECTION_HEADER_SIZE = 64;
const SYMBOL_SIZE = 24;
const TEXT_OFFSET = 0x1000;
/** As lld lays files out: text is loaded a page further than it is in the file. */
const TEXT_VADDR = 0x2000;
const [PT_LOAD, PF_X, PF_R] = [1, 1, 4];
const [ET_DYN, EM_X86_64] = [3, 62];
const [SHT_PROGBITS, SHT_SYMTAB, SHT_STRTAB] = [1, 2, 3];
const [SHF_ALLOC, SHF_EXECINSTR] = [2, 4];
/** `STB_GLOBAL` and `STT_FUNC`. */
const GLOBAL_FUNCTION = 0x12;

/**
 * Makes a shared library (ELF, 64-bit, little-endian) that holds nothing but a text and a `.symtab`:
 * the functions stand one behind the other, as large as they are given, in even numbers. They
 * consist of calls, so that every even vaddr behind the start of one is a return address.
 */
export function makeLibrary(
  sizes: Iterable<{ readonly name: string; readonly size: number }>,
): SyntheticLibrary {
  const functions: SyntheticFunction[] = [];
  let end = TEXT_VADDR;
  for (const { name, size } of sizes) {
    functions.push({ name, start: end, size });
    end += size;
  }
  const textSize = end - TEXT_VADDR;
  const segments: readonly SyntheticSegment[] = [
    { fileOffset: 0, fileSize: 0x200, vaddr: 0, executable: false },
    { fileOffset: TEXT_OFFSET, fileSize: textSize, vaddr: TEXT_VADDR, executable: true },
  ];
  return { bytes: fileOf(functions, segments, textSize), segments, functions };
}

function fileOf(
  functions: readonly SyntheticFunction[],
  segments: readonly SyntheticSegment[],
  textSize: number,
): Uint8Array {
  const strings = stringTable(["", ...functions.map(({ name }) => name)]);
  const names = stringTable(["", ".text", ".symtab", ".strtab", ".shstrtab"]);
  const symbolsOffset = align(TEXT_OFFSET + textSize);
  const symbolsSize = (functions.length + 1) * SYMBOL_SIZE;
  const stringsOffset = symbolsOffset + symbolsSize;
  const namesOffset = stringsOffset + strings.bytes.length;
  const sectionsOffset = align(namesOffset + names.bytes.length);
  const bytes = new Uint8Array(sectionsOffset + 5 * SECTION_HEADER_SIZE);
  for (let at = 0; at < textSize; at += CALL.length) bytes.set(CALL, TEXT_OFFSET + at);
  const view = new DataView(bytes.buffer);
  writeHeader(view, segments.length, sectionsOffset);
  for (const [at, segment] of segments.entries()) writeSegment(view, at, segment);
  for (const [at, symbol] of functions.entries()) {
    const to = symbolsOffset + (at + 1) * SYMBOL_SIZE;
    view.setUint32(to, strings.offsets[at + 1]!, true);
    view.setUint8(to + 4, GLOBAL_FUNCTION);
    view.setUint16(to + 6, 1, true);
    setUint64(view, to + 8, symbol.start);
    setUint64(view, to + 16, symbol.size);
  }
  bytes.set(strings.bytes, stringsOffset);
  bytes.set(names.bytes, namesOffset);
  // sh_type, sh_flags, sh_addr, sh_offset, sh_size, sh_link, sh_info, sh_entsize
  const codeFlags = SHF_ALLOC | SHF_EXECINSTR;
  const sections = [
    [SHT_PROGBITS, codeFlags, TEXT_VADDR, TEXT_OFFSET, textSize, 0, 0, 0],
    [SHT_SYMTAB, 0, 0, symbolsOffset, symbolsSize, 3, 1, SYMBOL_SIZE],
    [SHT_STRTAB, 0, 0, stringsOffset, strings.bytes.length, 0, 0, 0],
    [SHT_STRTAB, 0, 0, namesOffset, names.bytes.length, 0, 0, 0],
  ];
  for (const [at, section] of sections.entries()) {
    const to = sectionsOffset + (at + 1) * SECTION_HEADER_SIZE;
    writeSection(view, to, names.offsets[at + 1]!, section);
  }
  return bytes;
}

function writeHeader(view: DataView, segmentCount: number, sectionsOffset: number): void {
  view.setUint32(0, 0x7f454c46); // magic
  view.setUint32(4, 0x02010100); // 64-bit, little-endian, version 1
  view.setUint16(16, ET_DYN, true);
  view.setUint16(18, EM_X86_64, true);
  view.setUint32(20, 1, true);
  setUint64(view, 32, HEADER_SIZE);
  setUint64(view, 40, sectionsOffset);
  view.setUint16(52, HEADER_SIZE, true);
  view.setUint16(54, PROGRAM_HEADER_SIZE, true);
  view.setUint16(56, segmentCount, true);
  view.setUint16(58, SECTION_HEADER_SIZE, true);
  view.setUint16(60, 5, true);
  view.setUint16(62, 4, true);
}

function writeSegment(view: DataView, at: number, segment: SyntheticSegment): void {
  const to = HEADER_SIZE + at * PROGRAM_HEADER_SIZE;
  view.setUint32(to, PT_LOAD, true);
  view.setUint32(to + 4, PF_R | (segment.executable ? PF_X : 0), true);
  setUint64(view, to + 8, segment.fileOffset);
  setUint64(view, to + 16, segment.vaddr);
  setUint64(view, to + 24, segment.vaddr);
  setUint64(view, to + 32, segment.fileSize);
  setUint64(view, to + 40, segment.fileSize);
  setUint64(view, to + 48, 0x1000);
}

function writeSection(view: DataView, to: number, name: number, fields: readonly number[]): void {
  const [type, flags, vaddr, fileOffset, size, link, info, entrySize] = fields;
  view.setUint32(to, name, true);
  view.setUint32(to + 4, type!, true);
  setUint64(view, to + 8, flags!);
  setUint64(view, to + 16, vaddr!);
  setUint64(view, to + 24, fileOffset!);
  setUint64(view, to + 32, size!);
  view.setUint32(to + 40, link!, true);
  view.setUint32(to + 44, info!, true);
  setUint64(view, to + 48, 8);
  setUint64(view, to + 56, entrySize!);
}

/** The strings one behind the other, each with a zero, and where each begins. */
function stringTable(strings: readonly string[]): { bytes: Uint8Array; offsets: number[] } {
  let size = 0;
  const offsets = strings.map((string) => (size += string.length + 1) - string.length - 1);
  return { bytes: new TextEncoder().encode(strings.join("\0") + "\0"), offsets };
}

function setUint64(view: DataView, at: number, value: number): void {
  view.setBigUint64(at, BigInt(value), true);
}

function align(size: number): number {
  return Math.ceil(size / 8) * 8;
}

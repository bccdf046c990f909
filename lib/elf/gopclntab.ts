import { ByteCursor } from "../bytes/mod.ts";
import { FormatError, hex, UnsupportedError } from "../errors.ts";
import { PT_NOTE, SHT_NOBITS } from "./constants.ts";
import type { ElfFile } from "./elf_file.ts";
import { findSection } from "./section_data.ts";

/** The versions of Go that changed the format. */
export type GoTableVersion = "1.2" | "1.16" | "1.18" | "1.20";

/**
 * Where the parts of Go's table of functions and lines are ("Go 1.2 Runtime Symbol Table
 * Information", golang.org/s/go12symtab; `pcHeader` in Go's `runtime/symtab.go`). All offsets are
 * bytes from the start of the file.
 */
export interface GoTable {
  /** The first version of Go that writes this format. */
  readonly version: GoTableVersion;
  /** Where the table begins. */
  readonly fileOffset: number;
  /** Behind the last byte that may belong to the table. */
  readonly end: number;
  /** The vaddr of the table. */
  readonly vaddr: number;
  /** Bytes of the smallest instruction: 1, 2 or 4. */
  readonly quantum: number;
  /** Bytes of a pointer: 4 or 8. */
  readonly pointerSize: number;
  /** How many functions. */
  readonly functionCount: number;
  /** From Go 1.18 to 1.25 the vaddr that functions are relative to; 0 if it is elsewhere. */
  readonly textStart: number;
  /** Names of functions, ending with NUL, run from here to `namesEnd`. */
  readonly namesOffset: number;
  /** See `namesOffset`. */
  readonly namesEnd: number;
  /** Tables that map places in functions to values. */
  readonly pcValuesOffset: number;
  /** Pairs of an address and the place of a function's description, which is relative to `functionDataOffset`. */
  readonly functionsOffset: number;
  /** Bytes of each of the two. */
  readonly fieldSize: number;
  /** See `functionsOffset`. */
  readonly functionDataOffset: number;
}

const VERSIONS: ReadonlyMap<number, GoTableVersion> = new Map([
  [0xfffffffb, "1.2"],
  [0xfffffffa, "1.16"],
  [0xfffffff0, "1.18"],
  [0xfffffff1, "1.20"],
]);
/** Magic number, two zeros, quantum, pointer size. */
const IDENT_SIZE = 8;
/** With eight words of 64 bits. */
const MAX_HEADER_SIZE = IDENT_SIZE + 64;

/**
 * Finds the table of a Go program: by the name of its section, or, if there is none of that name
 * (position-independent programs, no section headers), by its magic number in the LOAD segments,
 * provided that the file has Go's build-id note.
 *
 * @returns Undefined if the file is no Go program, or has no bytes of the table.
 * @throws {FormatError} If the table is cut or damaged.
 * @throws {UnsupportedError} If its magic number is unknown.
 */
export async function findGoTable(elf: ElfFile): Promise<GoTable | undefined> {
  for (const name of [".gopclntab", ".data.rel.ro.gopclntab"]) {
    const section = await findSection(elf, name);
    if (section === undefined) continue;
    if (section.type === SHT_NOBITS || section.size === 0) return undefined;
    const { fileOffset, size } = section;
    const bytes = await elf.source.readAt(fileOffset, Math.min(size, MAX_HEADER_SIZE));
    return parseHeader(elf, bytes, fileOffset, fileOffset + size, section.vaddr);
  }
  return await hasGoNote(elf) ? await scanForTable(elf) : undefined;
}

function parseHeader(
  elf: ElfFile,
  bytes: Uint8Array,
  fileOffset: number,
  end: number,
  vaddr: number,
): GoTable {
  const { littleEndian } = elf.header;
  const cursor = new ByteCursor(bytes, { source: elf.source.name, fileOffset, littleEndian });
  const magic = cursor.u32();
  const version = VERSIONS.get(magic);
  if (version === undefined) {
    throw new UnsupportedError(elf.source.name, `.gopclntab with magic number ${hex(magic)}`);
  }
  cursor.skip(2);
  const [quantum, pointerSize] = [cursor.u8(), cursor.u8()];
  if (!isIdent(bytes)) {
    throw cursor.error(
      4,
      `want 00 00, a quantum and a pointer size, not ${quantum}, ${pointerSize}`,
    );
  }
  const word = () => pointerSize === 8 ? cursor.u64() : cursor.u32();
  const functionCount = word();
  const fieldSize = version === "1.18" || version === "1.20" ? 4 : pointerSize;
  const common = {
    version,
    fileOffset,
    end,
    vaddr,
    quantum,
    pointerSize,
    functionCount,
    fieldSize,
  };
  let table: GoTable;
  if (version === "1.2") {
    table = {
      ...common,
      textStart: 0,
      namesOffset: fileOffset,
      namesEnd: end,
      pcValuesOffset: fileOffset,
      functionsOffset: fileOffset + cursor.position,
      functionDataOffset: fileOffset,
    };
  } else {
    cursor.skip(pointerSize); // number of files
    const textStart = version === "1.16" ? 0 : word();
    const namesOffset = fileOffset + word();
    const namesEnd = fileOffset + word(); // compilation units come next
    cursor.skip(pointerSize); // files
    const pcValuesOffset = fileOffset + word();
    const functionsOffset = fileOffset + word();
    const functionDataOffset = functionsOffset;
    table = {
      ...common,
      textStart,
      namesOffset,
      namesEnd,
      pcValuesOffset,
      functionsOffset,
      functionDataOffset,
    };
  }
  checkTable(elf, table);
  return table;
}

function checkTable(elf: ElfFile, table: GoTable): void {
  const { fileOffset, end, functionCount, functionsOffset, fieldSize } = table;
  const functionsEnd = functionsOffset + (2 * functionCount + 1) * fieldSize;
  const isInside = functionsEnd <= end && table.pcValuesOffset <= end &&
    table.namesOffset <= table.namesEnd && table.namesEnd <= end && end <= elf.source.size;
  if (isInside && functionCount > 0) return;
  throw new FormatError({
    action: "read the header of .gopclntab",
    source: elf.source.name,
    place: { fileOffset },
    detail: `${functionCount} functions and their names do not lie in its ${
      end - fileOffset
    } bytes`,
  });
}

function isIdent(bytes: Uint8Array): boolean {
  return bytes[4] === 0 && bytes[5] === 0 && (bytes[6] === 1 || bytes[6] === 2 || bytes[6] === 4) &&
    (bytes[7] === 4 || bytes[7] === 8);
}

/** Notes are small; a larger segment is damage. */
const MAX_NOTES_SIZE = 1 << 16;
/** The note with Go's build-id: its type, and its name in a field of 4 bytes. */
const GO_NOTE_TYPE = 4;
const GO_NOTE_NAME = [0x47, 0x6f, 0, 0];

async function hasGoNote(elf: ElfFile): Promise<boolean> {
  for (const { type, fileOffset, fileSize } of elf.programHeaders) {
    if (type !== PT_NOTE) continue;
    const bytes = await elf.source.readAt(fileOffset, Math.min(fileSize, MAX_NOTES_SIZE));
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 8; at + 8 <= bytes.length; at += 4) {
      const isType = view.getUint32(at, elf.header.littleEndian) === GO_NOTE_TYPE;
      if (isType && GO_NOTE_NAME.every((byte, i) => bytes[at + 4 + i] === byte)) return true;
    }
  }
  return false;
}

const CHUNK_SIZE = 1 << 20;

/** Looks for the magic number, first where data that is only read is. */
async function scanForTable(elf: ElfFile): Promise<GoTable | undefined> {
  const segments = elf.loadSegments.sort((a, b) =>
    Number(a.executable || a.writable) - Number(b.executable || b.writable)
  );
  for (const { fileOffset, fileSize, vaddr } of segments) {
    const end = Math.min(fileOffset + fileSize, elf.source.size);
    for (let start = fileOffset; start < end; start += CHUNK_SIZE) {
      const length = Math.min(CHUNK_SIZE + MAX_HEADER_SIZE, end - start);
      const bytes = await elf.source.readAt(start, length);
      const found = findInChunk(elf, bytes, start, end, vaddr - fileOffset);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function findInChunk(
  elf: ElfFile,
  bytes: Uint8Array,
  fileOffset: number,
  end: number,
  vaddrShift: number,
): GoTable | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { littleEndian } = elf.header;
  const limit = Math.min(CHUNK_SIZE, bytes.length - IDENT_SIZE);
  for (let at = 0; at < limit; at += 4) {
    if (view.getUint32(at, littleEndian) < 0xfffffff0) continue;
    const header = bytes.subarray(at, at + MAX_HEADER_SIZE);
    if (!VERSIONS.has(view.getUint32(at, littleEndian)) || !isIdent(header)) continue;
    try {
      const start = fileOffset + at;
      return parseHeader(elf, header, start, end, start + vaddrShift);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      // The same bytes by chance.
    }
  }
  return undefined;
}

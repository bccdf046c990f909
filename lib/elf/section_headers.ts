import { ByteCursor, type ByteSource } from "../bytes/mod.ts";
import { FormatError, hex } from "../errors.ts";
import { SHF_COMPRESSED, SHF_EXECINSTR, SHT_NOBITS } from "./constants.ts";
import type { FileHeader } from "./file_header.ts";

/** A section header (gABI, "Section Header"). */
export interface SectionHeader {
  /** `sh_name`: bytes from the start of the section that holds the sections' names. */
  readonly nameOffset: number;
  /** `sh_type`, such as `SHT_SYMTAB`. */
  readonly type: number;
  /** Whether it holds code: `SHF_EXECINSTR`. */
  readonly executable: boolean;
  /** Whether its bytes are compressed, behind a compression header: `SHF_COMPRESSED`. */
  readonly compressed: boolean;
  /** `sh_addr`: vaddr of the first byte, 0 if it is not loaded. */
  readonly vaddr: number;
  /** `sh_offset`: bytes from the start of the file. */
  readonly fileOffset: number;
  /** `sh_size` in bytes. */
  readonly size: number;
  /** `sh_link`: index of another section; what it means depends on the type. */
  readonly link: number;
  /** `sh_info`. */
  readonly info: number;
  /** `sh_entsize` in bytes, 0 if there are no entries. */
  readonly entrySize: number;
}

const SIZE_32 = 40;
const SIZE_64 = 64;
/** Headers that are read at a time. */
const CHUNK_COUNT = 4096;

/**
 * Reads the section headers of a file, in order; none if the file has none. With extended
 * numbering their number is `sh_size` of section 0.
 *
 * @throws {FormatError} If the table does not lie inside the file.
 */
export async function readSectionHeaders(
  source: ByteSource,
  header: FileHeader,
): Promise<SectionHeader[]> {
  if (header.sectionHeaderOffset === 0) return [];
  const entrySize = header.sectionHeaderSize;
  const wanted = header.is64 ? SIZE_64 : SIZE_32;
  if (entrySize < wanted) throw tableError(source, header, `e_shentsize is ${entrySize}`, wanted);
  const count = header.sectionHeaderCount || await extendedCount(source, header);
  if (header.sectionHeaderOffset + count * entrySize > source.size) {
    throw new FormatError({
      action: "read the section headers",
      source: source.name,
      place: { fileOffset: header.sectionHeaderOffset },
      detail: `need ${count} headers of ${entrySize} bytes, file ends at ${hex(source.size)}`,
    });
  }
  const sections: SectionHeader[] = [];
  for (let first = 0; first < count; first += CHUNK_COUNT) {
    await readHeaders(source, header, first, Math.min(CHUNK_COUNT, count - first), sections);
  }
  return sections;
}

/** Section 0, which holds the numbers that do not fit into the ELF header. */
export async function readFirstSection(
  source: ByteSource,
  header: FileHeader,
): Promise<SectionHeader> {
  const sections: SectionHeader[] = [];
  await readHeaders(source, header, 0, 1, sections);
  return sections[0]!;
}

async function extendedCount(source: ByteSource, header: FileHeader): Promise<number> {
  return (await readFirstSection(source, header)).size;
}

async function readHeaders(
  source: ByteSource,
  header: FileHeader,
  first: number,
  count: number,
  into: SectionHeader[],
): Promise<void> {
  const fileOffset = header.sectionHeaderOffset + first * header.sectionHeaderSize;
  const bytes = await source.readAt(fileOffset, count * header.sectionHeaderSize);
  const cursor = new ByteCursor(bytes, {
    source: source.name,
    fileOffset,
    littleEndian: header.littleEndian,
  });
  for (let at = 0; at < count; at++) {
    cursor.position = at * header.sectionHeaderSize;
    into.push(header.is64 ? parse64(cursor) : parse32(cursor));
  }
}

function parse64(cursor: ByteCursor): SectionHeader {
  const nameOffset = cursor.u32();
  const type = cursor.u32();
  const flags = cursor.address64();
  // Numbers of sections without bytes mean nothing for reading; they may be anything.
  const vaddr = cursor.address64();
  const fileOffset = type === SHT_NOBITS ? cursor.address64() : cursor.u64();
  const size = type === SHT_NOBITS ? cursor.address64() : cursor.u64();
  const link = cursor.u32();
  const info = cursor.u32();
  cursor.skip(8); // sh_addralign
  const entrySize = cursor.u64();
  return { nameOffset, type, ...properties(flags), vaddr, fileOffset, size, link, info, entrySize };
}

function parse32(cursor: ByteCursor): SectionHeader {
  const nameOffset = cursor.u32();
  const type = cursor.u32();
  const flags = cursor.u32();
  const vaddr = cursor.u32();
  const fileOffset = cursor.u32();
  const size = cursor.u32();
  const link = cursor.u32();
  const info = cursor.u32();
  cursor.skip(4);
  const entrySize = cursor.u32();
  return { nameOffset, type, ...properties(flags), vaddr, fileOffset, size, link, info, entrySize };
}

/** What the flags in `sh_flags` say. */
function properties(flags: number) {
  return {
    executable: (flags & SHF_EXECINSTR) !== 0,
    compressed: (flags & SHF_COMPRESSED) !== 0,
  };
}

function tableError(
  source: ByteSource,
  header: FileHeader,
  found: string,
  wanted: number,
): FormatError {
  return new FormatError({
    action: "read the section headers",
    source: source.name,
    place: { fileOffset: header.sectionHeaderOffset },
    detail: `${found}, want at least ${wanted}`,
  });
}

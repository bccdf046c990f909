import { ByteCursor, type ByteSource } from "../bytes/mod.ts";
import { FormatError, hex } from "../errors.ts";
import { PF_R, PF_W, PF_X, PN_XNUM } from "./constants.ts";
import type { FileHeader } from "./file_header.ts";
import { readFirstSection } from "./section_headers.ts";

/** A program header (gABI, "Program Header"). */
export interface ProgramHeader {
  /** `p_type`, such as `PT_LOAD`. */
  readonly type: number;
  /** `PF_X` of `p_flags`. */
  readonly executable: boolean;
  /** `PF_W` of `p_flags`. */
  readonly writable: boolean;
  /** `PF_R` of `p_flags`. */
  readonly readable: boolean;
  /** `p_offset`: bytes from the start of the file. */
  readonly fileOffset: number;
  /** `p_vaddr`. */
  readonly vaddr: number;
  /** `p_filesz` in bytes. */
  readonly fileSize: number;
  /** `p_memsz` in bytes. */
  readonly memorySize: number;
  /** `p_align` in bytes. */
  readonly alignment: number;
}

const SIZE_32 = 32;
const SIZE_64 = 56;

/**
 * Reads the program headers of a file, in order; none if the file has none. With extended numbering
 * their number is `sh_info` of section 0.
 *
 * @throws {FormatError} If the table does not lie inside the file.
 */
export async function readProgramHeaders(
  source: ByteSource,
  header: FileHeader,
): Promise<ProgramHeader[]> {
  if (header.programHeaderOffset === 0 || header.programHeaderCount === 0) return [];
  const entrySize = header.programHeaderSize;
  const wanted = header.is64 ? SIZE_64 : SIZE_32;
  const fileOffset = header.programHeaderOffset;
  if (entrySize < wanted) {
    throw tableError(source, fileOffset, `e_phentsize is ${entrySize}, want at least ${wanted}`);
  }
  const isExtended = header.programHeaderCount === PN_XNUM;
  if (isExtended && header.sectionHeaderOffset === 0) {
    const detail = "e_phnum is PN_XNUM, want a section 0 that holds the number";
    throw tableError(source, fileOffset, detail);
  }
  const count = isExtended
    ? (await readFirstSection(source, header)).info
    : header.programHeaderCount;
  if (fileOffset + count * entrySize > source.size) {
    const detail = `need ${count} headers of ${entrySize} bytes, file ends at ${hex(source.size)}`;
    throw tableError(source, fileOffset, detail);
  }
  const bytes = await source.readAt(fileOffset, count * entrySize);
  const { littleEndian } = header;
  const cursor = new ByteCursor(bytes, { source: source.name, fileOffset, littleEndian });
  return Array.from({ length: count }, (_, at) => {
    cursor.position = at * entrySize;
    return header.is64 ? parse64(cursor) : parse32(cursor);
  });
}

function parse64(cursor: ByteCursor): ProgramHeader {
  const type = cursor.u32();
  const flags = cursor.u32();
  const fileOffset = cursor.u64();
  const vaddr = cursor.address64();
  cursor.skip(8); // p_paddr
  return {
    type,
    ...permissions(flags),
    fileOffset,
    vaddr,
    fileSize: cursor.u64(),
    memorySize: cursor.u64(),
    alignment: cursor.u64(),
  };
}

function parse32(cursor: ByteCursor): ProgramHeader {
  const type = cursor.u32();
  const fileOffset = cursor.u32();
  const vaddr = cursor.u32();
  cursor.skip(4); // p_paddr
  const fileSize = cursor.u32();
  const memorySize = cursor.u32();
  const flags = cursor.u32();
  const alignment = cursor.u32();
  return { type, ...permissions(flags), fileOffset, vaddr, fileSize, memorySize, alignment };
}

function permissions(flags: number) {
  return {
    executable: (flags & PF_X) !== 0,
    writable: (flags & PF_W) !== 0,
    readable: (flags & PF_R) !== 0,
  };
}

function tableError(source: ByteSource, fileOffset: number, detail: string): FormatError {
  return new FormatError({
    action: "read the program headers",
    source: source.name,
    place: { fileOffset },
    detail,
  });
}

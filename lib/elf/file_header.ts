import { ByteCursor, type ByteSource } from "../bytes/mod.ts";
import { FormatError, UnsupportedError } from "../errors.ts";
import { ELFCLASS32, ELFCLASS64, ELFDATA2LSB, ELFDATA2MSB } from "./constants.ts";

/** The ELF header (gABI, "ELF Header"). */
export interface FileHeader {
  /** Whether addresses have 64 bits: `EI_CLASS`. */
  readonly is64: boolean;
  /** Byte order: `EI_DATA`. */
  readonly littleEndian: boolean;
  /** `e_type`, such as `ET_DYN`. */
  readonly type: number;
  /** `e_machine`, such as `EM_AARCH64`. */
  readonly machine: number;
  /** `e_phoff`: file offset of the program headers, 0 if there are none. */
  readonly programHeaderOffset: number;
  /** `e_phentsize` in bytes. */
  readonly programHeaderSize: number;
  /** `e_phnum`, which may be `PN_XNUM`. */
  readonly programHeaderCount: number;
  /** `e_shoff`: file offset of the section headers, 0 if there are none. */
  readonly sectionHeaderOffset: number;
  /** `e_shentsize` in bytes. */
  readonly sectionHeaderSize: number;
  /** `e_shnum`, which is 0 if the number is in section 0. */
  readonly sectionHeaderCount: number;
  /** `e_shstrndx`: which section holds the sections' names; `SHN_XINDEX` if section 0 says it. */
  readonly sectionNamesIndex: number;
}

const IDENT_SIZE = 16;
const HEADER_SIZE_32 = 52;
const HEADER_SIZE_64 = 64;

/**
 * Reads the ELF header of a file.
 *
 * @throws {FormatError} If it is not an ELF file, or is cut.
 * @throws {UnsupportedError} If its class or byte order is unknown.
 */
export async function readFileHeader(source: ByteSource): Promise<FileHeader> {
  const bytes = await source.readAt(0, Math.min(source.size, HEADER_SIZE_64));
  if (!isElf(bytes)) {
    const first = spellBytes(bytes.subarray(0, 4));
    throw headerError(source, `first bytes are ${first}, want 7f 45 4c 46`);
  }
  if (bytes.length < IDENT_SIZE) throw cutError(source, IDENT_SIZE);
  const [elfClass, data] = [bytes[4], bytes[5]];
  if (elfClass !== ELFCLASS32 && elfClass !== ELFCLASS64) {
    throw new UnsupportedError(source.name, `EI_CLASS ${elfClass}`);
  }
  if (data !== ELFDATA2LSB && data !== ELFDATA2MSB) {
    throw new UnsupportedError(source.name, `EI_DATA ${data}`);
  }
  const is64 = elfClass === ELFCLASS64;
  const headerSize = is64 ? HEADER_SIZE_64 : HEADER_SIZE_32;
  if (bytes.length < headerSize) throw cutError(source, headerSize);
  const littleEndian = data === ELFDATA2LSB;
  return parseFields(new ByteCursor(bytes, { source: source.name, littleEndian }), {
    is64,
    littleEndian,
  });
}

/** Whether the bytes are the start of an ELF file: `EI_MAG0` to `EI_MAG3`. */
export function isElf(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
}

function parseFields(
  cursor: ByteCursor,
  format: { readonly is64: boolean; readonly littleEndian: boolean },
): FileHeader {
  const word = () => format.is64 ? cursor.u64() : cursor.u32();
  cursor.skip(IDENT_SIZE);
  const type = cursor.u16();
  const machine = cursor.u16();
  cursor.skip(4); // e_version
  cursor.skip(format.is64 ? 8 : 4); // e_entry
  const programHeaderOffset = word();
  const sectionHeaderOffset = word();
  cursor.skip(4 + 2); // e_flags, e_ehsize
  return {
    ...format,
    type,
    machine,
    programHeaderOffset,
    programHeaderSize: cursor.u16(),
    programHeaderCount: cursor.u16(),
    sectionHeaderOffset,
    sectionHeaderSize: cursor.u16(),
    sectionHeaderCount: cursor.u16(),
    sectionNamesIndex: cursor.u16(),
  };
}

function cutError(source: ByteSource, wanted: number): FormatError {
  return headerError(source, `need ${wanted} bytes, file has ${source.size}`);
}

function headerError(source: ByteSource, detail: string): FormatError {
  return new FormatError({
    action: "read the ELF header",
    source: source.name,
    place: { fileOffset: 0 },
    detail,
  });
}

function spellBytes(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ") || "none";
}

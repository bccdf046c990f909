import { ByteCursor } from "../bytes/mod.ts";
import { FormatError } from "../errors.ts";
import type { ElfFile } from "./elf_file.ts";
import { findSection, openSection } from "./section_data.ts";
import { spellHex } from "./spell_hex.ts";

/** What `.gnu_debuglink` says: which file has the symbols and debug information of this one. */
export interface DebugLink {
  /** The name of the file, without a folder. */
  readonly fileName: string;
  /** The CRC-32 of the whole file, unsigned. */
  readonly crc32: number;
}

/**
 * What `.gnu_debugaltlink` says: which file has the debug information that several others share, as
 * `dwz` makes it.
 */
export interface AltDebugLink {
  /** A path, which may be relative to the folder of this file. */
  readonly path: string;
  /** The build-id of that file, lower-case hexadecimal. */
  readonly buildId: string;
}

/** A path and a build-id take less. */
const MAX_SIZE = 1 << 13;

/**
 * Reads `.gnu_debuglink`: a file name, zero bytes up to a multiple of four, and a CRC-32 in the byte
 * order of the file (GDB manual, "Debugging Information in Separate Files").
 *
 * @returns Undefined if there is no such section.
 * @throws {FormatError} If it is cut, or the name is empty or has a slash: it would lead elsewhere.
 */
export async function readDebugLink(elf: ElfFile): Promise<DebugLink | undefined> {
  const section = await readSmallSection(elf, ".gnu_debuglink");
  if (section === undefined) return undefined;
  const [fileName, cursor] = splitName(section, elf);
  if (fileName.includes("/")) throw linkError(section, "the file name has a slash");
  cursor.position = Math.ceil(cursor.position / 4) * 4;
  return { fileName, crc32: cursor.u32() };
}

/**
 * Reads `.gnu_debugaltlink`: a path, a zero byte, and a build-id (DWARF 5 section 7.3.6 has the
 * supplementary file; the section is `dwz`'s).
 *
 * @returns Undefined if there is no such section.
 * @throws {FormatError} If it is cut or empty.
 */
export async function readAltDebugLink(elf: ElfFile): Promise<AltDebugLink | undefined> {
  const section = await readSmallSection(elf, ".gnu_debugaltlink");
  if (section === undefined) return undefined;
  const [path, cursor] = splitName(section, elf);
  const buildId = spellHex(cursor.bytes(cursor.remaining));
  if (buildId === "") throw linkError(section, "there is no build-id behind the path");
  return { path, buildId };
}

interface LinkSection {
  /** What messages call it. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

async function readSmallSection(elf: ElfFile, name: string): Promise<LinkSection | undefined> {
  const header = await findSection(elf, name);
  if (header === undefined) return undefined;
  const section = await openSection(elf, header);
  if (section.size <= MAX_SIZE) {
    return { name: section.name, bytes: await section.readAt(0, section.size) };
  }
  const bytes = new Uint8Array();
  const detail = `it has ${section.size} bytes, want at most ${MAX_SIZE}`;
  throw linkError({ name: section.name, bytes }, detail);
}

/** The text before the first zero byte, and a cursor that stands behind that. */
function splitName({ name, bytes }: LinkSection, elf: ElfFile): [string, ByteCursor] {
  const end = bytes.indexOf(0);
  if (end <= 0) throw linkError({ name, bytes }, end < 0 ? "the name has no end" : "it is empty");
  const { littleEndian } = elf.header;
  const cursor = new ByteCursor(bytes, { source: name, littleEndian });
  cursor.skip(end + 1);
  return [new TextDecoder().decode(bytes.subarray(0, end)), cursor];
}

function linkError({ name }: LinkSection, detail: string): FormatError {
  return new FormatError({ action: "read the link", source: name, detail });
}

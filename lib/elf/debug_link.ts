import { ByteCursor } from "../bytes/mod.ts";
import { FormatError } from "../errors.ts";
import type { ElfFile } from "./elf_file.ts";
import { readUleb128 } from "./pointer_encoding.ts";
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
  /** The build-id of that file, or the checksum that it has instead; lower-case hexadecimal. */
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
 * Reads `.gnu_debugaltlink`: a path, a zero byte, and a build-id; or `.debug_sup`, which says the
 * same since DWARF 5 (section 7.3.6; the other one is `dwz`'s).
 *
 * @returns Undefined if there is no such section.
 * @throws {FormatError} If it is cut or empty.
 */
export async function readAltDebugLink(elf: ElfFile): Promise<AltDebugLink | undefined> {
  const section = await readSmallSection(elf, ".gnu_debugaltlink");
  if (section === undefined) {
    const link = await readSupplementary(elf);
    return link?.isSupplementary === false ? link : undefined;
  }
  const [path, cursor] = splitName(section, elf);
  const buildId = spellHex(cursor.bytes(cursor.remaining));
  if (buildId === "") throw linkError(section, "there is no build-id behind the path");
  return { path, buildId };
}

/**
 * Reads from `.debug_sup` of a supplementary file what those have to say that refer to it.
 *
 * @returns Lower-case hexadecimal; empty if it is no supplementary file.
 * @throws {FormatError} If the section is cut or malformed.
 */
export async function readSupplementaryChecksum(elf: ElfFile): Promise<string> {
  const link = await readSupplementary(elf);
  return link?.isSupplementary === true ? link.buildId : "";
}

interface Supplementary extends AltDebugLink {
  /** Whether the file is the one that others refer to. */
  readonly isSupplementary: boolean;
}

async function readSupplementary(elf: ElfFile): Promise<Supplementary | undefined> {
  const section = await readSmallSection(elf, ".debug_sup");
  if (section === undefined) return undefined;
  const { name: source, bytes } = section;
  const cursor = new ByteCursor(bytes, { source, littleEndian: elf.header.littleEndian });
  const version = cursor.u16();
  if (version !== 5) throw linkError(section, `it has version ${version}, want 5`);
  const isSupplementary = cursor.u8() !== 0;
  const end = bytes.indexOf(0, cursor.position);
  if (end < 0) throw linkError(section, "the name has no end");
  const path = new TextDecoder().decode(cursor.bytes(end - cursor.position));
  cursor.skip(1);
  const buildId = spellHex(cursor.bytes(readUleb128(cursor)));
  if (!isSupplementary && (path === "" || buildId === "")) {
    throw linkError(section, "there is no name, or no checksum behind it");
  }
  return { path, buildId, isSupplementary };
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

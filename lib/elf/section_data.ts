import { type ByteSource, checkRange } from "../bytes/mod.ts";
import { WindowSource } from "../bytes/window_source.ts";
import { FormatError } from "../errors.ts";
import { decompressSection, decompressZdebug } from "./compressed_section.ts";
import { SHN_XINDEX, SHT_NOBITS } from "./constants.ts";
import type { ElfFile } from "./elf_file.ts";
import type { SectionHeader } from "./section_headers.ts";

/**
 * Finds a section by its name (gABI, "Section Header", `sh_name`). If there is no `.debug_x`, it is
 * `.zdebug_x`, which holds the same in another spelling.
 *
 * The table of names is read once for a file, in one piece, and at most 16 MiB of it: a section
 * whose name is behind that is not found.
 *
 * @returns The first section of that name; its type is `SHT_NOBITS` if it has no bytes here, as in
 * a file with debug information only. Undefined if there is none.
 * @throws {FormatError} If the section headers or the names do not lie inside the file.
 */
export async function findSection(elf: ElfFile, name: string): Promise<SectionHeader | undefined> {
  return (await findSections(elf, name))[0];
}

/**
 * Finds all sections of a name, as {@linkcode findSection} does the first. Files that are not linked
 * yet may have several.
 *
 * @returns In the order of the section headers.
 * @throws {FormatError} If the section headers or the names do not lie inside the file.
 */
export async function findSections(elf: ElfFile, name: string): Promise<SectionHeader[]> {
  const sections = await elf.sections();
  const names = await sectionNames(elf);
  const find = (wanted: string) => {
    const bytes = new TextEncoder().encode(wanted + "\0");
    return sections.filter(({ nameOffset }) => startsWith(names, nameOffset, bytes));
  };
  const found = find(name);
  if (found.length > 0 || !name.startsWith(".debug_")) return found;
  return find(`.z${name.slice(1)}`);
}

/**
 * Opens the bytes of a section: a window onto the file, or what they decompress to if they are
 * compressed (`SHF_COMPRESSED` with zlib or Zstandard, or `.zdebug_x`). Decompressed bytes are held
 * in memory, and not kept here: open a section once.
 *
 * @returns A source named after file and section, such as `libfoo.so(.debug_info)`; offsets are
 * those in the (decompressed) section.
 * @throws {FormatError} If it has no bytes in this file (`SHT_NOBITS`), does not lie inside the
 * file, is damaged, does not decompress to the size that it says, or says more than 1 GiB.
 * @throws {UnsupportedError} If it is compressed in another way.
 */
export async function openSection(elf: ElfFile, section: SectionHeader): Promise<ByteSource> {
  const sectionName = await nameOfSection(elf, section);
  const name = `${elf.source.name}(${sectionName})`;
  if (section.type === SHT_NOBITS) {
    const detail = "it has none in this file (SHT_NOBITS)";
    throw new FormatError({ action: "find the bytes", source: name, detail });
  }
  const window = new WindowSource(name, elf.source, section.fileOffset, section.size);
  if (section.compressed) return await decompressSection(elf, window);
  if (sectionName.startsWith(".zdebug_")) return await decompressZdebug(window);
  return window;
}

/**
 * The name of a section; at most 256 bytes of it.
 *
 * @throws {FormatError} If the section headers or the names do not lie inside the file.
 */
export async function nameOfSection(elf: ElfFile, { nameOffset }: SectionHeader): Promise<string> {
  const bytes = (await sectionNames(elf)).subarray(nameOffset, nameOffset + MAX_NAME_LENGTH);
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** Section names of linked files take a few hundred bytes; no more than this is read of them. */
const MAX_NAMES_SIZE = 1 << 24;
/** No more than this of a name is put into a message. */
const MAX_NAME_LENGTH = 256;

const namesOfFiles = new WeakMap<ElfFile, Promise<Uint8Array>>();

/** The bytes of the section that `e_shstrndx` names; none if there is no such section. */
function sectionNames(elf: ElfFile): Promise<Uint8Array> {
  const known = namesOfFiles.get(elf);
  if (known !== undefined) return known;
  const names = readSectionNames(elf);
  namesOfFiles.set(elf, names);
  return names;
}

async function readSectionNames(elf: ElfFile): Promise<Uint8Array> {
  const sections = await elf.sections();
  const { sectionNamesIndex } = elf.header;
  const index = sectionNamesIndex === SHN_XINDEX ? sections[0]?.link : sectionNamesIndex;
  const section = index === undefined || index === 0 ? undefined : sections[index];
  if (section === undefined || section.type === SHT_NOBITS) return new Uint8Array();
  checkRange(elf.source, section.fileOffset, section.size);
  return await elf.source.readAt(section.fileOffset, Math.min(section.size, MAX_NAMES_SIZE));
}

function startsWith(bytes: Uint8Array, at: number, wanted: Uint8Array): boolean {
  if (at + wanted.length > bytes.length) return false;
  for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false;
  return true;
}

import { checkRange } from "../bytes/mod.ts";
import { SHN_XINDEX, SHT_NOBITS } from "./constants.ts";
import type { ElfFile } from "./elf_file.ts";
import type { SectionHeader } from "./section_headers.ts";

/** Section names of linked files take a few hundred bytes; no more than this is read of them. */
const MAX_NAMES_SIZE = 1 << 24;

const namesOfFiles = new WeakMap<ElfFile, Promise<Uint8Array>>();

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
  const sections = await elf.sections();
  const names = await sectionNames(elf);
  const find = (wanted: string) => {
    const bytes = new TextEncoder().encode(wanted + "\0");
    return sections.find(({ nameOffset }) => startsWith(names, nameOffset, bytes));
  };
  const found = find(name);
  if (found !== undefined || !name.startsWith(".debug_")) return found;
  return find(`.z${name.slice(1)}`);
}

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

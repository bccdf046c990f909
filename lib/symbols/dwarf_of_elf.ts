import type { ByteSource } from "../bytes/mod.ts";
import { JoinedSource } from "../bytes/joined_source.ts";
import type { DwarfFile } from "../dwarf/mod.ts";
import { SHT_NOBITS } from "../elf/constants.ts";
import type { ElfFile } from "../elf/mod.ts";
import { findSection, findSections, openSection } from "../elf/section_data.ts";
import type { SectionHeader } from "../elf/section_headers.ts";
import { FormatError, hex } from "../errors.ts";

/** Each section alone may become 1 GiB; all of a file together, in bytes. */
const MAX_DECOMPRESSED = 2 ** 31;

/**
 * The DWARF sections of an ELF file, decompressed when they are opened. Sections of the same name,
 * as `.dwo` files have them for units of types, are one behind the other.
 *
 * @param maxDecompressed How many bytes compressed sections may become together; a section that
 * goes beyond cannot be opened.
 */
export function dwarfOfElf(elf: ElfFile, maxDecompressed: number = MAX_DECOMPRESSED): DwarfFile {
  let decompressed = 0;
  const open = async (section: SectionHeader): Promise<ByteSource> => {
    const source = await openSection(elf, section);
    if (source.size !== section.size) decompressed += source.size;
    if (decompressed <= maxDecompressed) return source;
    const detail = `compressed sections become more than ${hex(maxDecompressed)} bytes together`;
    throw new FormatError({ action: "open a section", source: source.name, detail });
  };
  return {
    name: elf.source.name,
    littleEndian: elf.header.littleEndian,
    section: async (name) => {
      const parts: ByteSource[] = [];
      for (const section of await findSections(elf, name)) {
        if (section.type !== SHT_NOBITS) parts.push(await open(section));
      }
      if (parts.length > 1) return new JoinedSource(parts[0]!.name, parts);
      return parts[0];
    },
  };
}

/** Whether a file has debug information itself, and not only a link to it. */
export async function hasDwarf(elf: ElfFile): Promise<boolean> {
  const section = await findSection(elf, ".debug_info");
  return section !== undefined && section.type !== SHT_NOBITS && section.size > 0;
}

import { SHT_NOBITS } from "./constants.ts";
import type { ElfFile } from "./elf_file.ts";
import { nameOfSection } from "./section_data.ts";

/** The section that a vaddr lies in. */
export interface NamedSection {
  /** Such as `.text`; empty if the file has no names of sections. */
  readonly name: string;
  /** The vaddr of its first byte. */
  readonly vaddr: number;
  /** In bytes. */
  readonly size: number;
  /** In bytes from the start of the file. */
  readonly fileOffset: number;
}

/**
 * Finds the section that is loaded at a vaddr: one with code before any other, so that `.tbss`,
 * which takes no room where it seems to lie, hides nothing.
 *
 * @returns Undefined if there is none, or the file has no section headers.
 * @throws {FormatError} If the section headers or the names do not lie inside the file.
 */
export async function findSectionAt(
  elf: ElfFile,
  vaddr: number,
): Promise<NamedSection | undefined> {
  // Sections that are not loaded have vaddr 0.
  const around = (await elf.sections()).filter((section) =>
    section.vaddr !== 0 && vaddr >= section.vaddr && vaddr < section.vaddr + section.size
  );
  const section = around.find(({ executable }) => executable) ??
    around.find(({ type }) => type !== SHT_NOBITS) ?? around[0];
  if (section === undefined) return undefined;
  const { vaddr: start, size, fileOffset } = section;
  return { name: await nameOfSection(elf, section), vaddr: start, size, fileOffset };
}

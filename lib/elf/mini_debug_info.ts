import { decompressXz } from "../bytes/decompress_xz.ts";
import { MemorySource } from "../bytes/mod.ts";
import { FormatError } from "../errors.ts";
import { compareMachines } from "./compare_machines.ts";
import { ElfFile } from "./elf_file.ts";
import { findSection, openSection } from "./section_data.ts";

/** The largest libraries have 30 MiB of symbols: 256 MiB. */
const MAX_SIZE = 1 << 28;

/**
 * Opens MiniDebugInfo: an ELF file in the section `.gnu_debugdata`, compressed by xz, that holds the
 * `.symtab` of this one without what `.dynsym` already has (GDB manual, "Debugging information in a
 * special section"). Merge its symbols with those of the file, never use them instead; its program
 * headers mean nothing.
 *
 * @returns A file in memory, named such as `libfoo.so(.gnu_debugdata)`; undefined if there is none.
 * @throws {FormatError} If the section is damaged, or cannot be decompressed to at most 256 MiB, or
 * holds no ELF file, or one for another machine.
 * @throws {UnsupportedError} If the ELF file in it has an unknown class or byte order.
 */
export async function openMiniDebugInfo(elf: ElfFile): Promise<ElfFile | undefined> {
  const header = await findSection(elf, ".gnu_debugdata");
  if (header === undefined) return undefined;
  const section = await openSection(elf, header);
  const { name, size } = section;
  const bytes = await section.readAt(0, size);
  const inner = await decompressXz({ source: name, fileOffset: 0, bytes }, MAX_SIZE);
  const mini = await ElfFile.open(new MemorySource(name, inner));
  const difference = compareMachines(mini.header, elf.header);
  if (difference === "") return mini;
  const action = "use the ELF file";
  throw new FormatError({ action, source: name, detail: difference });
}

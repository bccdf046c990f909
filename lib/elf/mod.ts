/**
 * What the structures of an ELF file say (System V gABI, chapters 4 and 5): 32- and 64-bit, either
 * byte order. Headers are read at once, tables in chunks, strings one by one as they are asked for;
 * no file is read whole, and every number from a file is checked before it is used.
 *
 * @example
 * ```ts
 * import { ElfFile, findSymbolTables } from "./mod.ts";
 * import { MemorySource } from "../bytes/mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * // A 64-bit little-endian file of nothing but its header: ET_DYN for EM_X86_64.
 * const bytes = new Uint8Array(64);
 * bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
 * bytes.set([3, 0, 62, 0], 16);
 * const elf = await ElfFile.open(new MemorySource("libfoo.so", bytes));
 * assertEquals([elf.header.is64, elf.header.machine], [true, 62]);
 * assertEquals(await findSymbolTables(elf), []);
 * ```
 *
 * @module
 */
export { readBuildId } from "./build_id.ts";
export { ElfFile } from "./elf_file.ts";
export { type FileHeader, isElf, readFileHeader } from "./file_header.ts";
export type { ProgramHeader } from "./program_headers.ts";
export type { SectionHeader } from "./section_headers.ts";
export { readStrings, type StringTable } from "../bytes/read_strings.ts";
export { findSymbolTables, SymbolReader, type SymbolTable } from "./symbol_table.ts";
export { findSectionAt, type NamedSection } from "./section_at.ts";
export { spellMachine } from "./spell_machine.ts";

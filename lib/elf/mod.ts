/**
 * What the structures of an ELF file say (System V gABI, chapters 4 and 5): 32- and 64-bit, either
 * byte order. Headers are read at once, tables in chunks, strings one by one as they are asked for;
 * no file is read whole, and every number from a file is checked before it is used.
 *
 * @example
 * ```ts ignore
 * import { ElfFile, findSymbolTables, SymbolReader } from "./mod.ts";
 *
 * const elf = await ElfFile.open(source);
 * for (const table of await findSymbolTables(elf)) {
 *   const symbols = new SymbolReader(elf, table);
 *   while (await symbols.fill()) {
 *     while (symbols.next()) count += symbols.size;
 *   }
 * }
 * ```
 *
 * @module
 */
export { readBuildId } from "./build_id.ts";
export { ElfFile } from "./elf_file.ts";
export { type FileHeader, isElf, readFileHeader } from "./file_header.ts";
export type { ProgramHeader } from "./program_headers.ts";
export type { SectionHeader } from "./section_headers.ts";
export { readStrings, type StringTable } from "./strings.ts";
export { findSymbolTables, SymbolReader, type SymbolTable } from "./symbol_table.ts";

import { type ElfFile, findSymbolTables } from "../../elf/mod.ts";
import { findRelocationTables, RelocationReader } from "../../elf/relocations.ts";
import { readSymbolNames } from "../../elf/symbol_names.ts";
import { readResolverNames } from "./resolver_names.ts";
import { readWords } from "./slot_words.ts";
import type { StubFormat } from "./stub_code.ts";

/**
 * Names slots of the global offset table by the relocations that fill them. Relocation tables are
 * streamed, and left as soon as each slot has its relocation.
 *
 * @param slots Vaddrs.
 * @returns By slot the name of the function, without a version; slots without one are left out.
 * @throws {FormatError} If a table or a name does not lie inside the file.
 */
export async function readSlotNames(
  elf: ElfFile,
  format: StubFormat,
  slots: Iterable<number>,
): Promise<Map<number, string>> {
  const { symbols, resolvers } = await matchRelocations(elf, format, new Set(slots));
  const names = new Map<number, string>();
  const tables = symbols.size + resolvers.size === 0 ? [] : await findSymbolTables(elf);
  const dynamic = tables.find(({ kind }) => kind === "dynsym");
  if (dynamic !== undefined) {
    const symbolNames = await readSymbolNames(elf, dynamic, symbols.values());
    for (const [slot, index] of symbols) {
      const name = symbolNames.get(index);
      if (name !== undefined) names.set(slot, name);
    }
  }
  if (resolvers.size > 0) {
    const resolverNames = await readResolverNames(elf, tables, resolvers.values());
    for (const [slot, vaddr] of resolvers) {
      const name = resolverNames.get(vaddr);
      if (name !== undefined) names.set(slot, name);
    }
  }
  return names;
}

/** What fills the slots: by slot the index of a symbol, or the vaddr of a resolver. */
interface Fillings {
  readonly symbols: Map<number, number>;
  readonly resolvers: Map<number, number>;
}

async function matchRelocations(
  elf: ElfFile,
  format: StubFormat,
  open: Set<number>,
): Promise<Fillings> {
  const symbols = new Map<number, number>();
  const resolvers = new Map<number, number>();
  const inPlace: number[] = [];
  for (const table of await findRelocationTables(elf)) {
    const relocations = new RelocationReader(elf, table);
    while (open.size > 0 && await relocations.fill()) {
      while (relocations.next()) {
        const { type, place, symbolIndex, addend } = relocations;
        const isResolver = type === format.resolverType;
        if (!isResolver && !format.symbolTypes.includes(type)) continue;
        if (!isResolver && symbolIndex === 0 || !open.delete(place)) continue;
        if (!isResolver) symbols.set(place, symbolIndex);
        else if (table.hasAddends) resolvers.set(place, addend);
        else inPlace.push(place);
      }
    }
  }
  for (const [slot, vaddr] of await readWords(elf, inPlace)) resolvers.set(slot, vaddr);
  return { symbols, resolvers };
}

import {
  EM_ARM,
  SHN_UNDEF,
  STB_GLOBAL,
  STB_GNU_UNIQUE,
  STB_LOCAL,
  STT_FUNC,
  STT_GNU_IFUNC,
} from "../../elf/constants.ts";
import { type ElfFile, readStrings, SymbolReader, type SymbolTable } from "../../elf/mod.ts";
import { chooseName } from "../choose_name.ts";

/** The best symbols of a resolver so far. */
interface Candidates {
  rank: number;
  /** Pairs of a table's index and an offset in its strings. */
  names: [tableIndex: number, nameOffset: number][];
}

/**
 * Names resolvers: functions that choose another one (`STT_GNU_IFUNC`). The symbol of that type at
 * the vaddr has the name that callers use; else it is that of a plain function there, as in a file
 * where the link editor made the other one the address of its stub.
 *
 * @param vaddrs Of their first instructions, in any order.
 * @returns By vaddr the name; those without one are left out.
 * @throws {FormatError} If a table or a name does not lie inside the file.
 */
export async function readResolverNames(
  elf: ElfFile,
  tables: readonly SymbolTable[],
  vaddrs: Iterable<number>,
): Promise<Map<number, string>> {
  // Armhf: the lowest bit says that it is Thumb code.
  const entryOf = (vaddr: number) => elf.header.machine === EM_ARM ? vaddr - vaddr % 2 : vaddr;
  const wanted = new Map<number, Candidates>();
  const asked = new Set(vaddrs);
  asked.delete(NaN); // an addend that is no address
  for (const vaddr of asked) wanted.set(entryOf(vaddr), { rank: Infinity, names: [] });
  for (const [tableIndex, table] of tables.entries()) {
    const symbols = new SymbolReader(elf, table);
    while (await symbols.fill()) {
      while (symbols.next()) {
        const { type, sectionIndex, nameOffset, binding } = symbols;
        if (type !== STT_GNU_IFUNC && type !== STT_FUNC || sectionIndex === SHN_UNDEF) continue;
        const candidates = wanted.get(entryOf(symbols.value));
        if (candidates === undefined || nameOffset === 0) continue;
        const rank = (type === STT_GNU_IFUNC ? 0 : 3) + rankOf(binding);
        if (rank > candidates.rank) continue;
        if (rank < candidates.rank) candidates.names = [];
        candidates.rank = rank;
        candidates.names.push([tableIndex, nameOffset]);
      }
    }
  }
  const strings = await readCandidates(elf, tables, [...wanted.values()]);
  const names = new Map<number, string>();
  for (const vaddr of asked) {
    const spelled = wanted.get(entryOf(vaddr))!.names
      .map(([tableIndex, nameOffset]) => strings[tableIndex]!.get(nameOffset) ?? "");
    const name = chooseName(spelled);
    if (name !== "") names.set(vaddr, name);
  }
  return names;
}

function rankOf(binding: number): number {
  if (binding === STB_GLOBAL || binding === STB_GNU_UNIQUE) return 0;
  return binding === STB_LOCAL ? 2 : 1;
}

async function readCandidates(
  elf: ElfFile,
  tables: readonly SymbolTable[],
  candidates: readonly Candidates[],
): Promise<Map<number, string>[]> {
  const all = candidates.flatMap(({ names }) => names);
  const strings: Map<number, string>[] = [];
  for (const [index, table] of tables.entries()) {
    const own = all.filter(([tableIndex]) => tableIndex === index);
    strings.push(await readStrings(elf.source, table, own.map(([, nameOffset]) => nameOffset)));
  }
  return strings;
}

import { FormatError } from "../errors.ts";
import {
  type ElfFile,
  findSymbolTables,
  readStrings,
  SymbolReader,
  type SymbolTable,
} from "../elf/mod.ts";
import {
  EM_AARCH64,
  EM_ARM,
  EM_RISCV,
  SHN_LORESERVE,
  SHN_UNDEF,
  SHN_XINDEX,
  STB_GLOBAL,
  STB_GNU_UNIQUE,
  STB_LOCAL,
  STB_WEAK,
  STT_FUNC,
  STT_GNU_IFUNC,
  STT_NOTYPE,
} from "../elf/constants.ts";
import { CodeRanges } from "./code_ranges.ts";
import { chooseName } from "./choose_name.ts";
import { type FunctionDescriptors, readFunctionDescriptors } from "./function_descriptors.ts";
import { SymbolMatcher } from "./symbol_matcher.ts";

/** The function that a vaddr lies in. */
export interface NamedFunction {
  /** As the symbol table spells it, without a default version (`@@GLIBC_2.17`). */
  readonly name: string;
  /** The vaddr of its first instruction. */
  readonly start: number;
}

/** What {@linkcode lookupSymbols} found. */
export interface SymbolLookup {
  /** Of each vaddr its function; undefined if no symbol covers it. */
  readonly functions: readonly (NamedFunction | undefined)[];
  /** Which tables the file has. */
  readonly tables: readonly SymbolTable["kind"][];
}

/**
 * Finds the functions that vaddrs of a file lie in, from all its symbol tables together, and those
 * of files that belong to it. Each table is streamed once, in chunks; names are read for the winners
 * only.
 *
 * @param elf The file that was mapped.
 * @param vaddrs Ascending and different.
 * @param others Files with more symbols of the same file, such as its debug file.
 * @throws {FormatError} If the section headers, a table or a name do not lie inside the file.
 */
export async function lookupSymbols(
  elf: ElfFile,
  vaddrs: Float64Array,
  others: readonly ElfFile[] = [],
): Promise<SymbolLookup> {
  const code = await CodeRanges.of(elf);
  const descriptors = await readFunctionDescriptors(elf);
  const tables: TableOfFile[] = [];
  for (const file of [elf, ...others]) {
    const ownCode = file === elf ? code : await CodeRanges.of(file);
    for (const table of await findSymbolTables(file)) {
      tables.push({ elf: file, table, base: tables.length * TABLE_STRIDE, code: ownCode });
    }
  }
  const matcher = new SymbolMatcher(vaddrs);
  try {
    for (const table of tables) await offerSymbols(table, descriptors, matcher);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const [action, detail] = ["match the symbols", "too many symbols overlap"];
    throw new FormatError({ action, source: elf.source.name, detail });
  }
  const kinds = tables.map(({ table }) => table.kind);
  // Without .symtab the functions between exported ones are unknown, and a symbol without a size
  // would spread over all of them.
  const reaches = kinds.includes("symtab")
    ? (label: number, vaddr: number) => code.sameRange(label, vaddr)
    : (label: number, vaddr: number) => label === vaddr;
  const matches = matcher.matches(reaches);
  const names = await readNames(tables, matches.flatMap((match) => match?.names ?? []));
  const chosen = new Map<object, NamedFunction | undefined>();
  const functions = matches.map((match) => {
    if (match === undefined) return undefined;
    if (!chosen.has(match)) {
      const name = chooseName(match.names.map((number) => names.get(number) ?? ""));
      chosen.set(match, name === "" ? undefined : { name, start: match.start });
    }
    return chosen.get(match);
  });
  return { functions, tables: kinds };
}

/** A name's number is its offset in the string table, and which table that is. */
const TABLE_STRIDE = 0x100000000;
/** Machines whose assemblers put symbols such as `$x` where code and data change. */
const MAPPING_SYMBOL_MACHINES: ReadonlySet<number> = new Set([EM_ARM, EM_AARCH64, EM_RISCV]);
const MAPPING_SYMBOL_REGEXP = /^\$[adtx]/;

/** A symbol table with what is needed to read it. */
interface TableOfFile {
  readonly elf: ElfFile;
  readonly table: SymbolTable;
  /** The number of a name is its offset in the string table plus this. */
  readonly base: number;
  readonly code: CodeRanges;
}

async function offerSymbols(
  { elf, table, base, code }: TableOfFile,
  descriptors: FunctionDescriptors | undefined,
  matcher: SymbolMatcher,
): Promise<void> {
  const symbols = new SymbolReader(elf, table);
  const { machine } = elf.header;
  const hasMappingSymbols = MAPPING_SYMBOL_MACHINES.has(machine);
  const isMapping = new Map<number, boolean>();
  const doubtful: number[] = [];
  while (await symbols.fill()) {
    doubtful.length = 0;
    while (symbols.next()) {
      const { type, nameOffset, size, binding } = symbols;
      if (type !== STT_FUNC && type !== STT_NOTYPE && type !== STT_GNU_IFUNC) continue;
      if (nameOffset === 0 || nameOffset >= table.stringsSize) continue;
      // The lowest bit of a function's value says that it is Thumb code.
      const start = machine === EM_ARM && type !== STT_NOTYPE
        ? symbols.value - symbols.value % 2
        : symbols.value;
      const name = base + nameOffset;
      const entry = descriptors?.entryOf(start) ?? NaN;
      if (!Number.isNaN(entry)) {
        // The size is that of the code, not of the descriptor.
        if (size > 0) matcher.addSized(entry, size, rankOf(binding), name);
        continue;
      }
      if (!isInCode(symbols.sectionIndex, start, code)) continue;
      if (size > 0) matcher.addSized(start, size, rankOf(binding), name);
      // A label at the end of its section is not the start of what comes behind it.
      else if (size !== 0 || !isLabelWithin(symbols.sectionIndex, start, code)) continue;
      else if (hasMappingSymbols && binding === STB_LOCAL) doubtful.push(start, nameOffset);
      else matcher.addLabel(start, rankOf(binding), name);
    }
    if (doubtful.length === 0) continue;
    await addUnknown(elf, table, doubtful, isMapping);
    for (let at = 0; at < doubtful.length; at += 2) {
      const [start, nameOffset] = [doubtful[at]!, doubtful[at + 1]!];
      if (isMapping.get(nameOffset)) continue;
      matcher.addLabel(start, rankOf(STB_LOCAL), base + nameOffset);
    }
  }
}

function isInCode(sectionIndex: number, start: number, code: CodeRanges): boolean {
  if (sectionIndex === SHN_UNDEF) return false;
  if (sectionIndex < SHN_LORESERVE && code.hasSections) return code.isCodeSection(sectionIndex);
  return (sectionIndex < SHN_LORESERVE || sectionIndex === SHN_XINDEX) && code.rangeOf(start) >= 0;
}

/** Whether a label lies in its section, as far as that is known. */
function isLabelWithin(sectionIndex: number, start: number, code: CodeRanges): boolean {
  return sectionIndex >= SHN_LORESERVE || !code.hasSections || code.isWithin(sectionIndex, start);
}

function rankOf(binding: number): number {
  if (binding === STB_GLOBAL || binding === STB_GNU_UNIQUE) return 0;
  return binding === STB_WEAK ? 1 : 2;
}

/** Learns which names are those of mapping symbols: few names, because linkers share them. */
async function addUnknown(
  elf: ElfFile,
  table: SymbolTable,
  doubtful: readonly number[],
  isMapping: Map<number, boolean>,
): Promise<void> {
  const offsets = doubtful.filter((value, at) => at % 2 === 1 && !isMapping.has(value));
  for (const [offset, name] of await readStrings(elf.source, table, offsets)) {
    isMapping.set(offset, MAPPING_SYMBOL_REGEXP.test(name));
  }
}

async function readNames(
  tables: readonly TableOfFile[],
  numbers: readonly number[],
): Promise<Map<number, string>> {
  const names = new Map<number, string>();
  for (const { elf, table, base } of tables) {
    const offsets = numbers.filter((number) => number >= base && number < base + TABLE_STRIDE)
      .map((number) => number - base);
    for (const [offset, name] of await readStrings(elf.source, table, offsets)) {
      names.set(base + offset, name);
    }
  }
  return names;
}

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
import { NearestLabels } from "./nearest_labels.ts";
import { type SymbolDecision, SymbolWitness } from "./symbol_decision.ts";
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
  /** Of each vaddr how that came to be; left out unless it was asked for. */
  readonly decisions?: readonly SymbolDecision[];
}

/**
 * Finds the functions that vaddrs of a file lie in, from all its symbol tables together, and those
 * of files that belong to it. Each table is streamed once, in chunks (twice, if vaddrs stay open
 * and the machine is one with mapping symbols); names are read for the winners only.
 *
 * @param elf The file that was mapped.
 * @param vaddrs Ascending and different.
 * @param others Files with more symbols of the same file, such as its debug file.
 * @param explains Whether the `decisions` are asked for.
 * @throws {FormatError} If the section headers, a table or a name do not lie inside the file.
 */
export async function lookupSymbols(
  elf: ElfFile,
  vaddrs: Float64Array,
  others: readonly ElfFile[] = [],
  explains = false,
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
  const kinds = tables.map(({ table }) => table.kind);
  if (vaddrs.length === 0) return { functions: [], tables: kinds };
  const witness = explains ? new SymbolWitness() : undefined;
  const matcher = new SymbolMatcher(vaddrs, witness);
  try {
    for (const table of tables) await offerSymbols(table, descriptors, matcher);
    for (const table of tables) await offerLocalLabels(table, matcher);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const [action, detail] = ["match the symbols", "too many symbols overlap"];
    throw new FormatError({ action, source: elf.source.name, detail });
  }
  // Without .symtab the functions between exported ones are unknown, and a symbol without a size
  // would spread over all of them.
  const reaches = kinds.includes("symtab")
    ? (label: number, vaddr: number) => code.sameRange(label, vaddr)
    : (label: number, vaddr: number) => label === vaddr;
  const matches = matcher.matches(reaches);
  const numbers = matches.flatMap((match) => match?.names ?? []);
  const names = await readNames(tables, [...numbers, ...witness?.names() ?? []]);
  const chosen = new Map<object, NamedFunction | undefined>();
  const functions = matches.map((match) => {
    if (match === undefined) return undefined;
    const before = chosen.get(match);
    if (before !== undefined) return before;
    const name = chooseName(match.names.map((number) => names.get(number) ?? ""));
    const found = name === "" ? undefined : { name, start: match.start };
    chosen.set(match, found);
    return found;
  });
  if (witness === undefined) return { functions, tables: kinds };
  const nameOf = (number: number) => ({
    name: names.get(number) ?? "",
    table: spellTable(tables[Math.floor(number / TABLE_STRIDE)]!, elf),
  });
  const decisions = Array.from(vaddrs, (_, at) => witness.decision(at, nameOf));
  return { functions, tables: kinds, decisions };
}

function spellTable({ elf, table }: TableOfFile, mapped: ElfFile): string {
  return elf === mapped ? `.${table.kind}` : `${elf.source.name} .${table.kind}`;
}

/** A name's number is its offset in the string table, and which table that is. */
const TABLE_STRIDE = 0x100000000;
/** Machines whose assemblers put symbols such as `$x` where code and data change. */
const MAPPING_SYMBOL_MACHINES: ReadonlySet<number> = new Set([EM_ARM, EM_AARCH64, EM_RISCV]);
const MAPPING_SYMBOL_REGEXP = /^\$[adtx]/;
/**
 * How many labels are kept for a vaddr: more for few vaddrs, as code and data may change often in a
 * function, and always more than there are at the start of one.
 */
const MAX_LABELS = 1 << 16;
const MIN_LABELS_A_VADDR = 8;
const MAX_LABELS_A_VADDR = 256;
/** A file whose labels have more different names than this does not share them. */
const MAX_SHARED_NAMES = 256;

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
  const hasMappingSymbols = MAPPING_SYMBOL_MACHINES.has(elf.header.machine);
  while (await symbols.fill()) {
    while (symbols.next()) {
      if (!isCandidate(symbols, table)) continue;
      const { nameOffset, size, binding, sectionIndex } = symbols;
      const start = startOf(symbols, elf);
      const name = base + nameOffset;
      const entry = descriptors?.entryOf(start) ?? NaN;
      if (!Number.isNaN(entry)) {
        // The size is that of the code, not of the descriptor.
        if (size > 0) matcher.addSized(entry, size, rankOf(binding), name);
        continue;
      }
      if (!isInCode(sectionIndex, start, code)) continue;
      if (size > 0) matcher.addSized(start, size, rankOf(binding), name);
      else if (size !== 0 || hasMappingSymbols && binding === STB_LOCAL) continue;
      else if (isLabelWithin(sectionIndex, start, code)) {
        matcher.addLabel(start, rankOf(binding), name);
      }
    }
  }
}

/**
 * Offers the local symbols without a size of a file for a machine with mapping symbols, of which
 * only the names say that they are such. There are more of them than functions. Most linkers let
 * them share a few names, which are learned once; others write a name for each, so that only those
 * are read that are nearest to a vaddr that no other symbol covers. It takes a second pass over the
 * table, if there are such vaddrs at all.
 */
async function offerLocalLabels(
  { elf, table, base, code }: TableOfFile,
  matcher: SymbolMatcher,
): Promise<void> {
  if (!MAPPING_SYMBOL_MACHINES.has(elf.header.machine)) return;
  const open = matcher.uncovered();
  if (open.length === 0) return;
  const depth = Math.min(MAX_LABELS_A_VADDR, Math.floor(MAX_LABELS / open.length));
  const nearest = new NearestLabels(open, Math.max(MIN_LABELS_A_VADDR, depth));
  const symbols = new SymbolReader(elf, table);
  const shared = new Map<number, string>();
  const found: number[] = [];
  while (await symbols.fill()) {
    found.length = 0;
    while (symbols.next()) {
      const { size, binding, sectionIndex, nameOffset } = symbols;
      if (size !== 0 || binding !== STB_LOCAL || !isCandidate(symbols, table)) continue;
      const start = startOf(symbols, elf);
      if (!isInCode(sectionIndex, start, code)) continue;
      if (isLabelWithin(sectionIndex, start, code)) found.push(start, nameOffset);
    }
    const unknown = new Set(found.filter((name, at) => at % 2 === 1 && !shared.has(name)));
    if (shared.size + unknown.size <= MAX_SHARED_NAMES) {
      const names = await readStrings(elf.source, table, unknown);
      for (const [offset, name] of names) shared.set(offset, name);
    }
    for (let at = 0; at < found.length; at += 2) {
      const [start, name] = [found[at]!, found[at + 1]!];
      if (!MAPPING_SYMBOL_REGEXP.test(shared.get(name) ?? "")) nearest.add(start, name);
    }
  }
  const labels = [...nearest.labels()];
  const names = await readStrings(elf.source, table, labels.map(({ name }) => name));
  for (const { start, name } of labels) {
    if (MAPPING_SYMBOL_REGEXP.test(names.get(name) ?? "")) continue;
    matcher.addLabel(start, rankOf(STB_LOCAL), base + name);
  }
}

/** A function or a label, with a name. */
function isCandidate({ type, nameOffset }: SymbolReader, table: SymbolTable): boolean {
  return (type === STT_FUNC || type === STT_NOTYPE || type === STT_GNU_IFUNC) &&
    nameOffset !== 0 && nameOffset < table.stringsSize;
}

/** The lowest bit of a function's value says, on Arm, that it is Thumb code. */
function startOf({ value, type }: SymbolReader, elf: ElfFile): number {
  return elf.header.machine === EM_ARM && type !== STT_NOTYPE ? value - value % 2 : value;
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

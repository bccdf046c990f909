import { openMiniDebugInfo } from "../elf/mini_debug_info.ts";
import { type ElfFile, findSymbolTables } from "../elf/mod.ts";
import { type FormatError, isSourceError, type UnsupportedError } from "../errors.ts";
import type { SourcePosition } from "../profile/mod.ts";
import type { SourceFrame } from "../dwarf/mod.ts";
import type { DebugFilePlaces } from "./debug_file_places.ts";
import { type DebugFile, type DebugFileSearch, findDebugFiles } from "./debug_file_search.ts";
import { findFunctionBounds } from "./function_bounds.ts";
import { findSourceFrames, type SourceFrameSearch } from "./find_source_frames.ts";
import { findGoFunctions } from "./go_functions.ts";
import { lookupSymbols } from "./lookup_symbols.ts";
import type { LookupTrace } from "./lookup_trace.ts";
import { findPltStubs, type PltStub } from "./plt_stubs.ts";

/** The function that a vaddr lies in, wherever its name was found. */
export interface FoundFunction {
  /** As its source spells it; empty if only the bounds of the function are known. */
  readonly name: string;
  /** The vaddr of its first instruction. */
  readonly start: number;
  /**
   * The functions that are inlined into it at this vaddr, outermost first; none if left out. Vaddrs
   * of one call may share them.
   */
  readonly inlined?: readonly InlinedFunction[];
  /** Where in its own source the vaddr is, or the call that the first of `inlined` stands for. */
  readonly position?: SourcePosition | undefined;
  /**
   * Whether functions inlined there, or lines, may be missing: what says so is damaged, or is not
   * there. The `sourceProblems` say why.
   */
  readonly isIncomplete?: boolean;
}

/** A function that has no code of its own, but is inlined into another one. */
export interface InlinedFunction {
  /** As its source spells it; empty if it is not known. */
  readonly name: string;
  /** Where in its own source the vaddr is, or the call that the next one stands for. */
  readonly position: SourcePosition | undefined;
}

/** What is wanted of the source besides names of functions. */
export interface SourceWish {
  /** Functions that are inlined. */
  readonly inlines: boolean;
  /** Files and lines. */
  readonly positions: boolean;
}

/** What {@linkcode findFunctions} found. */
export interface FunctionLookup {
  /** Of each vaddr its function; undefined if nothing is known of it. */
  readonly functions: readonly (FoundFunction | undefined)[];
  /** Where there are names: `.symtab`, `.dynsym`, `.gnu_debugdata`, `.plt`, `.gopclntab`, a debug file's path. */
  readonly namesFrom: readonly string[];
  /** Whether there is a table of all functions, and not only of exported ones. */
  readonly hasSymtab: boolean;
  /** What could not be used, and why: clauses for the user. */
  readonly problems: readonly string[];
  /** Those of them that have to do with inlined functions and lines. */
  readonly sourceProblems: readonly string[];
  /**
   * What is wrong with the section headers, or the symbol tables that they show. The file was then
   * read without them, as the loader reads it: only exported functions have names. Undefined if
   * nothing is.
   */
  readonly damage: FormatError | UnsupportedError | undefined;
}

/**
 * Finds the functions that vaddrs of a file lie in, at every place that is known to have names:
 *
 * 1. the symbol tables of the file, of the file compressed into it (`.gnu_debugdata`), and, if the
 *    file is stripped, of its debug file, all together;
 * 2. for what these do not cover, the stubs of the procedure linkage table, as `name@plt`;
 * 3. Go's own table of functions, which a program has even if it is stripped;
 * 4. for what is left, the bounds of the function, which has no name then;
 * 5. if it is wished, debug information (DWARF), for inlined functions and lines, and for the names
 *    of functions of which only the bounds are known.
 *
 * A place that is damaged costs its own names only, and is among the `problems`. If it is the
 * section headers of the file, or a symbol table that they show, the file is read without them: the
 * dynamic segment has the exported functions, and unwind tables are in a segment of their own.
 *
 * @param path The file's path on the recorded machine.
 * @param vaddrs Ascending and different.
 * @param trace Is told how it came to that, for those who want to know.
 * @throws {FormatError} If what the file is read by without section headers is damaged, too.
 */
export async function findFunctions(
  elf: ElfFile,
  path: string,
  vaddrs: Float64Array,
  places: DebugFilePlaces,
  wish: SourceWish = { inlines: false, positions: false },
  trace?: LookupTrace,
): Promise<FunctionLookup> {
  try {
    return await findIn(elf, path, vaddrs, places, wish, trace);
  } catch (error) {
    if (!isSourceError(error) || !await hasSections(elf)) throw error;
    const lookup = await findIn(elf.withoutSections(), path, vaddrs, places, wish, trace);
    return { ...lookup, problems: [error.message, ...lookup.problems], damage: error };
  }
}

/** Also if they cannot be read. */
async function hasSections(elf: ElfFile): Promise<boolean> {
  try {
    return (await elf.sections()).length > 0;
  } catch (error) {
    if (isSourceError(error)) return true;
    throw error;
  }
}

async function findIn(
  elf: ElfFile,
  path: string,
  vaddrs: Float64Array,
  places: DebugFilePlaces,
  wish: SourceWish,
  trace: LookupTrace | undefined,
): Promise<FunctionLookup> {
  trace?.begin(vaddrs);
  const problems: string[] = [];
  const own = await findSymbolTables(elf);
  const namesFrom = own.map(({ kind }) => `.${kind}`).sort().reverse();
  const others: ElfFile[] = [];
  let debugFiles: readonly DebugFile[] | undefined;
  const isStripped = !own.some(({ kind }) => kind === "symtab");
  if (isStripped) {
    const mini = await attempt(problems, () => openMiniDebugInfo(elf));
    if (mini !== undefined) {
      others.push(mini);
      namesFrom.push(".gnu_debugdata");
    }
    const search = await attempt(
      problems,
      () => findDebugFiles(elf, path, places.openDebugFile, places.debugDirs),
    );
    if (search !== undefined) {
      trace?.debugFiles(search);
      problems.push(...problemsOf(search));
      debugFiles = search.found;
      for (const found of search.found) {
        others.push(found.elf);
        namesFrom.push(found.path);
      }
    }
  }
  const explains = trace !== undefined;
  const together = others.length === 0
    ? undefined
    : await attempt(problems, () => lookupSymbols(elf, vaddrs, others, explains));
  if (together === undefined) namesFrom.splice(own.length);
  const { functions, tables, decisions = [] } = together ??
    await lookupSymbols(elf, vaddrs, [], explains);
  const results: (FoundFunction | undefined)[] = [...functions];
  trace?.decisions(decisions);
  trace?.stage("symbols", results);
  const stubs = await fillGaps(results, vaddrs, problems, (missing) => stubsAt(elf, missing));
  if (stubs > 0) namesFrom.push(".plt");
  trace?.stage("plt", results);
  const go = await attempt(problems, () => goFunctionsAt(elf, vaddrs, results, wish)) ?? [];
  if (fillFrom(results, go) > 0) namesFrom.push(".gopclntab");
  trace?.stage("gopclntab", results);
  await fillGaps(
    results,
    vaddrs,
    problems,
    async (missing) =>
      (await findFunctionBounds(elf, missing)).map((range) =>
        range && { name: "", start: range.start }
      ),
  );
  trace?.stage("bounds", results);
  const sourceProblems: string[] = [];
  if (wish.inlines || wish.positions) {
    const source = await attempt(
      sourceProblems,
      () => findSourceFrames(elf, path, vaddrs, places, wish.positions, debugFiles),
    );
    if (source !== undefined && addSourceFrames(results, source, wish)) {
      const from = source.from === path ? ".debug_info" : source.from;
      if (!namesFrom.includes(from)) namesFrom.push(from);
    }
    sourceProblems.push(...source?.problems ?? []);
    problems.push(...sourceProblems);
    trace?.stage("dwarf", results);
  }
  const hasSymtab = tables.includes("symtab");
  return { functions: results, namesFrom, hasSymtab, problems, sourceProblems, damage: undefined };
}

/** Asks Go's table for what is not known yet, and for all that may have functions inlined. */
async function goFunctionsAt(
  elf: ElfFile,
  vaddrs: Float64Array,
  known: readonly (FoundFunction | undefined)[],
  { inlines }: SourceWish,
): Promise<(FoundFunction | undefined)[]> {
  if (!inlines && !known.includes(undefined)) return [];
  const found = await findGoFunctions(elf, vaddrs);
  return (found ?? []).map((one) => {
    if (one === undefined) return undefined;
    const { name, start } = one;
    if (!inlines) return { name, start };
    return { name, start, inlined: one.inlined.map((name) => ({ name, position: undefined })) };
  });
}

/** Takes what is not known yet, and functions that are inlined; gives how many were not known. */
function fillFrom(
  results: (FoundFunction | undefined)[],
  others: readonly (FoundFunction | undefined)[],
): number {
  let count = 0;
  for (const [at, other] of others.entries()) {
    if (other === undefined) continue;
    const { inlined = [] } = other;
    const known = results[at];
    if (known === undefined) count++;
    results[at] = known === undefined ? other : { ...known, inlined };
  }
  return count;
}

/**
 * Adds what debug information says of functions that are known: those inlined into them, and lines.
 * Their own names are those of the symbol tables, which tell a clone from its original; DWARF's only
 * where there is none.
 *
 * @returns Whether it said anything.
 */
function addSourceFrames(
  results: (FoundFunction | undefined)[],
  { frames, isIncomplete, hasLostInlined }: SourceFrameSearch,
  { inlines }: SourceWish,
): boolean {
  let isUsed = false;
  const inlinedFunctions = new Map<SourceFrame, InlinedFunction>();
  /** Of one frame always the same, as many vaddrs share it. */
  const inlinedFunction = (frame: SourceFrame): InlinedFunction => {
    let inlined = inlinedFunctions.get(frame);
    if (inlined === undefined) {
      inlinedFunctions.set(frame, inlined = { name: frame.name, position: positionOf(frame) });
    }
    return inlined;
  };
  for (const [at, chain] of frames.entries()) {
    const known = results[at];
    const outer = chain?.[0];
    if (known === undefined) continue;
    const isLacking = isIncomplete[at] || inlines && hasLostInlined[at];
    const lack = isLacking ? { isIncomplete: true } : {};
    if (chain === undefined || outer === undefined) {
      results[at] = { ...known, ...lack };
      continue;
    }
    isUsed = true;
    results[at] = {
      name: known.name || outer.name,
      start: known.start,
      inlined: inlines ? chain.slice(1).map(inlinedFunction) : [],
      position: positionOf(outer),
      ...lack,
    };
  }
  return isUsed;
}

function positionOf({ file, line, column }: SourceFrame): SourcePosition | undefined {
  return file === "" ? undefined : { file, line, column };
}

/** Asks another place for what is not known yet; gives how many it knew. */
async function fillGaps(
  results: (FoundFunction | undefined)[],
  vaddrs: Float64Array,
  problems: string[],
  find: (missing: Float64Array) => Promise<readonly (FoundFunction | undefined)[]>,
): Promise<number> {
  const gaps = [...results.keys()].filter((at) => results[at] === undefined);
  if (gaps.length === 0) return 0;
  const missing = Float64Array.from(gaps, (at) => vaddrs[at]!);
  const found = await attempt(problems, () => find(missing)) ?? [];
  for (const [index, at] of gaps.entries()) results[at] = found[index];
  return found.filter((one) => one !== undefined).length;
}

async function stubsAt(
  elf: ElfFile,
  vaddrs: Float64Array,
): Promise<(FoundFunction | undefined)[]> {
  const stubs = await findPltStubs(elf);
  let next = 0;
  return Array.from(vaddrs, (vaddr) => {
    while (next < stubs.length && endOf(stubs[next]!) <= vaddr) next++;
    const stub = stubs[next];
    return stub !== undefined && stub.start <= vaddr ? stub : undefined;
  });
}

function endOf({ start, size }: PltStub): number {
  return start + size;
}

async function attempt<T>(problems: string[], work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!isSourceError(error)) throw error;
    problems.push(error.message);
    return undefined;
  }
}

/** Files that were there, but are not the right ones. */
function problemsOf({ tried, problem }: DebugFileSearch): string[] {
  const problems = tried
    .filter(({ outcome }) => !["found", "not found", "same file"].includes(outcome))
    .map(({ path, outcome, detail }) =>
      `"${path}" is not used: ${outcome}${detail === "" ? "" : `, ${detail}`}`
    );
  return problem === "" ? problems : [problem, ...problems];
}

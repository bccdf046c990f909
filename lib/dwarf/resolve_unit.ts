import { parseCallSite } from "./call_site.ts";
import { findFunctions, type FunctionSearch } from "./find_functions.ts";
import { findInlinedCalls, type InlinedCalls } from "./find_inlined_calls.ts";
import type { FunctionName } from "./function_name.ts";
import type { FunctionNames } from "./function_names.ts";
import type { LineTable } from "./line_table.ts";
import type { ProblemList } from "./problem_list.ts";
import { sourceErrorOf } from "./section.ts";
import type { SourcePath } from "./source_path.ts";
import type { Unit } from "./unit.ts";

/** A frame whose strings were not read yet. */
export interface FrameDraft {
  /** Undefined if only the line is known. */
  readonly name: FunctionName | undefined;
  /** Undefined if it is not known. */
  readonly path: SourcePath | undefined;
  /** 1-based; 0 if it is not known. */
  readonly line: number;
  /** 1-based; 0 if it is not known. */
  readonly column: number;
  /** What it is inlined into, at the call; undefined of a physical function. */
  readonly caller: FrameDraft | undefined;
}

/** What a unit says of a vaddr. */
export interface VaddrDraft {
  /** Vaddrs share it if all is the same, and its callers if the call is. */
  readonly innermost: FrameDraft;
  /** Whether a function has the vaddr; else the only frame has no name. */
  readonly hasFunction: boolean;
}

/** What is used to resolve all units. */
export interface UnitResolver {
  readonly names: FunctionNames;
  readonly problems: ProblemList;
}

/**
 * Finds the frames of vaddrs in a unit.
 *
 * @param vaddrs Ascending and different.
 * @param table The line table; undefined if there is none.
 * @returns Of each vaddr what is known; undefined if nothing is.
 */
export async function resolveUnit(
  unit: Unit,
  vaddrs: Float64Array,
  table: LineTable | undefined,
  { names, problems }: UnitResolver,
): Promise<(VaddrDraft | undefined)[]> {
  // What is damaged costs what only that says: lines, inlined functions, or functions.
  const rows = table?.rowsOf(vaddrs, problems);
  const functions = await problems.attempt(() => findFunctions(unit, vaddrs)) ?? NO_FUNCTIONS;
  const callers = coveredFunctions(functions, vaddrs);
  const calls = await problems.attempt(() => findInlinedCalls(unit, callers, vaddrs)) ?? NO_CALLS;
  const describer = new CallDescriber(unit, table, calls, { names, problems });
  const drafts = Array.from(vaddrs, (_, at): VaddrDraft | undefined => {
    const hasRow = rows?.found[at] === 1;
    const owner = functions.owners[at] ?? -1;
    if (!hasRow && owner < 0) return undefined;
    const position: Position = {
      path: hasRow ? table?.pathOf(rows.files[at]!) : undefined,
      line: hasRow ? rows.lines[at]! : 0,
      column: hasRow ? rows.columns[at]! : 0,
    };
    if (owner < 0) {
      const innermost = { name: undefined, ...position, caller: undefined };
      return { innermost, hasFunction: false };
    }
    const call = calls.owners[at] ?? -1;
    const innermost = describer.innermost(functions.entries[owner]!, call, position);
    return { innermost, hasFunction: true };
  });
  names.finish(unit);
  return drafts;
}

/** Vaddrs ascend, so that the first one that a function has is the lowest. */
function coveredFunctions({ entries, owners }: FunctionSearch, vaddrs: Float64Array) {
  const covered = new Map<number, { entry: number; first: number; last: number }>();
  for (let at = 0; at < owners.length; at++) {
    const owner = owners[at]!;
    if (owner < 0) continue;
    const last = vaddrs[at]!;
    const known = covered.get(owner);
    if (known === undefined) covered.set(owner, { entry: entries[owner]!, first: last, last });
    else known.last = last;
  }
  return [...covered.values()].sort((one, other) => one.entry - other.entry);
}

const NO_FUNCTIONS: FunctionSearch = { entries: [], owners: new Int32Array() };
const NO_CALLS: InlinedCalls = { entries: [], parents: [], owners: new Int32Array() };

type Position = Pick<FrameDraft, "path" | "line" | "column">;

/** Turns calls that are inlined into each other into frames; each call is read once. */
class CallDescriber {
  readonly #unit: Unit;
  readonly #table: LineTable | undefined;
  readonly #calls: InlinedCalls;
  readonly #resolver: UnitResolver;
  /** By call, what makes it. */
  readonly #callers = new Map<number, FrameDraft>();
  #last: FrameDraft | undefined;

  constructor(
    unit: Unit,
    table: LineTable | undefined,
    calls: InlinedCalls,
    resolver: UnitResolver,
  ) {
    this.#unit = unit;
    this.#table = table;
    this.#calls = calls;
    this.#resolver = resolver;
  }

  /**
   * @param functionEntry Where the entry of the physical function begins in the unit.
   * @param call The index of the innermost call; -1 if there is none.
   * @param position Where the code of the innermost function is written.
   */
  innermost(functionEntry: number, call: number, { path, line, column }: Position): FrameDraft {
    const caller = call < 0 ? undefined : this.#callerOf(functionEntry, call);
    const name = this.#nameOf(functionEntry, call);
    const last = this.#last;
    // Vaddrs ascend, and one line is many instructions.
    if (
      last !== undefined && last.caller === caller && last.name === name && last.path === path &&
      last.line === line && last.column === column
    ) {
      return last;
    }
    return this.#last = { name, path, line, column, caller };
  }

  #nameOf(functionEntry: number, call: number): FunctionName {
    const entry = call < 0 ? functionEntry : this.#calls.entries[call]!;
    return this.#resolver.names.nameAt(this.#unit, entry);
  }

  #callerOf(functionEntry: number, call: number): FrameDraft {
    const { entries, parents } = this.#calls;
    const unknown: number[] = [];
    let at = call;
    for (; at >= 0 && !this.#callers.has(at); at = parents[at]!) unknown.push(at);
    let caller = at < 0 ? undefined : this.#callers.get(at);
    for (const one of unknown.reverse()) {
      const name = this.#nameOf(functionEntry, parents[one]!);
      const { path, line, column } = this.#readSite(entries[one]!);
      this.#callers.set(one, caller = { name, path, line, column, caller });
    }
    return caller!;
  }

  #readSite(entry: number): Position {
    const { info, header } = this.#unit;
    try {
      const { fileIndex, line, column } = parseCallSite(this.#unit, entry);
      return { path: this.#table?.pathOf(fileIndex), line, column };
    } catch (error) {
      const action = "read an inlined call";
      this.#resolver.problems.add(sourceErrorOf(error, info, header.start + entry, action).message);
      return { path: undefined, line: 0, column: 0 };
    }
  }
}

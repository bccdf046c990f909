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
}

/** What a unit says of a vaddr. */
export interface VaddrDraft {
  /** Outermost first. */
  readonly frames: readonly FrameDraft[];
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
    if (owner < 0) return { frames: [{ name: undefined, ...position }], hasFunction: false };
    const call = calls.owners[at] ?? -1;
    const frames = describer.frames(functions.entries[owner]!, call, position);
    return { frames, hasFunction: true };
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

type Position = Omit<FrameDraft, "name">;

/** Turns calls that are inlined into each other into frames; each call is read once. */
class CallDescriber {
  readonly #unit: Unit;
  readonly #table: LineTable | undefined;
  readonly #calls: InlinedCalls;
  readonly #resolver: UnitResolver;
  readonly #sites = new Map<number, Position>();

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
   * @param innermost The index of the innermost call; -1 if there is none.
   * @param position Where the code of the innermost function is written.
   */
  frames(functionEntry: number, innermost: number, position: Position): FrameDraft[] {
    const { entries, parents } = this.#calls;
    const { names } = this.#resolver;
    const frames: FrameDraft[] = [];
    let place = position;
    for (let call = innermost; call >= 0; call = parents[call]!) {
      frames.push({ name: names.nameAt(this.#unit, entries[call]!), ...place });
      place = this.#siteOf(call);
    }
    frames.push({ name: names.nameAt(this.#unit, functionEntry), ...place });
    return frames.reverse();
  }

  #siteOf(call: number): Position {
    let site = this.#sites.get(call);
    if (site === undefined) {
      this.#sites.set(call, site = this.#readSite(this.#calls.entries[call]!));
    }
    return site;
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

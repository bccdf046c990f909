import type { DebugFileSearch } from "./debug_file_search.ts";
import type { SymbolDecision } from "./symbol_decision.ts";

/**
 * What told of a function: a symbol, the procedure linkage table, Go's table of functions, unwind
 * tables, which tell its bounds only, or debug information.
 */
export type LookupStage = "symbols" | "plt" | "gopclntab" | "bounds" | "dwarf";

/** How a vaddr got its function. */
export interface TracedVaddr {
  /** What told of it; undefined if nothing did. */
  readonly stage: LookupStage | undefined;
  /** How its symbol was chosen, or why none was; undefined if it did not come to that. */
  readonly decision: SymbolDecision | undefined;
}

/** Notes how `findFunctions` finds functions, for the few vaddrs that somebody asks about. */
export class LookupTrace {
  /** The search for debug files; undefined if there was none, because the file has `.symtab`. */
  search: DebugFileSearch | undefined;
  #vaddrs: Float64Array = new Float64Array();
  #decisions: readonly SymbolDecision[] = [];
  #stages: (LookupStage | undefined)[] = [];

  /** The lookup begins, or begins again in another way. */
  begin(vaddrs: Float64Array): void {
    this.search = undefined;
    this.#vaddrs = vaddrs;
    this.#decisions = [];
    this.#stages = Array.from(vaddrs, () => undefined);
  }

  /** Debug files were looked for. */
  debugFiles(search: DebugFileSearch): void {
    this.search = search;
  }

  /** Symbols were looked for: by number of the vaddr. */
  decisions(decisions: readonly SymbolDecision[]): void {
    this.#decisions = decisions;
  }

  /** A stage is over; what is known now that was not before, it has told. */
  stage(stage: LookupStage, results: readonly (object | undefined)[]): void {
    for (const [at, found] of results.entries()) {
      if (found !== undefined) this.#stages[at] ??= stage;
    }
  }

  /** How a vaddr got its function. */
  of(vaddr: number): TracedVaddr {
    const at = this.#vaddrs.indexOf(vaddr);
    return { stage: this.#stages[at], decision: this.#decisions[at] };
  }
}

import type { AddressLocation } from "../profile/mod.ts";
import { perfModuleOf } from "./raw_frame.ts";
import type { PerfLine } from "./perf_frame.ts";

/** A location whose file is not known before all is read. */
type Draft = { -readonly [Key in keyof AddressLocation]: AddressLocation[Key] };

/**
 * The symbols of a recording of perf, and where they begin. perf writes no file behind a function
 * that it takes for inlined, but the distance from the symbol: another line of the same symbol has
 * the file.
 */
export class PerfSymbols {
  /** By where they begin, which may be a file offset: then files may have one at the same. */
  readonly #byStart = new Map<number, Map<string, string[]>>();
  readonly #searches: { readonly line: PerfLine; readonly location: Draft }[] = [];

  /** Remembers the symbol of a line with a file. */
  add({ symbol, symbolStart, module, isInlined }: PerfLine): void {
    const file = perfModuleOf(module);
    if (isInlined || file === "" || Number.isNaN(symbolStart)) return;
    const files = this.#byStart.get(symbolStart) ?? new Map<string, string[]>();
    this.#byStart.set(symbolStart, files);
    const names = files.get(file) ?? [];
    files.set(file, names);
    if (!names.includes(symbol)) names.push(symbol);
  }

  /** Gives the location of a line without a file that file in {@linkcode complete}. */
  search(line: PerfLine, location: Draft): void {
    this.#searches.push({ line, location });
  }

  /** Ends the searches, after all lines were added. Where more than one file fits, none is taken. */
  complete(): void {
    for (const { line, location } of this.#searches) {
      const files = [...this.#byStart.get(line.symbolStart) ?? []].filter(([, names]) =>
        names.some((name) => areAlike(name, line.symbol))
      );
      if (files.length === 1) location.perfModule = files[0]![0];
    }
  }
}

/** Debug information may have the last part of a symbol only, a symbol may have prefix and suffix. */
function areAlike(one: string, other: string): boolean {
  return one !== "" && other !== "" && (one.includes(other) || other.includes(one));
}

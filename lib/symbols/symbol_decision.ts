import { chooseName, decidingNameRule, type NameRule } from "./choose_name.ts";
import type { LabelVerdict, MatchWitness, SymbolMatch } from "./symbol_matcher.ts";

/** The binding of a symbol; unique ones are global. */
export type SymbolBinding = "global" | "weak" | "local";

/** A symbol that was considered for a vaddr; several with the same bounds and binding are one. */
export interface ConsideredSymbol {
  /** The vaddr of its first byte. */
  readonly start: number;
  /** In bytes; 0 if it has none. */
  readonly size: number;
  /** Its binding. */
  readonly binding: SymbolBinding;
  /** The names, each with the tables that have it, in the order in which they are preferred. */
  readonly names: readonly NameOfSymbol[];
}

/** A name of a symbol, as the table spells it. */
export interface NameOfSymbol {
  readonly name: string;
  /** `.symtab` or `.dynsym`, behind the name of its file if that is not the mapped one. */
  readonly tables: readonly string[];
}

/** Which rule decides between two symbols that contain a vaddr, or between their names. */
export type SymbolRule = "start" | "size" | "binding" | NameRule;

/** How the name of a vaddr was chosen among the symbols of a file. */
export interface SymbolDecision {
  /** Those with a size that contain the vaddr, the best first; at most 64. */
  readonly covering: readonly ConsideredSymbol[];
  /** How many there are; more than `covering` has if there are very many. */
  readonly coveringCount: number;
  /** The nearest symbol without a size at or before the vaddr; undefined if there is none. */
  readonly label: ConsideredSymbol | undefined;
  /** What became of it. */
  readonly labelVerdict: LabelVerdict | undefined;
  /** The rule that put the best name before the second best; undefined if there is only one. */
  readonly rule: SymbolRule | undefined;
}

const MAX_COVERING = 64;
/** Collected before the worst are forgotten. */
const MAX_COLLECTED = 1 << 12;
const BINDINGS: readonly SymbolBinding[] = ["global", "weak", "local"];

interface Seen extends SymbolMatch {
  /** Of the binding; the smaller wins. */
  readonly rank: number;
  readonly names: number[];
}

/** Notes which symbols are considered for vaddrs. Made for the few that somebody asks about. */
export class SymbolWitness implements MatchWitness {
  readonly #covering = new Map<number, Map<string, Seen>>();
  readonly #counts = new Map<number, number>();
  readonly #labels = new Map<number, { readonly label: Seen; readonly verdict: LabelVerdict }>();

  /** See {@linkcode MatchWitness.covers}. */
  covers(at: number, start: number, size: number, rank: number, name: number): void {
    const seen = this.#covering.get(at) ?? new Map<string, Seen>();
    this.#covering.set(at, seen);
    const key = `${start} ${size} ${rank}`;
    const known = seen.get(key);
    if (known !== undefined) {
      if (known.names.length < MAX_COVERING && !known.names.includes(name)) known.names.push(name);
      return;
    }
    this.#counts.set(at, (this.#counts.get(at) ?? 0) + 1);
    seen.set(key, { start, size, rank, names: [name] });
    if (seen.size <= MAX_COLLECTED) return;
    const best = [...seen].sort(([, a], [, b]) => compareSymbols(a, b)).slice(0, MAX_COVERING);
    this.#covering.set(at, new Map(best));
  }

  /** See {@linkcode MatchWitness.label}. */
  label(at: number, label: SymbolMatch, rank: number, verdict: LabelVerdict): void {
    this.#labels.set(at, { label: { ...label, rank, names: [...label.names] }, verdict });
  }

  /** The numbers of all names that were seen. */
  names(): number[] {
    const covering = [...this.#covering.values()].flatMap((seen) => [...seen.values()]);
    const labels = [...this.#labels.values()].map(({ label }) => label);
    return [...covering, ...labels].flatMap(({ names }) => names);
  }

  /**
   * How the vaddr with a number was decided.
   *
   * @param nameOf The name with a number, and the table that it is in.
   */
  decision(
    at: number,
    nameOf: (number: number) => { readonly name: string; readonly table: string },
  ): SymbolDecision {
    const seen = [...this.#covering.get(at)?.values() ?? []].sort(compareSymbols);
    const covering = seen.slice(0, MAX_COVERING).map((symbol) => considered(symbol, nameOf));
    const { label, verdict } = this.#labels.get(at) ?? {};
    return {
      covering,
      coveringCount: this.#counts.get(at) ?? 0,
      label: label && considered(label, nameOf),
      labelVerdict: verdict,
      rule: ruleOf(covering, verdict === "chosen" ? label && considered(label, nameOf) : undefined),
    };
  }
}

/** The order of rule 1 of `SymbolMatcher`. */
function compareSymbols(a: Seen, b: Seen): number {
  return b.start - a.start || a.size - b.size || a.rank - b.rank;
}

function considered(
  { start, size, rank, names }: Seen,
  nameOf: (number: number) => { readonly name: string; readonly table: string },
): ConsideredSymbol {
  const tablesOf = new Map<string, string[]>();
  for (const number of names) {
    const { name, table } = nameOf(number);
    if (name === "") continue;
    const tables = tablesOf.get(name) ?? [];
    tablesOf.set(name, tables);
    if (!tables.includes(table)) tables.push(table);
  }
  return { start, size, binding: BINDINGS[rank]!, names: inOrder(tablesOf) };
}

/** The name that is chosen, then the one that would be without it, and so on. */
function inOrder(tablesOf: Map<string, string[]>): NameOfSymbol[] {
  const names: NameOfSymbol[] = [];
  const left = [...tablesOf.keys()];
  while (left.length > 0) {
    const chosen = chooseName(left);
    const at = Math.max(0, left.findIndex((name) => chooseName([name]) === chosen));
    const [name] = left.splice(at, 1);
    names.push({ name: name!, tables: tablesOf.get(name!)! });
  }
  return names;
}

function ruleOf(
  covering: readonly ConsideredSymbol[],
  label: ConsideredSymbol | undefined,
): SymbolRule | undefined {
  const [best = label, second] = covering;
  const [name, otherName] = best?.names ?? [];
  if (name !== undefined && otherName !== undefined) {
    return decidingNameRule(name.name, otherName.name);
  }
  if (best === undefined || second === undefined) return undefined;
  if (best.start !== second.start) return "start";
  return best.size !== second.size ? "size" : "binding";
}

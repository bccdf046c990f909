import { BoundIndex } from "./bound_index.ts";

/** Is told of the symbols that a {@linkcode SymbolMatcher} considers, for those who want to know. */
export interface MatchWitness {
  /**
   * A symbol with a size contains a vaddr.
   *
   * @param at The number of the vaddr among the wanted ones.
   */
  covers(at: number, start: number, size: number, rank: number, name: number): void;
  /** What became of the nearest symbol without a size before a vaddr; the last thing told of it. */
  label(at: number, label: SymbolMatch, rank: number, verdict: LabelVerdict): void;
}

/**
 * What became of a symbol without a size: it was chosen, or a symbol with a size contains the vaddr,
 * or one ends in between, or the label does not reach as far (see `lookupSymbols`).
 */
export type LabelVerdict = "chosen" | "covered" | "ended" | "out of reach";

/**
 * Finds, among symbols that come in any order, the one that names each of a sorted set of vaddrs.
 * Memory follows the vaddrs and the symbols that cover them, not the size of the table.
 *
 * The rules (numbers decide here; equals are all kept, and their names decide later):
 *
 * 1. A symbol with a size that contains the vaddr: the greatest start, then the smallest size, then
 *    GLOBAL before WEAK before LOCAL. A symbol inside another one thus wins inside, and the outer
 *    one wins again behind it.
 * 2. Else the nearest symbol without a size before it, if no sized symbol ends in between.
 */
export class SymbolMatcher {
  readonly #wanted: Float64Array;
  readonly #index: BoundIndex;
  /** Of each vaddr the best symbol with a size so far, as an index into `#starts`; -1 is none. */
  readonly #best: Int32Array;
  /**
   * Symbols without a size and ends of sized ones lie between two vaddrs; of those between vaddr
   * `i - 1` and vaddr `i` only the last matters, and it is held at `i`.
   */
  readonly #labels: Int32Array;
  readonly #ends: Float64Array;
  readonly #starts: number[] = [];
  readonly #sizes: number[] = [];
  readonly #ranks: number[] = [];
  /** The names of a symbol and of its equals, as the caller numbers them. */
  readonly #names: number[][] = [];
  readonly #witness: MatchWitness | undefined;
  #steps = 0;

  /**
   * @param wanted The vaddrs, ascending and different.
   * @param witness Undefined if nobody wants to know.
   */
  constructor(wanted: Float64Array, witness?: MatchWitness) {
    this.#wanted = wanted;
    this.#index = new BoundIndex(wanted);
    this.#witness = witness;
    this.#best = new Int32Array(wanted.length).fill(-1);
    this.#labels = new Int32Array(wanted.length).fill(-1);
    this.#ends = new Float64Array(wanted.length).fill(-Infinity);
  }

  /**
   * Offers a symbol that covers `[start, start + size)`.
   *
   * @param rank Of the binding; the smaller wins.
   * @param name Any number by which the caller finds the name again.
   * @throws {RangeError} If so many symbols overlap that the table cannot be meant seriously.
   */
  addSized(start: number, size: number, rank: number, name: number): void {
    const wanted = this.#wanted;
    const end = start + size;
    let own = -1;
    let at = this.#index.lowerBound(start);
    for (; at < wanted.length && wanted[at]! < end; at++) {
      if (++this.#steps > MAX_STEPS) throw new RangeError("Cannot match symbols: too many overlap");
      this.#witness?.covers(at, start, size, rank, name);
      const best = this.#best[at]!;
      if (best === own && own >= 0) continue;
      const order = best < 0 ? -1 : this.#compare(start, size, rank, best);
      if (order > 0) continue;
      if (order < 0) {
        if (own < 0) own = this.#add(start, size, rank, name);
        this.#best[at] = own;
      } else {
        this.#addName(best, name);
        own = best;
      }
    }
    if (at < wanted.length && end > this.#ends[at]!) this.#ends[at] = end;
  }

  /** Offers a symbol without a size. */
  addLabel(start: number, rank: number, name: number): void {
    const at = this.#index.lowerBound(start);
    if (at === this.#wanted.length) return;
    const best = this.#labels[at]!;
    const order = best < 0 ? -1 : this.#compare(start, 0, rank, best);
    if (order < 0) this.#labels[at] = this.#add(start, 0, rank, name);
    else if (order === 0) this.#addName(best, name);
  }

  /** The vaddrs that no symbol with a size covers so far, ascending. */
  uncovered(): Float64Array {
    return this.#wanted.filter((_, at) => this.#best[at]! < 0);
  }

  /**
   * Decides for every vaddr.
   *
   * @param mayReach Whether a symbol without a size at one vaddr may name another one behind it.
   * @returns Of each vaddr the winner, undefined if there is none. The same winner is the same
   * object.
   */
  matches(mayReach: (label: number, vaddr: number) => boolean): (SymbolMatch | undefined)[] {
    const matches = new Map<number, SymbolMatch>();
    const results: (SymbolMatch | undefined)[] = [];
    let label = -1;
    let lastEnd = -Infinity;
    for (let at = 0; at < this.#wanted.length; at++) {
      if (this.#labels[at]! >= 0) label = this.#labels[at]!;
      lastEnd = Math.max(lastEnd, this.#ends[at]!);
      let symbol = this.#best[at]!;
      if (label >= 0) {
        const start = this.#starts[label]!;
        const verdict = symbol >= 0 ? "covered" : !(lastEnd <= start) // also for a start that is no address
          ? "ended"
          : mayReach(start, this.#wanted[at]!)
          ? "chosen"
          : "out of reach";
        if (verdict === "chosen") symbol = label;
        this.#witness?.label(at, this.#match(label), this.#ranks[label]!, verdict);
      }
      if (symbol < 0) {
        results.push(undefined);
        continue;
      }
      const match = matches.get(symbol) ?? this.#match(symbol);
      matches.set(symbol, match);
      results.push(match);
    }
    return results;
  }

  #match(symbol: number): SymbolMatch {
    const [start, size] = [this.#starts[symbol]!, this.#sizes[symbol]!];
    return { start, size, names: this.#names[symbol]! };
  }

  /** Negative if the symbol offered is better than the one held. */
  #compare(start: number, size: number, rank: number, held: number): number {
    return this.#starts[held]! - start || size - this.#sizes[held]! || rank - this.#ranks[held]!;
  }

  #add(start: number, size: number, rank: number, name: number): number {
    this.#sizes.push(size);
    this.#ranks.push(rank);
    this.#names.push([name]);
    return this.#starts.push(start) - 1;
  }

  #addName(symbol: number, name: number): void {
    const names = this.#names[symbol]!;
    if (names.at(-1) !== name) names.push(name);
  }
}

/** The symbol that names a vaddr, with the numbers of its own and its equals' names. */
export interface SymbolMatch {
  readonly start: number;
  /** In bytes; 0 if the symbol has none. */
  readonly size: number;
  readonly names: readonly number[];
}

/** About a second of work. A table of a real file with 10,000 vaddrs takes some 100,000 steps. */
const MAX_STEPS = 200_000_000;

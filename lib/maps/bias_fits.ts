import { EXPLAINED, fitSegment } from "./fit_segment.ts";
import type { LoadSegment } from "./load_segment.ts";
import type { Mapping } from "./mapping.ts";

/** A load bias that mappings of a file may have. */
export interface BiasCandidate {
  /** `address - vaddr`. */
  readonly loadBias: number;
  /** The mappings that it explains, by start. */
  readonly mappings: readonly Mapping[];
  /** How well all of them agree with the segments; the greatest wins, the first of equals. */
  readonly score: number;
}

/** A load bias that was chosen. */
export interface TakenBias {
  readonly chosen: BiasCandidate;
  /** Others that explain some of the same mappings and as many, in the order of the mappings. */
  readonly rivals: readonly BiasCandidate[];
}

/**
 * The load biases that the mappings of a file may have. They are taken one by one, and each takes the
 * mappings that it explains away from the others.
 *
 * A file may be mapped at very many places, so that nothing here is done for all of them each time
 * that one is taken. A bias only ever gets worse, by its score and by its place in the order: what a
 * heap has as the best one is the best if nothing was taken away from it, and else goes back.
 */
export class BiasFits {
  readonly #mappings: readonly Mapping[];
  /** Of each mapping the biases that it may have, in the order of the segments, and its scores. */
  readonly #scores: readonly ReadonlyMap<number, number>[];
  /** Of each mapping the round that took it; Infinity if none did. */
  readonly #takenIn: Float64Array;
  readonly #fits = new Map<number, Fit>();
  /** What is left of the fits, the best first as a heap has it, by the keys that they had once. */
  readonly #heap: Entry[] = [];
  #rounds = 0;
  /** How many of those that are proven were taken, or have nothing left. */
  #tried = 0;

  /** @param mappings Those that count, by start. */
  constructor(mappings: readonly Mapping[], segments: readonly LoadSegment[], pageSize: number) {
    this.#mappings = mappings;
    this.#takenIn = new Float64Array(mappings.length).fill(Infinity);
    this.#scores = mappings.map((mapping) => scoresByBias(mapping, segments, pageSize));
    for (const [at, scores] of this.#scores.entries()) {
      let place = 0;
      for (const [loadBias, score] of scores) {
        const fit = this.#fits.get(loadBias) ?? newFit(loadBias);
        this.#fits.set(loadBias, fit);
        fit.members.push(at);
        fit.places.push(place++);
        fit.score += score;
      }
    }
    for (const fit of this.#fits.values()) push(this.#heap, this.#entry(fit));
  }

  /**
   * Takes the first of some biases that still explains a mapping.
   *
   * @param biases The same in each call.
   * @returns Undefined if none does.
   */
  takeFirst(biases: readonly number[]): TakenBias | undefined {
    while (this.#tried < biases.length) {
      const fit = this.#fits.get(biases[this.#tried++]!);
      if (fit !== undefined) return this.#take(fit);
    }
    return undefined;
  }

  /** Takes the bias with the greatest score, the first of equals; undefined if none is left. */
  takeBest(): TakenBias | undefined {
    for (let top = pop(this.#heap); top !== undefined; top = pop(this.#heap)) {
      const { fit } = top;
      if (fit.score === 0) continue;
      const now = this.#entry(fit);
      if (!isBefore(top, now)) return this.#take(fit);
      push(this.#heap, now);
    }
    return undefined;
  }

  /** Those that a round chose from, counted from 0; in the order of the mappings. */
  before(round: number): BiasCandidate[] {
    const found = new Map<number, BiasCandidate & { readonly mappings: Mapping[] }>();
    for (const [at, scores] of this.#scores.entries()) {
      if (this.#takenIn[at]! < round) continue;
      for (const [loadBias, score] of scores) {
        const before = found.get(loadBias);
        const mappings = before?.mappings ?? [];
        mappings.push(this.#mappings[at]!);
        found.set(loadBias, { loadBias, mappings, score: score + (before?.score ?? 0) });
      }
    }
    return [...found.values()];
  }

  #take(fit: Fit): TakenBias {
    const chosen = this.#candidate(fit);
    const others = new Set<Fit>();
    for (const at of fit.members) {
      for (const bias of this.#scores[at]!.keys()) others.add(this.#fits.get(bias)!);
    }
    others.delete(fit);
    const rivals = [...others].filter(({ score }) => chosen.score - score < EXPLAINED)
      .map((rival) => this.#entry(rival))
      .sort((a, b) => a.first - b.first || a.place - b.place)
      .map((rival) => this.#candidate(rival.fit));
    const round = this.#rounds++;
    for (const at of fit.members) {
      this.#takenIn[at] = round;
      for (const [bias, score] of this.#scores[at]!) {
        const loser = this.#fits.get(bias)!;
        loser.score -= score;
        // A mapping that is explained is worth more than nothing.
        if (loser.score === 0) this.#fits.delete(bias);
      }
    }
    return { chosen, rivals };
  }

  /** As a fit is now: those that were taken are dropped, once. */
  #candidate(fit: Fit): BiasCandidate {
    const kept = fit.members.map((_, at) => at).filter((at) => this.#isLeft(fit.members[at]!));
    fit.places = kept.map((at) => fit.places[at]!);
    fit.members = kept.map((at) => fit.members[at]!);
    fit.head = 0;
    const { loadBias, score, members } = fit;
    return { loadBias, mappings: members.map((at) => this.#mappings[at]!), score };
  }

  #entry(fit: Fit): Entry {
    while (!this.#isLeft(fit.members[fit.head]!)) fit.head++;
    const { score, members, places, head } = fit;
    return { fit, score, first: members[head]!, place: places[head]! };
  }

  #isLeft(at: number): boolean {
    return this.#takenIn[at] === Infinity;
  }
}

interface Fit {
  readonly loadBias: number;
  /** The mappings that it explains, and those that were taken and are not dropped yet. */
  members: number[];
  /** Of each of them, how many biases of the mapping come before this one. */
  places: number[];
  /** Before it all were taken. */
  head: number;
  /** Of those that are left; 0 if none is. */
  score: number;
}

/** What a fit is worth, or was. */
interface Entry {
  readonly fit: Fit;
  readonly score: number;
  /** The first mapping that it explains, and which of the biases of that it is. */
  readonly first: number;
  readonly place: number;
}

function newFit(loadBias: number): Fit {
  return { loadBias, members: [], places: [], head: 0, score: 0 };
}

/** Each bias that a mapping may have, with its agreement with the segment that says so. */
function scoresByBias(
  mapping: Mapping,
  segments: readonly LoadSegment[],
  pageSize: number,
): Map<number, number> {
  const scores = new Map<number, number>();
  for (const segment of segments) {
    const fit = fitSegment(mapping, segment, segments, pageSize);
    if (fit === undefined) continue;
    const { loadBias, score } = fit;
    scores.set(loadBias, Math.max(score, scores.get(loadBias) ?? 0));
  }
  return scores;
}

function isBefore(a: Entry, b: Entry): boolean {
  return (b.score - a.score || a.first - b.first || a.place - b.place) < 0;
}

function push(heap: Entry[], entry: Entry): void {
  let at = heap.length;
  for (; at > 0; at = (at - 1) >> 1) {
    const parent = heap[(at - 1) >> 1]!;
    if (!isBefore(entry, parent)) break;
    heap[at] = parent;
  }
  heap[at] = entry;
}

/** Undefined if it is empty. */
function pop(heap: Entry[]): Entry | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return top;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
    if (!isBefore(heap[child]!, last)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
  return top;
}

import type { RawProfile, SkippedLines, UnresolvedReason } from "../profile/mod.ts";
import type { ImageEvidence } from "./evidence/image_evidence.ts";
import type { KernelNames } from "./kernel_names.ts";
import { functionAt, type Place } from "./place.ts";
import type { Failure } from "./recorded_file.ts";

/** How many frames there were and how many of them have names. */
export interface FrameCounts {
  /** Frames of all stacks, each with the weight of its stack. */
  readonly weight: number;
  /** Those of them that were resolved. */
  readonly resolvedWeight: number;
  /** Different frames; one that is a leaf here and a caller there counts twice. */
  readonly frames: number;
  /** Those of them that were resolved. */
  readonly resolvedFrames: number;
}

/** The frames of one image, or of one kind of memory. */
export interface ImageCounts extends FrameCounts {
  /** The path of the file, or a label in brackets such as `[jit]`. */
  readonly image: string;
  /** Where its names come from: `.symtab`, `.dynsym`, `kallsyms`, `vmlinux`, the path of a debug file, ... */
  readonly namesFrom: readonly string[];
  /** Why frames of it are unresolved, heaviest first. */
  readonly reasons: readonly ReasonCounts[];
  /** Frames that may lack inlined functions or lines, though debug information has them. */
  readonly incomplete?: IncompleteCounts;
  /** Whether its return addresses follow calls; undefined if it has no code of a file to check. */
  readonly evidence: ImageEvidence | undefined;
}

/** Frames whose debug information is damaged, or is not all there. */
export interface IncompleteCounts {
  /** What they weigh together. */
  readonly weight: number;
  /** How many different frames. */
  readonly frames: number;
  /** What is the matter: clauses. */
  readonly problems: readonly string[];
}

/** The frames that are unresolved for one reason. */
export interface ReasonCounts {
  /** Which one. */
  readonly reason: UnresolvedReason;
  /** What the frames weigh together. */
  readonly weight: number;
  /** How many different frames. */
  readonly frames: number;
  /** What those of them weigh that keep the name that the recorder gave; left out if none does. */
  readonly namedWeight?: number;
  /** What exactly was the matter, of the first of them; empty if the reason says it all. */
  readonly detail: string;
}

/** What became of the native frames of a recording. Weights are those of the output. */
export interface Report extends FrameCounts {
  /** How many samples there were: different stacks, or lines if they were not merged. */
  readonly samples: number;
  /** What the samples weigh together. */
  readonly sampleWeight: number;
  /** Weights were multiplied by 10 to this power to make them whole. */
  readonly decimals: number;
  /** By image, heaviest first. */
  readonly images: readonly ImageCounts[];
  /** By reason, heaviest first. */
  readonly reasons: readonly ReasonCounts[];
  /** Lines of the recording that are no stacks. */
  readonly skipped: SkippedLines;
}

/** Where kernel frames have their names from, or why they have none. */
export type KernelSummary = Pick<KernelNames, "failure" | "namesFrom">;
type NativePlace = Exclude<Place, { kind: "name" }>;

/** Counts frames while the stacks are written. */
export class Tally {
  readonly #places: readonly (Place | undefined)[];
  readonly #isResolved: readonly boolean[];
  readonly #kernel: KernelSummary;
  readonly #weights: Float64Array;

  /**
   * Both lists by key, see `resolve`.
   *
   * @param kernel Where kernel frames have their names from, or why they have none.
   */
  constructor(
    places: readonly (Place | undefined)[],
    isResolved: readonly boolean[],
    kernel: KernelSummary,
  ) {
    this.#places = places;
    this.#isResolved = isResolved;
    this.#kernel = kernel;
    this.#weights = new Float64Array(places.length);
  }

  /** Counts the frames of one stack, the keys `[start, end)`. */
  add(keys: Uint32Array, start: number, end: number, weight: number): void {
    const weights = this.#weights;
    for (let at = start; at < end; at++) weights[keys[at]!]! += weight;
  }

  /**
   * Sums up.
   *
   * @param evidence By path.
   */
  report(profile: RawProfile, evidence: ReadonlyMap<string, ImageEvidence>): Report {
    const total = new Counter("", this.#kernel);
    const images = new Map<string, Counter>();
    for (let key = 0; key < this.#places.length; key++) {
      const place = this.#places[key];
      if (place === undefined || place.kind === "name") continue;
      const name = imageOf(place);
      const location = profile.locations[key >> 1]!;
      const isNamed = location.kind !== "name" && location.symbol !== "";
      const image = images.get(name) ?? new Counter(name, this.#kernel);
      images.set(name, image);
      total.add(place, this.#isResolved[key]!, this.#weights[key]!, isNamed);
      image.add(place, this.#isResolved[key]!, this.#weights[key]!, isNamed);
    }
    const { samples } = profile;
    let sampleWeight = 0;
    for (let sample = 0; sample < samples.size; sample++) sampleWeight += samples.weightOf(sample);
    const { weight, resolvedWeight, frames, resolvedFrames, reasons } = total.counts();
    return {
      weight,
      resolvedWeight,
      frames,
      resolvedFrames,
      samples: samples.size,
      sampleWeight,
      decimals: profile.decimals,
      images: [...images.values()].map((image) => image.counts())
        .map((counts) => ({ ...counts, evidence: evidence.get(counts.image) })).sort(byWeight),
      reasons,
      skipped: profile.skipped,
    };
  }
}

class Counter {
  readonly #image: string;
  readonly #kernel: KernelSummary;
  readonly #reasons = new Map<
    UnresolvedReason,
    { weight: number; frames: number; namedWeight?: number; detail: string }
  >();
  readonly #namesFrom = new Set<string>();
  #lastNamesFrom: readonly string[] = [];
  #weight = 0;
  #resolvedWeight = 0;
  #frames = 0;
  #resolvedFrames = 0;
  readonly #sourceProblems = new Set<string>();
  #incompleteWeight = 0;
  #incompleteFrames = 0;

  constructor(image: string, kernel: KernelSummary) {
    this.#image = image;
    this.#kernel = kernel;
  }

  add(place: NativePlace, isResolved: boolean, weight: number, isNamed: boolean): void {
    this.#weight += weight;
    this.#frames++;
    if (place.kind === "code") {
      this.#addNamesFrom(place.file.namesFrom);
      if (functionAt(place)?.isIncomplete) {
        this.#incompleteWeight += weight;
        this.#incompleteFrames++;
        for (const problem of place.file.sourceProblems) this.#sourceProblems.add(problem);
      }
    }
    if (isResolved && place.kind === "kernel") this.#addNamesFrom(this.#kernel.namesFrom);
    if (place.kind === "generated") this.#namesFrom.add("perf map");
    if (isResolved) {
      this.#resolvedWeight += weight;
      this.#resolvedFrames++;
      return;
    }
    const { reason, detail } = whyUnresolved(place, this.#kernel);
    const counts = this.#reasons.get(reason) ?? { weight: 0, frames: 0, detail };
    this.#reasons.set(reason, counts);
    counts.weight += weight;
    counts.frames++;
    if (isNamed) counts.namedWeight = (counts.namedWeight ?? 0) + weight;
  }

  /** One list after the other; that of a file comes with each of its frames. */
  #addNamesFrom(namesFrom: readonly string[]): void {
    if (namesFrom === this.#lastNamesFrom) return;
    this.#lastNamesFrom = namesFrom;
    for (const source of namesFrom) this.#namesFrom.add(source);
  }

  counts(): Omit<ImageCounts, "evidence"> {
    return {
      image: this.#image,
      weight: this.#weight,
      resolvedWeight: this.#resolvedWeight,
      frames: this.#frames,
      resolvedFrames: this.#resolvedFrames,
      namesFrom: [...this.#namesFrom],
      reasons: [...this.#reasons].map(([reason, counts]) => ({ reason, ...counts })).sort(byWeight),
      ...this.#incompleteFrames > 0 && {
        incomplete: {
          weight: this.#incompleteWeight,
          frames: this.#incompleteFrames,
          problems: [...this.#sourceProblems],
        },
      },
    };
  }
}

/** What the report counts a frame under: the path of its file, or a label in brackets. */
export function imageOf(place: NativePlace): string {
  switch (place.kind) {
    case "code":
      return place.file.request.path;
    case "kernel":
      return "[kernel]";
    case "generated":
      return "[jit]";
    case "missing":
      return place.image;
  }
}

/** Why a frame has no name. */
export function whyUnresolved(place: NativePlace, kernel: KernelSummary): Failure {
  if (place.kind === "missing") return place;
  if (place.kind !== "code") return kernel.failure;
  const { failure, namesFrom, hasSymtab, problems } = place.file;
  if (failure !== undefined) return failure;
  const reason = hasSymtab
    ? "no-covering-symbol"
    : namesFrom.includes(".dynsym")
    ? "only-exported"
    : "no-symbols";
  return { reason, detail: hasSymtab ? "" : problems.join("; ") };
}

/** Compares two counts: the heavier comes first. */
export function byWeight(a: { readonly weight: number }, b: { readonly weight: number }): number {
  return b.weight - a.weight;
}

import {
  commonWeightType,
  type FrameDetail,
  FrameTable,
  MAX_WEIGHT,
  type Profile,
  SampleTable,
  StackTable,
} from "../profile/mod.ts";
import { FormatError } from "../errors.ts";

/** How {@linkcode diffProfiles} compares. */
export interface DiffOptions {
  /**
   * Whether the weights of the first are scaled, to whole numbers, so that both profiles weigh the
   * same: for recordings of different length.
   *
   * @default {false}
   */
  readonly normalize?: boolean;
}

/**
 * Compares two profiles of names: one profile with a sample for each stack, whose base is its weight
 * in the first and whose weight is that in the second, 0 where a stack is missing. Stacks are the
 * same if the texts of their frames are, so that the two may come from other machines and builds.
 * What is known of a frame besides is what the second knows, or else the first; addresses and places
 * only if they are the same wherever the frame is.
 *
 * @throws {FormatError} If the weights of a stack add up to more than 2^53 - 1.
 */
export function diffProfiles(
  before: Profile,
  after: Profile,
  { normalize = false }: DiffOptions = {},
): Profile {
  const decimals = Math.max(before.decimals, after.decimals);
  const merged = new MergedStacks();
  const [afterWeights, beforeWeights] = [after, before].map((profile) =>
    merged.add(profile, 10 ** (decimals - profile.decimals))
  );
  const bases = normalize
    ? scaled(beforeWeights!, merged.stacks, totalOf(afterWeights!))
    : beforeWeights!;
  const samples = new SampleTable();
  for (let stack = 0; stack < merged.stacks.size; stack++) {
    samples.push(stack, afterWeights![stack] ?? 0, bases[stack] ?? 0);
  }
  const { frames, stacks, details } = merged;
  const weightType = commonWeightType([before.weightType, after.weightType]);
  const profile = { frames, stacks, samples, decimals, weightType };
  return after.details === undefined ? profile : { ...profile, details };
}

/**
 * Scales weights to another total, as whole numbers. What is rounded are the sums up to each stack, in
 * the order of the call tree: so the total is exact, and each function of the tree is by less than
 * 1, however many stacks of weight 1 it has.
 */
function scaled(weights: readonly number[], stacks: StackTable, total: number): number[] {
  const factor = total / (totalOf(weights) || 1);
  const frames = weights.map((_, stack) => stacks.framesOf(stack));
  const order = weights.map((_, stack) => stack).sort((a, b) => compare(frames[a]!, frames[b]!));
  const bases: number[] = weights.map(() => 0);
  let [sum, before] = [0, 0];
  for (const stack of order) {
    sum += weights[stack]!;
    const after = Math.round(sum * factor);
    bases[stack] = after - before;
    before = after;
  }
  return bases;
}

/** By the numbers of frames, root first: stacks that begin alike stand together. */
function compare(a: Uint32Array, b: Uint32Array): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    if (a[at] !== b[at]) return a[at]! - b[at]!;
  }
  return a.length - b.length;
}

function totalOf(weights: readonly number[]): number {
  return weights.reduce((sum, weight) => sum + weight, 0);
}

/** The stacks of several profiles, each once. */
class MergedStacks {
  readonly frames = new FrameTable();
  readonly stacks = new StackTable();
  readonly details: FrameDetail[] = [];
  readonly #stackOf = new Map<string, number>();

  /** Adds the stacks of a profile; gives the weight of each of all stacks in it, by number. */
  add(profile: Profile, factor: number): number[] {
    const frameOf = this.#addFrames(profile);
    const stackOf = Array.from({ length: profile.stacks.size }, (_, stack) => {
      const own = profile.stacks.framesOf(stack).map((frame) => frameOf[frame]!);
      return this.#stackOfFrames(own);
    });
    const weights: number[] = Array.from({ length: this.stacks.size }, () => 0);
    for (let sample = 0; sample < profile.samples.size; sample++) {
      const stack = stackOf[profile.samples.stackOf(sample)]!;
      const weight = weights[stack]! + profile.samples.weightOf(sample) * factor;
      if (weight > MAX_WEIGHT) throw tooHeavy();
      weights[stack] = weight;
    }
    return weights;
  }

  #addFrames({ frames, details }: Profile): Uint32Array {
    return Uint32Array.from({ length: frames.size }, (_, frame) => {
      const number = this.frames.internText(frames.textOf(frame));
      const detail = details?.[frame];
      if (detail !== undefined) this.details[number] = commonDetail(this.details[number], detail);
      return number;
    });
  }

  #stackOfFrames(frames: Uint32Array): number {
    const key = frames.join();
    const known = this.#stackOf.get(key);
    if (known !== undefined) return known;
    for (const frame of frames) this.stacks.push(frame);
    const stack = this.stacks.finish();
    this.#stackOf.set(key, stack);
    return stack;
  }
}

function commonDetail(known: FrameDetail | undefined, detail: FrameDetail): FrameDetail {
  if (known === undefined) return detail;
  const isSameAddress = Object.is(known.address, detail.address) &&
    Object.is(known.vaddr, detail.vaddr);
  const [one, other] = [known.position, detail.position];
  const isSamePosition = one?.file === other?.file && one?.line === other?.line &&
    one?.column === other?.column;
  if (isSameAddress && isSamePosition) return known;
  return {
    ...known,
    ...!isSameAddress && { address: NaN, vaddr: NaN },
    ...!isSamePosition && { position: undefined },
  };
}

function tooHeavy(): FormatError {
  return new FormatError({
    action: "compare the weights",
    source: "recordings",
    detail: "those of one stack add up to more than 2^53 - 1",
  });
}

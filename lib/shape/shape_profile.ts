import { type FrameTable, type Profile, SampleTable, StackTable } from "../profile/mod.ts";

/** What {@linkcode shapeProfile} does, in this order; nothing by default. */
export interface ShapeOptions {
  /** Only stacks with a frame that one of these matches are kept; all if there is none. */
  readonly include?: readonly RegExp[];
  /** Stacks with a frame that one of these matches are left out. */
  readonly exclude?: readonly RegExp[];
  /** Whether a function that calls itself, directly, becomes one frame. */
  readonly mergeRecursion?: boolean;
  /** Whether the leaf comes first, to see callers. */
  readonly reverse?: boolean;
  /** A frame in front of all others; none if it is empty. */
  readonly root?: string;
}

/** What {@linkcode shapeProfile} gives. */
export interface Shaped {
  /** The frames are those of the given one, and perhaps a new root. */
  readonly profile: Profile;
  /** What the stacks weigh together that were left out, of `include` and `exclude`. */
  readonly droppedWeight: number;
  /** The bases of the same stacks together; 0 where samples have none. */
  readonly droppedBase: number;
}

/** Chooses and changes the stacks of a profile. What is given is left as it is. */
export function shapeProfile(profile: Profile, options: ShapeOptions): Shaped {
  const { include = [], exclude = [], mergeRecursion = false, reverse = false, root = "" } =
    options;
  const isChanging = mergeRecursion || reverse || root !== "";
  if (!isChanging && include.length === 0 && exclude.length === 0) {
    return { profile, droppedWeight: 0, droppedBase: 0 };
  }
  const { samples, ...dropped } = chooseSamples(profile, include, exclude);
  if (!isChanging) return { profile: { ...profile, samples }, ...dropped };
  const { frames, details, rootFrame } = withRoot(profile, root);
  const same = mergeRecursion ? firstOfText(frames) : undefined;
  const stacks = new StackTable();
  for (let stack = 0; stack < profile.stacks.size; stack++) {
    if (rootFrame >= 0) stacks.push(rootFrame);
    const own = profile.stacks.framesOf(stack);
    for (let at = 0; at < own.length; at++) {
      const frame = own[reverse ? own.length - 1 - at : at]!;
      const before = at === 0 ? -1 : own[reverse ? own.length - at : at - 1]!;
      if (before >= 0 && same !== undefined && same[before] === same[frame]) continue;
      stacks.push(frame);
    }
    stacks.finish();
  }
  const shaped = { ...profile, frames, stacks, samples };
  return { profile: details === undefined ? shaped : { ...shaped, details }, ...dropped };
}

function chooseSamples(
  { frames, stacks, samples }: Profile,
  include: readonly RegExp[],
  exclude: readonly RegExp[],
): Omit<Shaped, "profile"> & { readonly samples: SampleTable } {
  const isIncluded = matchesOf(frames, include);
  const isExcluded = matchesOf(frames, exclude);
  const isKept = Array.from({ length: stacks.size }, (_, stack) => {
    const own = stacks.framesOf(stack);
    return (include.length === 0 || own.some((frame) => isIncluded[frame] === 1)) &&
      !own.some((frame) => isExcluded[frame] === 1);
  });
  const kept = new SampleTable();
  let droppedWeight = 0;
  let droppedBase = 0;
  for (let sample = 0; sample < samples.size; sample++) {
    const stack = samples.stackOf(sample);
    const weight = samples.weightOf(sample);
    const base = samples.baseOf(sample);
    if (isKept[stack]) {
      kept.push(stack, weight, base);
      continue;
    }
    droppedWeight += weight;
    if (!Number.isNaN(base)) droppedBase += base;
  }
  return { samples: kept, droppedWeight, droppedBase };
}

/** By frame, 1 if a pattern matches its text. */
function matchesOf(frames: FrameTable, patterns: readonly RegExp[]): Uint8Array {
  const matches = new Uint8Array(frames.size);
  if (patterns.length === 0) return matches;
  for (let frame = 0; frame < frames.size; frame++) {
    const text = frames.textOf(frame);
    if (patterns.some((pattern) => text.search(pattern) >= 0)) matches[frame] = 1;
  }
  return matches;
}

/** The same frames and one more; its number is -1 if there is none. */
function withRoot({ frames, details }: Profile, root: string) {
  if (root === "") return { frames, details, rootFrame: -1 };
  const extended = frames.copy();
  const rootFrame = extended.append(root);
  const detail = {
    kind: "name",
    symbol: "",
    file: undefined,
    address: NaN,
    vaddr: NaN,
    position: undefined,
    reason: undefined,
  } as const;
  return { frames: extended, details: details && [...details, detail], rootFrame };
}

/** By frame, the first frame with the same text. */
function firstOfText(frames: FrameTable): Uint32Array {
  const firsts = new Map<string, number>();
  return Uint32Array.from({ length: frames.size }, (_, frame) => {
    const text = frames.textOf(frame);
    const first = firsts.get(text) ?? frame;
    firsts.set(text, first);
    return first;
  });
}

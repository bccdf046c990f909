import type { FrameDetail, FrameKind, Profile } from "../profile/mod.ts";

/** What an output shows as one function: all frames of one name, one kind and one file. */
export interface OutputFunction {
  /** Its name, or what stands for it. */
  readonly name: string;
  /** What its frames are; of a name that a suffix such as `_[k]` annotates, what that says. */
  readonly kind: FrameKind;
  /** The path of the file that holds its code, or a label; empty if that is not known. */
  readonly image: string;
  /** What is known of its first frame; undefined if the profile has no details. */
  readonly detail: FrameDetail | undefined;
}

/** Stands for no function. */
export const NO_FUNCTION = 0xffffffff;

/** The functions of a profile. */
export interface OutputFunctions {
  /** By number, in order of their first frames that a sample has. */
  readonly functions: readonly OutputFunction[];
  /** Of each frame the number of its function; {@linkcode NO_FUNCTION} of those without a sample. */
  readonly ofFrame: Uint32Array;
}

/**
 * Tells the functions of a profile: with details each different address is a frame of its own, and
 * many frames are one function. Frames that no sample has, because some were left out, are none.
 */
export function functionsOf(profile: Profile): OutputFunctions {
  const { frames, details } = profile;
  const isUsed = usedFrames(profile);
  const functions: OutputFunction[] = [];
  const known = new Map<string, number>();
  const ofFrame = Uint32Array.from({ length: frames.size }, (_, frame) => {
    if (isUsed[frame] === 0) return NO_FUNCTION;
    const name = frames.textOf(frame);
    const detail = details?.[frame];
    const image = detail?.file?.path ?? "";
    const kind = kindOf(name, detail);
    const key = `${kind};${image};${name}`;
    const number = known.get(key);
    if (number !== undefined) return number;
    known.set(key, functions.length);
    return functions.push({ name, kind, image, detail }) - 1;
  });
  return { functions, ofFrame };
}

/** Of each frame 1 if a sample has it. */
function usedFrames({ frames, stacks, samples }: Profile): Uint8Array {
  const isSampled = new Uint8Array(stacks.size);
  const columns = samples.columns();
  for (let sample = 0; sample < samples.size; sample++) isSampled[columns.stacks[sample]!] = 1;
  const isUsed = new Uint8Array(frames.size);
  for (let stack = 0; stack < stacks.size; stack++) {
    if (isSampled[stack] === 0) continue;
    for (let at = stacks.startOf(stack); at < stacks.endOf(stack); at++) {
      isUsed[stacks.frames[at]!] = 1;
    }
  }
  return isUsed;
}

/** The suffixes that recorders and collapsers write behind names. */
const KIND_OF_SUFFIX: Readonly<Record<string, FrameKind>> = {
  "_[k]": "kernel",
  "_[i]": "inlined",
  "_[j]": "jit",
  "_[0]": "jit",
  "_[1]": "jit",
};

function kindOf(name: string, detail: FrameDetail | undefined): FrameKind {
  if (detail !== undefined && detail.kind !== "name") return detail.kind;
  return KIND_OF_SUFFIX[name.slice(-4)] ?? "name";
}

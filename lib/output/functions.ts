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

/** The functions of a profile. */
export interface OutputFunctions {
  /** By number, in order of their first frames. */
  readonly functions: readonly OutputFunction[];
  /** Of each frame the number of its function. */
  readonly ofFrame: Uint32Array;
}

/**
 * Tells the functions of a profile: with details each different address is a frame of its own, and
 * many frames are one function.
 */
export function functionsOf({ frames, details }: Profile): OutputFunctions {
  const functions: OutputFunction[] = [];
  const known = new Map<string, number>();
  const ofFrame = Uint32Array.from({ length: frames.size }, (_, frame) => {
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

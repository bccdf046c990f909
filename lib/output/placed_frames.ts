import type { FrameDetail, Profile } from "../profile/mod.ts";

/** Stands for no frame. */
export const NONE = -1;

/**
 * Frames together with the ones that they are inlined into: a function that is inlined in two places
 * is two. Columns by number.
 */
export interface PlacedFrames {
  /** Of each its frame in the profile. */
  readonly frameOf: Uint32Array;
  /** Of each the one that it is inlined into; {@linkcode NONE} of one that has code of its own. */
  readonly outerOf: Int32Array;
  /** Of each how often that one is inlined itself: 0 of one that has code of its own. */
  readonly depthOf: Uint32Array;
  /** In the place of each frame of the stack table, the number of its placed frame. */
  readonly ofStacks: Uint32Array;
}

/**
 * Puts inlined frames together with the frame whose code they are part of: a frame `inlined` is part
 * of the one before it in its stack if both are of one address in one file. Elsewhere, as in stacks
 * that were turned round, it stands alone.
 */
export function placedFramesOf({ stacks, details }: Profile): PlacedFrames {
  const frameOf: number[] = [];
  const outerOf: number[] = [];
  const depthOf: number[] = [];
  const ofStacks = new Uint32Array(stacks.frameCount);
  /** By frame, the placed one for each outer one. */
  const known: Map<number, number>[] = [];
  for (let stack = 0; stack < stacks.size; stack++) {
    const start = stacks.startOf(stack);
    for (let at = start; at < stacks.endOf(stack); at++) {
      const frame = stacks.frames[at]!;
      const before = at === start ? undefined : details?.[stacks.frames[at - 1]!];
      const outer = isPartOf(details?.[frame], before) ? ofStacks[at - 1]! : NONE;
      const placed = known[frame] ??= new Map();
      let number = placed.get(outer);
      if (number === undefined) {
        number = frameOf.push(frame) - 1;
        outerOf.push(outer);
        depthOf.push(outer === NONE ? 0 : depthOf[outer]! + 1);
        placed.set(outer, number);
      }
      ofStacks[at] = number;
    }
  }
  return {
    frameOf: Uint32Array.from(frameOf),
    outerOf: Int32Array.from(outerOf),
    depthOf: Uint32Array.from(depthOf),
    ofStacks,
  };
}

function isPartOf(inlined: FrameDetail | undefined, outer: FrameDetail | undefined): boolean {
  return inlined?.kind === "inlined" && outer !== undefined && inlined.file === outer.file &&
    Object.is(inlined.address, outer.address) && Object.is(inlined.vaddr, outer.vaddr);
}

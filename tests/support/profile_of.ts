import {
  type FrameDetail,
  FrameTable,
  type Profile,
  SampleTable,
  StackTable,
} from "../../lib/profile/mod.ts";

/** A stack of frames, root first, with its weight, and its base if it has one. */
export type SampleText = readonly [stack: readonly string[], weight: number, base?: number];

/** Makes a profile of samples; stacks with the same frames get one number, as readers give it. */
export function profileOf(samples: readonly SampleText[]): Profile {
  const profile = {
    frames: new FrameTable(),
    stacks: new StackTable(),
    samples: new SampleTable(),
    decimals: 0,
  };
  const stackOf = new Map<string, number>();
  for (const [frames, weight, base = NaN] of samples) {
    const key = frames.join(";");
    let stack = stackOf.get(key);
    if (stack === undefined) {
      for (const frame of frames) profile.stacks.push(profile.frames.internText(frame));
      stack = profile.stacks.finish();
      stackOf.set(key, stack);
    }
    profile.samples.push(stack, weight, base);
  }
  return profile;
}

/** A frame with what is known of it. */
export type DetailedFrame = readonly [text: string, detail: FrameDetail];

/** Makes a profile of frames with details, in which each frame is one of its own; root first. */
export function detailedProfileOf(
  samples: readonly (readonly [stack: readonly DetailedFrame[], weight: number, base?: number])[],
): Profile {
  const { frames, stacks, samples: table, decimals } = profileOf([]);
  const details: FrameDetail[] = [];
  const known = new Map<DetailedFrame, number>();
  for (const [stack, weight, base = NaN] of samples) {
    for (const frame of stack) {
      const number = known.get(frame) ?? frames.append(frame[0]);
      details[number] ??= frame[1];
      known.set(frame, number);
      stacks.push(number);
    }
    table.push(stacks.finish(), weight, base);
  }
  return { frames, stacks, samples: table, decimals, details };
}

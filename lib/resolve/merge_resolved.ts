import {
  commonWeightType,
  type FrameDetail,
  FrameTable,
  MAX_WEIGHT,
  type Profile,
  SampleTable,
  StackTable,
} from "../profile/mod.ts";
import { mergeReports } from "./merge_reports.ts";
import type { Resolved } from "./resolve.ts";

/**
 * Puts recordings together that were resolved each by itself, because each has its own processes, or
 * other frames that are return addresses.
 *
 * @param all At least one; their samples come in this order.
 * @throws {RangeError} If weights with decimals and others do not fit in one profile exactly.
 */
export function mergeResolved(all: readonly Resolved[]): Resolved {
  const [only, ...others] = all;
  if (only === undefined) throw new RangeError("Cannot merge recordings: there are none");
  if (others.length === 0) return only;
  const decimals = Math.max(...all.map(({ profile }) => profile.decimals));
  return {
    profile: mergeProfiles(all.map(({ profile }) => profile), decimals),
    report: mergeReports(all.map(({ report }) => report), decimals),
  };
}

function mergeProfiles(profiles: readonly Profile[], decimals: number): Profile {
  const frames = new FrameTable();
  const stacks = new StackTable();
  const samples = new SampleTable();
  const details: FrameDetail[] = [];
  const hasDetails = profiles.every((profile) => profile.details !== undefined);
  for (const profile of profiles) {
    const numbers = Uint32Array.from({ length: profile.frames.size }, (_, frame) => {
      const text = profile.frames.textOf(frame);
      if (!hasDetails) return frames.internText(text);
      details.push(profile.details![frame]!);
      return frames.append(text);
    });
    const firstStack = stacks.size;
    for (let stack = 0; stack < profile.stacks.size; stack++) {
      for (const frame of profile.stacks.framesOf(stack)) stacks.push(numbers[frame]!);
      stacks.finish();
    }
    const factor = 10 ** (decimals - profile.decimals);
    for (let sample = 0; sample < profile.samples.size; sample++) {
      const weight = profile.samples.weightOf(sample) * factor;
      const base = profile.samples.baseOf(sample) * factor;
      if (weight > MAX_WEIGHT || base > MAX_WEIGHT) {
        throw new RangeError("Cannot merge recordings: their decimals take weights past 2^53 - 1");
      }
      samples.push(firstStack + profile.samples.stackOf(sample), weight, base);
    }
  }
  const weightType = commonWeightType(profiles.map((profile) => profile.weightType));
  const merged = { frames, stacks, samples, decimals, weightType };
  return hasDetails ? { ...merged, details } : merged;
}

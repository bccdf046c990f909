import type { RawProfile } from "../profile/mod.ts";

/** Of each stack, by number, what its samples weigh together. */
export function weightsOfStacks({ stacks, samples }: RawProfile): Float64Array {
  const weights = new Float64Array(stacks.size);
  for (let sample = 0; sample < samples.size; sample++) {
    weights[samples.stackOf(sample)]! += samples.weightOf(sample);
  }
  return weights;
}

import { FormatError } from "../errors.ts";
import { MAX_WEIGHT, type Profile } from "../profile/mod.ts";

/** What the samples of each stack weigh together; by the number of the stack. */
export interface StackWeights {
  /** NaN of a stack that no sample has. */
  readonly weights: Float64Array;
  /** The earlier of two weights, 0 where there is none; undefined if no sample has one. */
  readonly bases: Float64Array | undefined;
}

/**
 * Adds up the samples of each stack. Weights are whole numbers, see `Profile.decimals`.
 *
 * @throws {FormatError} If all weights together are more than 2^53 - 1.
 */
export function weightsOfStacks({ stacks, samples }: Profile): StackWeights {
  const columns = samples.columns();
  const weights = new Float64Array(stacks.size).fill(NaN);
  const bases = columns.bases && new Float64Array(stacks.size);
  let total = 0;
  for (let sample = 0; sample < samples.size; sample++) {
    const stack = columns.stacks[sample]!;
    const known = weights[stack]!;
    weights[stack] = (Number.isNaN(known) ? 0 : known) + columns.weights[sample]!;
    if (bases !== undefined) bases[stack]! += columns.bases![sample]! || 0;
    total += Math.max(columns.weights[sample]!, columns.bases?.[sample] || 0);
  }
  if (total <= MAX_WEIGHT) return { weights, bases };
  throw new FormatError({
    action: "add the weights",
    source: "output",
    detail: "all stacks together weigh more than 2^53 - 1",
  });
}

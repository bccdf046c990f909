import { FormatError } from "../errors.ts";

/**
 * The weight that the user asked for, or the first of those that there are.
 *
 * @param weights What the recording may be weighed by; not empty.
 * @throws {FormatError} If it has no such weight.
 */
export function chooseWeight<Weight extends string>(
  source: string,
  wanted: string | undefined,
  weights: readonly Weight[],
): Weight {
  if (wanted === undefined) return weights[0]!;
  const weight = weights.find((name) => name === wanted);
  if (weight !== undefined) return weight;
  const detail = `there is ${weights.join(", ")}`;
  throw new FormatError({ action: `find the weight "${wanted}"`, source, detail });
}

/** What the weights of a profile count. */
export interface WeightType {
  /** As `pprof` has it, such as `samples`, `cpu`, `inuse_space`, or the name of an event. */
  readonly name: string;
  /** What one is: `count`, `bytes`, `nanoseconds`, or another unit in the plural. */
  readonly unit: string;
}

/** What weights count where nothing else is known. */
export const SAMPLES: WeightType = { name: "samples", unit: "count" };

/** What the weights of all of some profiles count; {@linkcode SAMPLES} if they do not agree. */
export function commonWeightType(types: Iterable<WeightType | undefined>): WeightType {
  let common: WeightType | undefined;
  for (const type of types) {
    const { name, unit } = type ?? SAMPLES;
    common ??= { name, unit };
    if (common.name !== name || common.unit !== unit) return SAMPLES;
  }
  return common ?? SAMPLES;
}

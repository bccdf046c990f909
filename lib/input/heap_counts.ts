import type { WeightType } from "../profile/mod.ts";

/** What heap profiles may be weighed by, with the names that pprof has for them. */
export const HEAP_WEIGHTS = [
  "inuse_space",
  "inuse_objects",
  "alloc_space",
  "alloc_objects",
] as const;

/** One of {@linkcode HEAP_WEIGHTS}. */
export type HeapWeight = typeof HEAP_WEIGHTS[number];

/** What such a weight counts: bytes or objects. */
export function heapWeightType(weight: HeapWeight): WeightType {
  return { name: weight, unit: weight.endsWith("space") ? "bytes" : "count" };
}

/** Four counts of allocations with the same stack, as they are written: `1: 2 [3: 4]`. */
const COUNTS_REGEXP = /(\d+):\s+(\d+)\s+\[\s*(\d+):\s+(\d+)\s*\]/;

/**
 * What the allocations with one stack weigh: an estimate, as a whole number, of what they would if
 * every one had been recorded. This is what `jeprof` and `pprof` do.
 *
 * @param text Has four counts: objects and bytes in use, in brackets those ever allocated.
 * @param rate Bytes between samples on average, each of which was sampled with the same probability;
 * 1 if every allocation was recorded.
 * @returns NaN if there are no counts.
 */
export function heapWeight(text: string, weight: HeapWeight, rate: number): number {
  const match = COUNTS_REGEXP.exec(text);
  if (match === null) return NaN;
  const [inUse, inUseBytes, all, allBytes] = match.slice(1).map(Number);
  const isInUse = weight.startsWith("inuse");
  const objects = isInUse ? inUse! : all!;
  const bytes = isInUse ? inUseBytes! : allBytes!;
  const sampled = weight.endsWith("space") ? bytes : objects;
  if (rate <= 1 || objects === 0 || bytes === 0) return sampled;
  // expm1 is exact where allocations are tiny beside the rate.
  return Math.round(sampled / -Math.expm1(-bytes / objects / rate));
}

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

/** How a heap profile was sampled, which its counts have to be corrected for. */
export interface HeapSampling {
  /**
   * 0: every allocation was recorded. 1: one in so many bytes, as old versions of tcmalloc did. 2: each
   * byte with the same probability, as tcmalloc and jemalloc do.
   */
  readonly algorithm: 0 | 1 | 2;
  /** Bytes between samples on average. */
  readonly rate: number;
}

/** Four counts of allocations with the same stack, as they are written: `1: 2 [3: 4]`. */
const COUNTS_REGEXP = /(\d+):\s+(\d+)\s+\[\s*(\d+):\s+(\d+)\s*\]/;

/**
 * What the allocations with one stack weigh: an estimate, as a whole number, of what they would if
 * every one had been recorded. This is what `jeprof` and `pprof` do.
 *
 * @param text Has four counts: objects and bytes in use, in brackets those ever allocated.
 * @returns NaN if there are no counts.
 */
export function heapWeight(text: string, weight: HeapWeight, sampling: HeapSampling): number {
  const match = COUNTS_REGEXP.exec(text);
  if (match === null) return NaN;
  const [inUse, inUseBytes, all, allBytes] = match.slice(1).map(Number);
  const isInUse = weight.startsWith("inuse");
  const objects = isInUse ? inUse! : all!;
  const bytes = isInUse ? inUseBytes! : allBytes!;
  const sampled = weight.endsWith("space") ? bytes : objects;
  if (sampling.algorithm === 0 || objects === 0 || bytes === 0) return sampled;
  return Math.round(sampled * scaleOf(bytes / objects / sampling.rate, sampling.algorithm));
}

/** @param size The average size of the allocations, in sampling rates. */
function scaleOf(size: number, algorithm: 1 | 2): number {
  if (!(size > 0) || size === Infinity) return 1;
  // expm1 is exact where sizes are tiny.
  return algorithm === 2 ? -1 / Math.expm1(-size) : Math.max(1, 1 / size);
}

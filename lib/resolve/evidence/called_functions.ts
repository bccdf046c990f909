import type { FoundFunction } from "../../symbols/mod.ts";
import type { Place } from "../place.ts";
import type { CallSites, ImageSites } from "./call_sites.ts";
import type { VaddrRange } from "./code_window.ts";
import { findTargets } from "./read_calls.ts";

/**
 * Finds where functions begin of which nothing else is known, neither a symbol nor an entry of an
 * unwind table: at the target of the call that their callers made. The function of a frame reaches
 * at least from there to its return address, if
 *
 * - all direct calls that lead to the frame have the same target;
 * - no function is known to begin in between: by a symbol, by any call of the profile, or by a call
 *   in that piece of code itself. Were the frame's function another one, reached by way of a frame
 *   that unwinding has missed, then the call of it is there.
 *
 * Leaves decide nothing: the caller of one without a frame pointer is missed as a rule.
 *
 * @param places By key, see `resolve`.
 * @param functions By key; what is found is added.
 * @param called By key: what {@linkcode followCalls} found out.
 */
export async function findCalledFunctions(
  { images, imageOf }: CallSites,
  places: readonly (Place | undefined)[],
  functions: (FoundFunction | undefined)[],
  called: Float64Array,
): Promise<void> {
  // As a rule there are none.
  if (!called.some((start) => start === start)) return;
  const framesOf = images.map((): CalledFrames => ({ ends: new Map(), unknown: [], starts: [] }));
  for (let key = 0; key < places.length; key++) {
    const place = places[key];
    const image = imageOf[key]!;
    if (image < 0 || place?.kind !== "code") continue;
    const { ends, unknown, starts } = framesOf[image]!;
    const found = functions[key];
    if (found !== undefined) {
      starts.push(found.start);
      continue;
    }
    unknown.push({ key, lookupVaddr: place.lookupVaddr });
    const start = called[key]!;
    if (start < place.vaddr) ends.set(start, Math.max(place.vaddr, ends.get(start) ?? 0));
  }
  for (const [at, image] of images.entries()) {
    const { ends, unknown, starts } = framesOf[at]!;
    if (ends.size === 0) continue;
    for (const { start, end } of await confirm(image, ends, starts)) {
      for (const { key, lookupVaddr } of unknown) {
        if (lookupVaddr >= start && lookupVaddr < end) functions[key] = { name: "", start };
      }
    }
  }
}

interface CalledFrames {
  /** Of each vaddr that is called the last return address in the function there. */
  readonly ends: Map<number, number>;
  /** The frames of which nothing is known. */
  readonly unknown: { readonly key: number; readonly lookupVaddr: number }[];
  /** Where functions begin that are known. */
  readonly starts: number[];
}

/** A function that is longer than this, in bytes, is taken for several. */
const MAX_SIZE = 1 << 16;

/** Which functions hold, from their starts to the ends that are known. */
async function confirm(
  { file, sites }: ImageSites,
  ends: ReadonlyMap<number, number>,
  known: readonly number[],
): Promise<VaddrRange[]> {
  const starts = Float64Array.from([...known, ...sites.map(({ target }) => target)])
    .filter((start) => !Number.isNaN(start)).sort();
  const ranges: VaddrRange[] = [];
  for (const [start, end] of ends) {
    if (end - start > MAX_SIZE || beginsWithin(starts, start, end)) continue;
    const targets = await findTargets(file.elf!, { start, end });
    if (targets !== undefined && !beginsWithin(targets, start, end)) ranges.push({ start, end });
  }
  return ranges;
}

/** Whether a function begins behind the start of a range, and before its end. */
function beginsWithin(starts: Float64Array, start: number, end: number): boolean {
  return starts.some((other) => other > start && other < end);
}

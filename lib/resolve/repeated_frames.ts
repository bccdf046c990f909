import { type RawProfile, StackTable } from "../profile/mod.ts";

/**
 * perf does not say `(inlined)` of a part of a function that is inlined into another part of it: the
 * name is the same, and the frame is there once for each. Of callers only debug information tells
 * that from a function that called itself.
 *
 * @returns The keys that stand behind themselves in some stack, in a recording with functions that
 * perf found inlined.
 */
export function findRepeated({ stacks, locations }: RawProfile, keys: Uint32Array): Set<number> {
  const repeated = new Set<number>();
  if (!hasInlinedAddresses(locations)) return repeated;
  for (let stack = 0; stack < stacks.size; stack++) {
    const last = stacks.endOf(stack) - 1;
    for (let at = stacks.startOf(stack); at < last; at++) {
      if (keys[at] === keys[at + 1]) repeated.add(keys[at]!);
    }
  }
  return repeated;
}

function hasInlinedAddresses(locations: RawProfile["locations"]): boolean {
  return locations.some((location) =>
    location.kind === "address" && location.inlined !== undefined
  );
}

/**
 * Makes one frame of those that are there several times although the function was called once.
 *
 * @param keys The frames of all stacks in their places.
 * @param copies By key: how often it stands there for each call.
 * @returns The same stacks with their keys; those given, if nothing is repeated.
 */
export function mergeCopies(
  profile: RawProfile,
  keys: Uint32Array,
  copies: readonly number[],
): { readonly stacks: StackTable; readonly keys: Uint32Array } {
  const { stacks } = profile;
  const repeated = findRepeated(profile, keys);
  if (![...repeated].some((key) => copies[key]! > 1)) return { stacks, keys };
  const merged = new StackTable();
  for (let stack = 0; stack < stacks.size; stack++) {
    const end = stacks.endOf(stack);
    let at = stacks.startOf(stack);
    while (at < end) {
      const key = keys[at]!;
      const copiesEnd = Math.min(end, at + copies[key]!);
      merged.push(key);
      do at++; while (at < copiesEnd && keys[at] === key);
    }
    merged.finish();
  }
  return { stacks: merged, keys: merged.frames.subarray(0, merged.frameCount) };
}

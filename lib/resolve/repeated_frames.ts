import { type RawProfile, StackTable } from "../profile/mod.ts";

/**
 * perf does not say `(inlined)` of a part of a function that is inlined into another part of it: the
 * name is the same, and the frame is there once for each. Only debug information tells that from a
 * function that called itself; a leaf may be at a return address, too, where the call is just over.
 *
 * @returns The keys that stand behind themselves in some stack, in either role, in a recording with
 * functions that perf found inlined.
 */
export function findRepeated({ stacks, locations }: RawProfile, keys: Uint32Array): Set<number> {
  const repeated = new Set<number>();
  if (!hasInlinedAddresses(locations)) return repeated;
  for (let stack = 0; stack < stacks.size; stack++) {
    const last = stacks.endOf(stack) - 1;
    for (let at = stacks.startOf(stack); at < last; at++) {
      if (!isSameFrame(keys[at]!, keys[at + 1]!)) continue;
      repeated.add(keys[at]!);
      repeated.add(keys[at + 1]!);
    }
  }
  return repeated;
}

function isSameFrame(key: number, other: number): boolean {
  return key >> 1 === other >> 1;
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
      let runEnd = at + 1;
      while (runEnd < end && isSameFrame(keys[at]!, keys[runEnd]!)) runEnd++;
      at = mergeRun(keys, at, runEnd, copies, merged);
    }
    merged.finish();
  }
  return { stacks: merged, keys: merged.frames.subarray(0, merged.frameCount) };
}

/** Pushes one frame in succession, of which the last one may be exact; gives the end. */
function mergeRun(
  keys: Uint32Array,
  start: number,
  end: number,
  copies: readonly number[],
  merged: StackTable,
): number {
  const last = keys[end - 1]!;
  const copiesOf = (key: number) => Math.max(1, copies[key]!);
  const lastStart = keys[start] === last ? end : Math.max(start, end - copiesOf(last));
  for (let at = start; at < lastStart; at += copiesOf(keys[start]!)) merged.push(keys[start]!);
  if (lastStart < end) merged.push(last);
  return end;
}

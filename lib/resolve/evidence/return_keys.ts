import type { RawProfile } from "../../profile/mod.ts";
import { FrameRoles, RETURN, type ReturnAddresses } from "../frame_roles.ts";

/**
 * Tells which keys (see `resolve`) are those of frames that called another, whichever of them are
 * looked up as return addresses.
 *
 * @param keys The frames of all stacks in their places.
 * @returns By key: 1 if the frame is a caller in some stack.
 */
export function findCallers(
  profile: RawProfile,
  keys: Uint32Array,
  mode: ReturnAddresses,
): Uint8Array {
  const isCaller = new Uint8Array(2 * profile.frames.size);
  if (mode === "callers") {
    for (let at = 0; at < keys.length; at++) isCaller[keys[at]!]! |= keys[at]! & RETURN;
  } else {
    const roles = new FrameRoles(profile, "callers").keysOf(profile.stacks);
    for (let at = 0; at < keys.length; at++) isCaller[keys[at]!]! |= roles[at]! & RETURN;
  }
  for (let frame = 0; frame < profile.locations.length; frame++) {
    const location = profile.locations[frame]!;
    // `[libfoo.so+0x1234]` is our own for a function that starts there, and no return address.
    if (location.kind !== "vaddr" || !profile.frames.textOf(frame).startsWith("[")) continue;
    isCaller[2 * frame] = isCaller[2 * frame + 1] = 0;
  }
  return isCaller;
}

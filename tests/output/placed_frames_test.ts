import { assertEquals } from "@std/assert";
import { NONE, placedFramesOf } from "../../lib/output/placed_frames.ts";
import type { Profile } from "../../lib/profile/mod.ts";
import { codeAt, NAME } from "../support/frame_detail.ts";
import { detailedProfileOf, profileOf } from "../support/profile_of.ts";

function textsOf(profile: Profile): string[][] {
  const { frameOf, outerOf, depthOf, ofStacks } = placedFramesOf(profile);
  const textOf = (placed: number): string => {
    const text = profile.frames.textOf(frameOf[placed]!);
    const outer = outerOf[placed]!;
    return outer === NONE
      ? `${text} ${depthOf[placed]}`
      : `${text} ${depthOf[placed]} in ${textOf(outer)}`;
  };
  return Array.from({ length: profile.stacks.size }, (_, stack) => {
    const { stacks } = profile;
    return Array.from(ofStacks.subarray(stacks.startOf(stack), stacks.endOf(stack)), textOf);
  });
}

const WORK = ["work", codeAt(0x1234)] as const;
const ADD = ["add", codeAt(0x1234, { kind: "inlined" })] as const;
const CARRY = ["carry", codeAt(0x1234, { kind: "inlined" })] as const;
const OTHER = ["other", codeAt(0x1300)] as const;

Deno.test("placedFramesOf() puts inlined frames into the one of their address before them", () => {
  const profile = detailedProfileOf([
    [[["main", NAME], WORK, ADD, CARRY], 1],
    [[WORK, ADD, OTHER], 1],
  ]);
  assertEquals(textsOf(profile), [
    ["main 0", "work 0", "add 1 in work 0", "carry 2 in add 1 in work 0"],
    ["work 0", "add 1 in work 0", "other 0"],
  ]);
  assertEquals(placedFramesOf(profile).frameOf.length, 5);
});

Deno.test("placedFramesOf() leaves inlined frames alone that are behind other code", () => {
  const profile = detailedProfileOf([[[ADD, WORK, OTHER, CARRY], 1]]);
  assertEquals(textsOf(profile), [["add 0", "work 0", "other 0", "carry 0"]]);
});

Deno.test("placedFramesOf() takes frames of unknown addresses for one if their vaddrs are", () => {
  const outer = codeAt(0x1234, { address: NaN });
  const profile = detailedProfileOf([
    [[["a", outer], ["b", { ...outer, kind: "inlined" }], [
      "c",
      { ...outer, vaddr: 0x1235, kind: "inlined" },
    ]], 1],
  ]);
  assertEquals(textsOf(profile), [["a 0", "b 1 in a 0", "c 0"]]);
});

Deno.test("placedFramesOf() takes each frame for itself if nothing is known of them", () => {
  assertEquals(textsOf(profileOf([[["main", "f_[i]"], 1]])), [["main 0", "f_[i] 0"]]);
});

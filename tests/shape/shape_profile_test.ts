import { assertEquals, assertStrictEquals } from "@std/assert";
import type { FrameDetail, Profile } from "../../lib/profile/mod.ts";
import { type ShapeOptions, shapeProfile } from "../../lib/shape/mod.ts";
import { profileOf } from "../support/profile_of.ts";

const PROFILE = profileOf([
  [["main", "work", "work", "work", "add"], 1],
  [["main", "work", "add", "work"], 2],
  [["main", "idle"], 4],
  [["other"], 8, 3],
]);

function linesOf({ frames, stacks, samples }: Profile): string[] {
  return Array.from({ length: samples.size }, (_, sample) => {
    const stack = stacks.framesOf(samples.stackOf(sample));
    const base = samples.baseOf(sample);
    return `${Array.from(stack, (frame) => frames.textOf(frame)).join(";")} ` +
      `${Number.isNaN(base) ? "" : `${base} `}${samples.weightOf(sample)}`;
  });
}

function shaped(options: ShapeOptions): string[] {
  return linesOf(shapeProfile(PROFILE, options).profile);
}

Deno.test("shapeProfile() gives the same profile if nothing is asked for", () => {
  assertStrictEquals(shapeProfile(PROFILE, {}).profile, PROFILE);
});

Deno.test("shapeProfile() turns stacks round", () => {
  assertEquals(shaped({ reverse: true }), [
    "add;work;work;work;main 1",
    "work;add;work;main 2",
    "idle;main 4",
    "other 3 8",
  ]);
});

Deno.test("shapeProfile() makes one frame of a function that calls itself", () => {
  const merged = ["main;work;add 1", "main;work;add;work 2", "main;idle 4", "other 3 8"];
  assertEquals(shaped({ mergeRecursion: true }), merged);
  assertEquals(shaped({ mergeRecursion: true, reverse: true })[0], "add;work;main 1");
});

Deno.test("shapeProfile() puts a root in front, reversed or not", () => {
  assertEquals(shaped({ root: "all" })[2], "all;main;idle 4");
  assertEquals(shaped({ root: "all", reverse: true })[2], "all;idle;main 4");
});

Deno.test("shapeProfile() keeps a root apart from a frame that is called the same", () => {
  assertEquals(shaped({ root: "main", mergeRecursion: true })[2], "main;main;idle 4");
});

Deno.test("shapeProfile() keeps stacks that a pattern matches, and says what the others weigh", () => {
  const { profile, droppedWeight } = shapeProfile(PROFILE, { include: [/^add$/u, /oth/u] });
  assertEquals(linesOf(profile).map((line) => line.at(-1)), ["1", "2", "8"]);
  assertEquals(droppedWeight, 4);
});

Deno.test("shapeProfile() leaves stacks out that a pattern matches", () => {
  const { profile, droppedWeight } = shapeProfile(PROFILE, {
    exclude: [/add/u],
    include: [/main/u],
  });
  assertEquals(linesOf(profile), ["main;idle 4"]);
  assertEquals(droppedWeight, 11);
});

Deno.test("shapeProfile() says what the bases weigh that are left out", () => {
  const { droppedWeight, droppedBase } = shapeProfile(PROFILE, { exclude: [/^other$|idle/u] });
  assertEquals({ droppedWeight, droppedBase }, { droppedWeight: 12, droppedBase: 3 });
});

Deno.test("shapeProfile() takes a pattern with a flag that remembers for one without", () => {
  assertEquals(shaped({ include: [/add/g] }).length, 2);
});

Deno.test("shapeProfile() leaves what it is given as it is", () => {
  const before = linesOf(PROFILE);
  shapeProfile(PROFILE, { reverse: true, root: "all", mergeRecursion: true, exclude: [/add/u] });
  assertEquals(linesOf(PROFILE), before);
  assertEquals(PROFILE.frames.size, 5);
});

Deno.test("shapeProfile() describes the root if the other frames are described", () => {
  const detail: FrameDetail = {
    kind: "native",
    symbol: "",
    file: undefined,
    address: 1,
    vaddr: 1,
    position: undefined,
    reason: undefined,
  };
  const details = Array.from({ length: PROFILE.frames.size }, () => detail);
  const { profile } = shapeProfile({ ...PROFILE, details }, { root: "all" });
  assertEquals(profile.details?.length, PROFILE.frames.size + 1);
  assertEquals(profile.details?.at(-1)?.kind, "name");
});

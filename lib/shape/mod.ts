/**
 * From profiles of names to another one: two are compared, stacks are chosen, turned round or
 * shortened before they are written. Nothing here knows where names come from or what they are
 * written as.
 *
 * @example
 * ```ts
 * import { shapeProfile } from "./mod.ts";
 * import { FrameTable, SampleTable, StackTable } from "../profile/mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const frames = new FrameTable();
 * const stacks = new StackTable();
 * const samples = new SampleTable();
 * for (const name of ["main", "walk", "walk"]) stacks.push(frames.internText(name));
 * samples.push(stacks.finish(), 42);
 * const { profile } = shapeProfile({ frames, stacks, samples, decimals: 0 }, {
 *   mergeRecursion: true,
 *   reverse: true,
 * });
 * const names = Array.from(profile.stacks.framesOf(0), (frame) => frames.textOf(frame));
 * assertEquals(names, ["walk", "main"]);
 * ```
 *
 * @module
 */
export { type DiffOptions, diffProfiles } from "./diff_profiles.ts";
export { type Shaped, type ShapeOptions, shapeProfile } from "./shape_profile.ts";

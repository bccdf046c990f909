/**
 * The model that all stages share. A recording becomes a `RawProfile`: numbered frames with what
 * each says about its place, stacks as runs of frame numbers, samples as stacks with weights. What
 * comes out of resolving is a `Profile` of names with the same weight.
 *
 * Invariants: frame numbers are dense; a stack is root first and never empty; weights are whole
 * numbers up to 2^53 - 1.
 *
 * @example
 * ```ts
 * import { FrameTable, type Profile, SampleTable, StackTable } from "./mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const profile: Profile = {
 *   frames: new FrameTable(),
 *   stacks: new StackTable(),
 *   samples: new SampleTable(),
 *   decimals: 0,
 * };
 * profile.stacks.push(profile.frames.internText("main"));
 * profile.samples.push(profile.stacks.finish(), 42);
 * assertEquals(profile.samples.weightOf(0), 42);
 * ```
 *
 * @module
 */
export { baseName } from "./base_name.ts";
export type { CodeFile, FrameDetail, FrameKind, SourcePosition } from "./frame_detail.ts";
export type {
  AddressLocation,
  FileOffsetLocation,
  FrameLocation,
  NameLocation,
  RawLocation,
  VaddrLocation,
} from "./frame_location.ts";
export { FrameTable } from "./frame_table.ts";
export type { InvalidLine, Profile, RawProfile, SkippedLines } from "./profile.ts";
export { MAX_WEIGHT, type SampleColumns, SampleTable } from "./sample_table.ts";
export { StackTable } from "./stack_table.ts";
export { commonWeightType, SAMPLES, type WeightType } from "./weight_type.ts";
export { type ReasonText, UNRESOLVED_REASONS, type UnresolvedReason } from "./unresolved_reason.ts";

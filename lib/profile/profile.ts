import type { FrameDetail } from "./frame_detail.ts";
import type { FrameLocation } from "./frame_location.ts";
import type { FrameTable } from "./frame_table.ts";
import type { SampleTable } from "./sample_table.ts";
import type { StackTable } from "./stack_table.ts";
import type { WeightType } from "./weight_type.ts";

/** What every stage shares: frames, stacks of them, and how often each stack was seen. */
export interface Profile {
  /** The different frames. */
  readonly frames: FrameTable;
  /** Runs of frames, root first. */
  readonly stacks: StackTable;
  /** Stacks with their weights. */
  readonly samples: SampleTable;
  /**
   * How many decimal digits the weights had before they were made whole: with 2, a weight of 150
   * stands for 1.50.
   */
  readonly decimals: number;
  /** What the weights count; samples if it is left out. */
  readonly weightType?: WeightType;
  /**
   * What is known of each frame besides its text, by its number. Frames with the same text may then
   * be several; without it they are one.
   */
  readonly details?: readonly FrameDetail[];
}

/** A profile as a recorder wrote it. */
export interface RawProfile extends Profile {
  /** What each frame says about where its code is: one a frame, by its number. */
  readonly locations: readonly FrameLocation[];
  /** Of each stack the PID of its process, -1 if it is not known; left out if the format has none. */
  readonly processes?: Int32Array;
  /** What was read besides stacks. */
  readonly skipped: SkippedLines;
}

/** Lines of a recording that are no stacks. */
export interface SkippedLines {
  /** Blank lines, comments and the recorder's own chatter: nothing is lost with them. */
  readonly comments: number;
  /** The others, which hold something that could not be read. */
  readonly invalid: number;
  /** The first of the others. */
  readonly firstInvalid: InvalidLine | undefined;
}

/** A line that could not be read. */
export interface InvalidLine {
  /** The name of the recording. */
  readonly source: string;
  /** 1-based. */
  readonly line: number;
  /** The line itself, cut if it is long. */
  readonly text: string;
  /** What is wrong with it. */
  readonly detail: string;
}

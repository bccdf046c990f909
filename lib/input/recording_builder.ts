import { ByteInterner } from "../bytes/mod.ts";
import {
  type FrameLocation,
  FrameTable,
  type InvalidLine,
  MAX_WEIGHT,
  SampleTable,
  StackTable,
  type WeightType,
} from "../profile/mod.ts";
import { parseRawFrame } from "./raw_frame.ts";
import type { Recording } from "./recording.ts";

/** What {@linkcode RecordingBuilder.recording} cannot know. */
export interface RecordingFacts extends
  Partial<
    Pick<Recording, "maps" | "mapsFrom" | "returnAddresses" | "buildIds" | "notes" | "failure">
  > {
  /** What the weights count; samples if it is left out. */
  readonly weightType?: WeightType;
}

/**
 * Makes a {@linkcode Recording} of stacks that come frame by frame, the leaf first, as recorders
 * print them. Stacks that were seen before become no new ones. Memory follows the number of different
 * stacks.
 *
 * @example
 * ```ts
 * import { RecordingBuilder } from "./recording_builder.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const builder = new RecordingBuilder("example");
 * builder.push(builder.frame("0x401136"));
 * builder.push(builder.frame("main"));
 * builder.finish(2);
 * const { profile } = builder.recording({});
 * assertEquals([...profile.stacks.framesOf(0)], [1, 0]);
 * assertEquals(profile.locations[0]?.kind, "address");
 * ```
 */
export class RecordingBuilder {
  readonly #source: string;
  readonly #merge: boolean;
  readonly #frames = new FrameTable();
  readonly #locations: FrameLocation[] = [];
  readonly #stacks = new StackTable();
  readonly #samples = new SampleTable();
  /** The different stacks with their processes, as bytes. */
  readonly #known = new ByteInterner();
  #processOf = new Int32Array(1 << 8);
  #sampleOf = new Int32Array(1 << 8);
  /** The stack that is being made, from its end to `#top`; in front of that its process fits. */
  #buffer = new Uint32Array(1 << 8);
  #view = new DataView(this.#buffer.buffer);
  #top = this.#buffer.length;
  #comments = 0;
  #invalid = 0;
  #firstInvalid: InvalidLine | undefined;

  /**
   * Holds nothing yet.
   *
   * @param source The name of the recording, for messages.
   * @param merge Whether samples with the same stack become one.
   */
  constructor(source: string, merge = true) {
    this.#source = source;
    this.#merge = merge;
  }

  /** How many samples there are. */
  get sampleCount(): number {
    return this.#samples.size;
  }

  /** How many frames the stack that is being made has. */
  get depth(): number {
    return this.#buffer.length - this.#top;
  }

  /** The number of a frame that says itself where its code is. */
  frame(text: string): number {
    const frame = this.#frames.internText(text);
    if (frame === this.#locations.length) this.#locations.push(parseRawFrame(text));
    return frame;
  }

  /**
   * The number of a frame.
   *
   * @param text Tells it from other frames.
   * @param location Where its code is; what was given first for a text counts.
   */
  frameAt(text: string, location: FrameLocation): number {
    const frame = this.#frames.internText(text);
    if (frame === this.#locations.length) this.#locations.push(location);
    return frame;
  }

  /** Appends the frame that called the one before it to the stack that is being made. */
  push(frame: number): void {
    // One place stays free for the process.
    if (this.#top === 1) this.#grow();
    this.#buffer[--this.#top] = frame;
  }

  /**
   * Ends the stack that is being made, and begins another. One without frames gets `[unknown]`.
   *
   * @param weight A whole number, at least 0.
   * @param process The PID of its process; -1 if that is not known, or the same for all stacks.
   * @returns What is wrong with the weight; empty if it was counted.
   */
  finish(weight: number, process = -1): string {
    if (this.depth === 0) this.push(this.frameAt("[unknown]", { kind: "name" }));
    const problem = this.#count(weight, process);
    this.#top = this.#buffer.length;
    return problem;
  }

  /** Forgets the stack that is being made. */
  drop(): void {
    this.#top = this.#buffer.length;
  }

  /** Counts lines that hold nothing, or nothing that is wanted. */
  skip(lines = 1): void {
    this.#comments += lines;
  }

  /** Counts a line that could not be read. */
  addInvalid(line: number, text: string, detail: string): void {
    this.#invalid++;
    this.#firstInvalid ??= {
      source: this.#source,
      line,
      text: text.replace(/\r$/, "").slice(0, 200),
      detail,
    };
  }

  /**
   * All that was read.
   *
   * @param processOf Changes the process of a stack, now that all is known.
   */
  recording(facts: RecordingFacts, processOf: (process: number) => number = same): Recording {
    const { maps = [], returnAddresses = "callers", notes = [], failure } = facts;
    const processes = this.#processOf.slice(0, this.#stacks.size).map(processOf);
    const profile = {
      frames: this.#frames,
      stacks: this.#stacks,
      samples: this.#samples,
      decimals: 0,
      ...facts.weightType && { weightType: facts.weightType },
      locations: this.#locations,
      skipped: {
        comments: this.#comments,
        invalid: this.#invalid,
        firstInvalid: this.#firstInvalid,
      },
    };
    return {
      profile: processes.some((process) => process >= 0) ? { ...profile, processes } : profile,
      maps: maps.filter(({ text }) => text !== ""),
      ...facts.mapsFrom !== undefined && { mapsFrom: facts.mapsFrom },
      returnAddresses,
      buildIds: facts.buildIds ?? new Map(),
      notes,
      failure,
    };
  }

  #count(weight: number, process: number): string {
    if (!Number.isInteger(weight) || weight < 0) return "its count is no whole number";
    if (weight > MAX_WEIGHT) return "count past 2^53";
    this.#buffer[this.#top - 1] = process;
    const stack = this.#known.intern(this.#view, 4 * (this.#top - 1), 4 * this.#buffer.length);
    if (stack === this.#stacks.size) {
      this.#addStack(process);
    } else if (this.#merge) {
      return this.#samples.add(this.#sampleOf[stack]!, weight)
        ? ""
        : "the weights of its stack add up to more than 2^53 - 1";
    }
    this.#sampleOf[stack] = this.#samples.push(stack, weight);
    return "";
  }

  #addStack(process: number): void {
    for (let at = this.#top; at < this.#buffer.length; at++) this.#stacks.push(this.#buffer[at]!);
    const stack = this.#stacks.finish();
    if (stack === this.#processOf.length) {
      this.#processOf = doubled(this.#processOf);
      this.#sampleOf = doubled(this.#sampleOf);
    }
    this.#processOf[stack] = process;
  }

  #grow(): void {
    const buffer = new Uint32Array(2 * this.#buffer.length);
    buffer.set(this.#buffer, this.#buffer.length);
    this.#top += this.#buffer.length;
    this.#buffer = buffer;
    this.#view = new DataView(buffer.buffer);
  }
}

function same(process: number): number {
  return process;
}

function doubled(column: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * column.length);
  larger.set(column);
  return larger;
}

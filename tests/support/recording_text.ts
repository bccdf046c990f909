import { type ByteReader, readerOfBytes } from "../../lib/bytes/mod.ts";
import type { ReadRecordingOptions, Recording } from "../../lib/input/mod.ts";
import type { FrameLocation, RawProfile } from "../../lib/profile/mod.ts";
import { bytesOf } from "./resolve_text.ts";
import { testdata } from "./testdata.ts";

/** A function that reads recordings of one format. */
export type ReadFunction = (
  reader: ByteReader,
  options?: ReadRecordingOptions,
) => Promise<Recording>;

/** The lines with their line ends. */
export function linesOf(...lines: string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

/** Reads a text, or bytes, as a recording called `test`. */
export function readText(
  read: ReadFunction,
  text: string | Uint8Array,
  options?: ReadRecordingOptions,
): Promise<Recording> {
  return read(readerOfBytes("test", typeof text === "string" ? bytesOf(text) : text), options);
}

/** The bytes of a file in testdata/recorders. */
export function recorderFile(path: string): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(testdata(`recorders/${path}`));
}

/** The samples in their order, as folded lines. */
export function samplesOf({ profile }: { readonly profile: RawProfile }): string[] {
  const { samples, stacks, frames } = profile;
  return Array.from({ length: samples.size }, (_, sample) => {
    const stack = [...stacks.framesOf(samples.stackOf(sample))];
    return `${stack.map((frame) => frames.textOf(frame)).join(";")} ${samples.weightOf(sample)}`;
  });
}

/** What all weighs together. */
export function weightOf({ profile: { samples } }: { readonly profile: RawProfile }): number {
  let sum = 0;
  for (let sample = 0; sample < samples.size; sample++) sum += samples.weightOf(sample);
  return sum;
}

/** The location of the frame with this text. */
export function locationOf({ profile }: Recording, text: string): FrameLocation | undefined {
  for (let frame = 0; frame < profile.frames.size; frame++) {
    if (profile.frames.textOf(frame) === text) return profile.locations[frame];
  }
  return undefined;
}

/** All that a recording holds, as values that can be compared. */
export function valuesOf(recording: Recording) {
  const { profile, failure, ...rest } = recording;
  return {
    ...rest,
    samples: samplesOf(recording),
    locations: profile.locations,
    processes: profile.processes && [...profile.processes],
    skipped: profile.skipped,
    failure: failure?.message,
  };
}

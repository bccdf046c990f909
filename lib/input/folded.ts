import type { ByteReader } from "../bytes/mod.ts";
import type { RawProfile } from "../profile/mod.ts";
import { type CountStacksOptions, StackCounter, type StackCounts } from "./stack_counter.ts";
import { StackParser } from "./stack_parser.ts";

/** How {@linkcode readFolded} reads. */
export type ReadFoldedOptions = CountStacksOptions;

/**
 * Reads recordings in the folded format, one after the other, into one profile. Each is taken as
 * gzip or Zstandard if it begins so. Lines may end in CR LF; the last may lack its end. Blank lines, comments
 * (`# ...`) and bpftrace's own first line are skipped; lines that are no stacks are counted, and so
 * are those whose weight would have to be rounded.
 *
 * Counts may have a fraction: all are then multiplied by one power of ten, see `decimals`. A second
 * count, as in differential recordings, is kept as the sample's weight, the first as its base.
 *
 * Memory follows the number of different stacks, not the length of the recording.
 *
 * @param readers The recordings.
 * @param options See {@linkcode ReadFoldedOptions}.
 * @throws {FormatError} If a line is longer than 64 MiB, or compressed data is damaged.
 */
export async function readFolded(
  readers: Iterable<ByteReader> | AsyncIterable<ByteReader>,
  options: ReadFoldedOptions = {},
): Promise<RawProfile> {
  const reader = new FoldedReader(options);
  for await (const one of readers) await reader.read(one);
  return reader.profile();
}

/** What {@linkcode readFolded} does, recording by recording, for callers that go on after errors. */
export class FoldedReader {
  readonly #parser = new StackParser();
  readonly #counter: StackCounter;

  /** Has read nothing yet. */
  constructor(options: ReadFoldedOptions = {}) {
    this.#counter = new StackCounter(this.#parser, options);
  }

  /**
   * Reads one recording to its end. What was read before an error is kept.
   *
   * @throws {FormatError} As {@linkcode readFolded} says.
   */
  read(reader: ByteReader): Promise<void> {
    return this.#counter.read(reader);
  }

  /** What was read so far. */
  profile(): RawProfile {
    return profileOf(this.#parser, this.#counter.counts());
  }
}

/** Puts stacks and counts of the same recordings together. */
export function profileOf(parser: StackParser, counts: StackCounts): RawProfile {
  const { frames, stacks, locations } = parser;
  return { frames, stacks, locations, ...counts };
}

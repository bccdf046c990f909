import { FormatError } from "../errors.ts";
import { MAX_WEIGHT, type Profile, type SampleTable, type StackTable } from "../profile/mod.ts";
import { type LineKeys, lineKeys, sortKey } from "./line_keys.ts";
import { sortStacks } from "./sort_stacks.ts";

/** How {@linkcode writeFolded} writes. */
export interface WriteFoldedOptions {
  /**
   * Whether samples with the same stack become one line and lines are sorted by their bytes, as
   * `LC_ALL=C sort` does. Otherwise there is a line a sample, in the order of the samples.
   *
   * @default {true}
   */
  readonly merge?: boolean;
}

/**
 * Writes a profile in the folded format, so that all known readers take it alike: UTF-8, line feeds,
 * frames divided by semicolons, one space, a whole number; no comments. A sample with a base gets
 * two counts, the base first.
 *
 * @returns The text in chunks, each valid until the next one is asked for.
 * @throws {FormatError} If the weights of one line add up to more than 2^53 - 1.
 */
export function* writeFolded(
  profile: Profile,
  options: WriteFoldedOptions = {},
): Generator<Uint8Array> {
  const keys = lineKeys(profile.frames);
  const lines = new LineBuffer(profile, keys);
  for (const { stack, count } of linesOf(profile, keys, options.merge ?? true)) {
    if (lines.isFull) yield lines.take();
    lines.append(stack, count);
  }
  yield lines.take();
}

/** A line of the output: a stack and what stands behind it. */
interface Line {
  readonly stack: number;
  readonly count: string;
}

function linesOf(profile: Profile, keys: LineKeys, merge: boolean): Iterable<Line> {
  if (!merge) return sampleLines(profile);
  return keys.ranksSuffice ? mergedLines(profile, keys) : sortedLines(profile, keys);
}

function* sampleLines({ samples }: Profile): Generator<Line> {
  for (let sample = 0; sample < samples.size; sample++) {
    const count = countText(samples.baseOf(sample), samples.weightOf(sample));
    yield { stack: samples.stackOf(sample), count };
  }
}

function* mergedLines(profile: Profile, keys: LineKeys): Generator<Line> {
  for (const group of mergedGroups(profile, keys)) {
    for (const count of group.counts()) yield { stack: group.stack, count };
  }
}

/** The slow way, for frames whose texts mix with counts: all lines at once, then sorted. */
function sortedLines(profile: Profile, keys: LineKeys): Line[] {
  const lines = new LineBuffer(profile, keys);
  const decoder = new TextDecoder();
  const texts = Array.from(mergedLines(profile, keys), (line) => {
    lines.append(line.stack, line.count);
    return { ...line, text: sortKey(decoder.decode(lines.take())) };
  });
  return texts.sort((a, b) => a.text < b.text ? -1 : a.text > b.text ? 1 : 0);
}

/** Stacks with the same text, and what they weigh together: with one count, and with two. */
class Group {
  readonly stack: number;
  #single = NaN;
  #base = NaN;
  #weight = NaN;

  constructor(stack: number) {
    this.stack = stack;
  }

  add(samples: SampleTable, sample: number): void {
    const weight = samples.weightOf(sample);
    const base = samples.baseOf(sample);
    if (Number.isNaN(base)) {
      this.#single = sum(this.#single, weight);
    } else {
      this.#base = sum(this.#base, base);
      this.#weight = sum(this.#weight, weight);
    }
  }

  /** The ends of its lines, in order. */
  counts(): string[] {
    const counts: string[] = [];
    if (!Number.isNaN(this.#single)) counts.push(countText(NaN, this.#single));
    if (!Number.isNaN(this.#weight)) counts.push(countText(this.#base, this.#weight));
    return counts.sort();
  }
}

function* mergedGroups(profile: Profile, keys: LineKeys): Generator<Group> {
  const { samples, stacks } = profile;
  const order = sortStacks(profile, keys);
  const { first, next } = samplesByStack(samples, stacks.size);
  let group: Group | undefined;
  for (const stack of order) {
    if (first[stack]! < 0) continue;
    if (group === undefined || !sameText(profile, keys, group.stack, stack)) {
      if (group !== undefined) yield group;
      group = new Group(stack);
    }
    for (let at = first[stack]!; at >= 0; at = next[at]!) group.add(samples, at);
  }
  if (group !== undefined) yield group;
}

/** The samples of each stack as a chain: the first, and behind each the next; -1 is the end. */
function samplesByStack(samples: SampleTable, stackCount: number) {
  const first = new Int32Array(stackCount).fill(-1);
  const next = new Int32Array(samples.size).fill(-1);
  for (let sample = samples.size - 1; sample >= 0; sample--) {
    const stack = samples.stackOf(sample);
    next[sample] = first[stack]!;
    first[stack] = sample;
  }
  return { first, next };
}

function sameText({ stacks }: Profile, keys: LineKeys, a: number, b: number): boolean {
  const { callerRank, leafRank } = keys;
  const length = stacks.endOf(a) - stacks.startOf(a);
  if (stacks.endOf(b) - stacks.startOf(b) !== length) return false;
  const [aStart, bStart, { frames }] = [stacks.startOf(a), stacks.startOf(b), stacks];
  for (let at = 0; at < length - 1; at++) {
    const [aFrame, bFrame] = [frames[aStart + at]!, frames[bStart + at]!];
    if (aFrame !== bFrame && callerRank[aFrame] !== callerRank[bFrame]) return false;
  }
  return leafRank[frames[stacks.endOf(a) - 1]!] === leafRank[frames[stacks.endOf(b) - 1]!];
}

function countText(base: number, weight: number): string {
  return Number.isNaN(base) ? `${weight}\n` : `${base} ${weight}\n`;
}

function sum(a: number, b: number): number {
  const total = Number.isNaN(a) ? b : a + b;
  if (total <= MAX_WEIGHT) return total;
  throw new FormatError({
    action: "add the weights",
    source: "output",
    detail: "those of one stack add up to more than 2^53 - 1",
  });
}

const CHUNK_SIZE = 1 << 20;

/**
 * Puts lines together in one buffer that is used again and again. Written for speed, see the bench
 * "folded": what a line has in common with the one before it is copied at once, and the texts of
 * the other frames four bytes at a time, from one arena that holds them all.
 */
class LineBuffer {
  readonly #stacks: StackTable;
  readonly #keys: LineKeys;
  #bytes = new Uint8Array(2 * CHUNK_SIZE);
  #view = new DataView(this.#bytes.buffer);
  #used = 0;
  /** The line before, as long as it is in the buffer: where it begins, and its frames' first. */
  #lastStart = -1;
  #lastStack = -1;

  constructor(profile: Profile, keys: LineKeys) {
    this.#stacks = profile.stacks;
    this.#keys = keys;
  }

  /** Whether it is time to take the bytes. */
  get isFull(): boolean {
    return this.#used >= CHUNK_SIZE;
  }

  /** All bytes so far, valid until the next call. */
  take(): Uint8Array {
    const bytes = this.#bytes.subarray(0, this.#used);
    this.#used = 0;
    this.#lastStart = -1;
    return bytes;
  }

  append(stack: number, count: string): void {
    const { callerStarts, leafStarts } = this.#keys;
    const { frames } = this.#stacks;
    const leaf = this.#stacks.endOf(stack) - 1;
    const lineStart = this.#used;
    let at = this.#stacks.startOf(stack);
    if (this.#lastStart >= 0) at += this.#appendCommon(stack);
    for (; at < leaf; at++) this.#appendText(callerStarts, frames[at]!);
    this.#appendText(leafStarts, frames[leaf]!);
    this.#reserve(count.length);
    for (let digit = 0; digit < count.length; digit++) {
      this.#bytes[this.#used++] = count.charCodeAt(digit);
    }
    this.#lastStart = lineStart;
    this.#lastStack = stack;
  }

  /** Copies the callers that a stack has in common with the last one; gives their number. */
  #appendCommon(stack: number): number {
    const { frames } = this.#stacks;
    const { callerStarts } = this.#keys;
    const start = this.#stacks.startOf(stack);
    const lastStart = this.#stacks.startOf(this.#lastStack);
    const most = Math.min(
      this.#stacks.endOf(stack) - start,
      this.#stacks.endOf(this.#lastStack) - lastStart,
    ) - 1;
    let common = 0;
    let length = 0;
    for (; common < most && frames[start + common] === frames[lastStart + common]; common++) {
      const frame = frames[start + common]!;
      length += callerStarts[frame + 1]! - callerStarts[frame]!;
    }
    this.#reserve(length);
    this.#bytes.copyWithin(this.#used, this.#lastStart, this.#lastStart + length);
    this.#used += length;
    return common;
  }

  #appendText(starts: Uint32Array, frame: number): void {
    const from = starts[frame]!;
    const length = starts[frame + 1]! - from;
    this.#reserve(length + 4);
    const source = this.#keys.textView;
    const target = this.#view;
    const used = this.#used;
    // The last step may copy up to three bytes too many; the next text overwrites them.
    for (let at = 0; at < length; at += 4) target.setInt32(used + at, source.getInt32(from + at));
    this.#used = used + length;
  }

  #reserve(length: number): void {
    if (this.#used + length <= this.#bytes.length) return;
    const bytes = new Uint8Array(Math.max(2 * this.#bytes.length, this.#used + length));
    bytes.set(this.#bytes.subarray(0, this.#used));
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}

import { FormatError } from "../errors.ts";
import { MAX_WEIGHT, type Profile, type SampleTable } from "../profile/mod.ts";
import { type LineKeys, lineKeys } from "./line_keys.ts";
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
  const lines = new LineWriter(profile, keys);
  if (options.merge === false) {
    const { samples } = profile;
    for (let sample = 0; sample < samples.size; sample++) {
      yield* lines.write(
        samples.stackOf(sample),
        countText(samples.baseOf(sample), samples.weightOf(sample)),
      );
    }
  } else if (keys.ranksSuffice) {
    for (const group of mergedGroups(profile, keys)) {
      for (const count of group.counts()) yield* lines.write(group.stack, count);
    }
  } else {
    yield* sortedLines(profile, keys, lines);
  }
  yield lines.rest();
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

function sameText({ stacks }: Profile, { leafRank }: LineKeys, a: number, b: number): boolean {
  const length = stacks.endOf(a) - stacks.startOf(a);
  if (stacks.endOf(b) - stacks.startOf(b) !== length) return false;
  const [aStart, bStart, { frames }] = [stacks.startOf(a), stacks.startOf(b), stacks];
  for (let at = 0; at < length - 1; at++) {
    if (frames[aStart + at] !== frames[bStart + at]) return false;
  }
  return leafRank[frames[stacks.endOf(a) - 1]!] === leafRank[frames[stacks.endOf(b) - 1]!];
}

/** The slow way, for frames whose texts mix with counts: all lines at once, then sorted. */
function* sortedLines(profile: Profile, keys: LineKeys, lines: LineWriter): Generator<Uint8Array> {
  const texts: { readonly stack: number; readonly count: string; readonly line: string }[] = [];
  const latin = new TextDecoder("latin1");
  for (const group of mergedGroups(profile, keys)) {
    for (const count of group.counts()) {
      const line = latin.decode(Uint8Array.from(lines.bytesOf(group.stack))) + count;
      texts.push({ stack: group.stack, count, line });
    }
  }
  texts.sort((a, b) => a.line < b.line ? -1 : a.line > b.line ? 1 : 0);
  for (const { stack, count } of texts) yield* lines.write(stack, count);
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

/** Puts lines together in one buffer, which is handed out when it is full. */
class LineWriter {
  readonly #profile: Profile;
  readonly #keys: LineKeys;
  #buffer = new Uint8Array(CHUNK_SIZE);
  #used = 0;

  constructor(profile: Profile, keys: LineKeys) {
    this.#profile = profile;
    this.#keys = keys;
  }

  /** Appends a line; yields the buffer before it if the line does not fit any more. */
  *write(stack: number, count: string): Generator<Uint8Array> {
    const { stacks } = this.#profile;
    const { frames } = stacks;
    const leaf = stacks.endOf(stack) - 1;
    for (let at = stacks.startOf(stack); at <= leaf; at++) {
      const frame = frames[at]!;
      const bytes = at < leaf ? this.#keys.callerBytes[frame]! : this.#keys.leafBytes[frame]!;
      if (this.#used + bytes.length > this.#buffer.length) yield this.#handOut(bytes.length);
      this.#append(bytes);
    }
    if (this.#used + count.length > this.#buffer.length) yield this.#handOut(count.length);
    for (let at = 0; at < count.length; at++) {
      this.#buffer[this.#used++] = count.charCodeAt(at);
    }
  }

  /** The bytes of a stack up to its count. */
  *bytesOf(stack: number): Generator<number> {
    const { stacks } = this.#profile;
    const leaf = stacks.endOf(stack) - 1;
    for (let at = stacks.startOf(stack); at <= leaf; at++) {
      const frame = stacks.frames[at]!;
      yield* at < leaf ? this.#keys.callerBytes[frame]! : this.#keys.leafBytes[frame]!;
    }
  }

  /** What was not handed out yet. */
  rest(): Uint8Array {
    return this.#handOut(0);
  }

  #handOut(needed: number): Uint8Array {
    const bytes = this.#buffer.subarray(0, this.#used);
    this.#used = 0;
    this.#buffer = new Uint8Array(Math.max(CHUNK_SIZE, needed));
    return bytes;
  }

  #append(bytes: Uint8Array): void {
    const buffer = this.#buffer;
    let to = this.#used;
    for (let at = 0; at < bytes.length; at++) buffer[to++] = bytes[at]!;
    this.#used = to;
  }
}

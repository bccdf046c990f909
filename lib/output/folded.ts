import { FormatError } from "../errors.ts";
import {
  MAX_WEIGHT,
  type Profile,
  type SampleColumns,
  SampleTable,
  type StackTable,
} from "../profile/mod.ts";
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
  const keys = lineKeys(profile);
  const buffer = new LineBuffer(profile, keys);
  const lines = options.merge === false
    ? profile.samples.columns()
    : keys.ranksSuffice
    ? mergedLines(profile, keys)
    : sortedLines(profile, keys);
  const { stacks, weights, bases } = lines;
  for (let line = 0; line < stacks.length; line++) {
    if (buffer.isFull) yield buffer.take();
    buffer.append(stacks[line]!, countText(bases?.[line] ?? NaN, weights[line]!));
  }
  yield buffer.take();
}

/** Lines with the same stack as one, sorted by stack and count. */
function mergedLines(profile: Profile, keys: LineKeys): SampleColumns {
  const order = sortStacks(profile, keys);
  const { weights, pairs } = sumsByStack(profile);
  const lines = new SampleTable();
  for (let at = 0; at < order.length;) {
    const stack = order[at]!;
    let weight = weights[stack]!;
    let pair = pairs?.get(stack);
    for (at++; at < order.length && sameText(profile, keys, stack, order[at]!); at++) {
      weight = sum(weight, weights[order[at]!]!);
      pair = sumOfPairs(pair, pairs?.get(order[at]!));
    }
    const isPairFirst = pair !== undefined &&
      countText(pair.base, pair.weight) < countText(NaN, weight);
    if (isPairFirst) lines.push(stack, pair!.weight, pair!.base);
    if (!Number.isNaN(weight)) lines.push(stack, weight);
    if (pair !== undefined && !isPairFirst) lines.push(stack, pair.weight, pair.base);
  }
  return lines.columns();
}

/** The slow way, for frames whose texts mix with counts: all lines as text, then sorted. */
function sortedLines(profile: Profile, keys: LineKeys): SampleColumns {
  const { stacks, weights, bases } = mergedLines(profile, keys);
  const buffer = new LineBuffer(profile, keys);
  const decoder = new TextDecoder();
  const lines = Array.from(stacks, (stack, line) => {
    const [weight, base] = [weights[line]!, bases?.[line] ?? NaN];
    buffer.append(stack, countText(base, weight));
    return { stack, weight, base, text: sortKey(decoder.decode(buffer.take())) };
  });
  lines.sort((a, b) => a.text < b.text ? -1 : a.text > b.text ? 1 : 0);
  const sorted = new SampleTable();
  for (const { stack, weight, base } of lines) sorted.push(stack, weight, base);
  return sorted.columns();
}

/** The two weights of a line with two counts. */
interface Pair {
  readonly base: number;
  readonly weight: number;
}

/**
 * What the samples of each stack weigh together: those with one count, NaN if there are none; and
 * those with two.
 */
function sumsByStack({ samples, stacks }: Profile) {
  const weights = new Float64Array(stacks.size).fill(NaN);
  let pairs: Map<number, Pair> | undefined;
  for (let sample = 0; sample < samples.size; sample++) {
    const stack = samples.stackOf(sample);
    const base = samples.baseOf(sample);
    const weight = samples.weightOf(sample);
    if (Number.isNaN(base)) {
      weights[stack] = sum(weights[stack]!, weight);
    } else {
      pairs ??= new Map();
      pairs.set(stack, sumOfPairs(pairs.get(stack), { base, weight })!);
    }
  }
  return { weights, pairs };
}

function sumOfPairs(a: Pair | undefined, b: Pair | undefined): Pair | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return { base: sum(a.base, b.base), weight: sum(a.weight, b.weight) };
}

function sameText({ stacks }: Profile, keys: LineKeys, a: number, b: number): boolean {
  const { callerRank, leafRank } = keys;
  const length = stacks.endOf(a) - stacks.startOf(a);
  if (stacks.endOf(b) - stacks.startOf(b) !== length) return false;
  const { frames } = stacks;
  const aStart = stacks.startOf(a);
  const bStart = stacks.startOf(b);
  for (let at = 0; at < length - 1; at++) {
    const aFrame = frames[aStart + at]!;
    const bFrame = frames[bStart + at]!;
    if (aFrame !== bFrame && callerRank[aFrame] !== callerRank[bFrame]) return false;
  }
  return leafRank[frames[stacks.endOf(a) - 1]!] === leafRank[frames[stacks.endOf(b) - 1]!];
}

function countText(base: number, weight: number): string {
  return Number.isNaN(base) ? `${weight}\n` : `${base} ${weight}\n`;
}

/** The sum of two weights, each NaN if there is none. */
function sum(a: number, b: number): number {
  if (Number.isNaN(b)) return a;
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

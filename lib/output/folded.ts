import { FormatError } from "../errors.ts";
import { MAX_WEIGHT, type Profile, type SampleColumns, SampleTable } from "../profile/mod.ts";
import { type LineKeys, lineKeys, sortKey } from "./line_keys.ts";
import { LineWriter } from "./line_writer.ts";
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
  const lines = options.merge === false
    ? profile.samples.columns()
    : keys.ranksSuffice
    ? mergedLines(profile, keys)
    : sortedLines(profile, keys);
  yield* new LineWriter(profile.stacks, keys, lines).chunks();
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
  const merged = mergedLines(profile, keys);
  const { stacks, weights, bases } = merged;
  const writer = new LineWriter(profile.stacks, keys, merged);
  const decoder = new TextDecoder();
  const lines = Array.from(stacks, (stack, line) => {
    const [weight, base] = [weights[line]!, bases?.[line] ?? NaN];
    return { stack, weight, base, text: sortKey(decoder.decode(writer.line(line))) };
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
  const columns = samples.columns();
  for (let sample = 0; sample < samples.size; sample++) {
    const stack = columns.stacks[sample]!;
    const weight = columns.weights[sample]!;
    const base = columns.bases?.[sample] ?? NaN;
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

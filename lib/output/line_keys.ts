import type { FrameTable, Profile, StackTable } from "../profile/mod.ts";
import { BEHIND_LAST, sortSequences } from "./sort_sequences.ts";

/**
 * The texts of the frames in folded lines, and their order. Everything is by frame number; a frame
 * that calls none, or is no leaf, has no such text.
 */
export interface LineKeys {
  /** All texts one after the other. */
  readonly texts: Uint8Array;
  /** Where the text of a frame that calls another begins: its name and a semicolon. */
  readonly callerStarts: Uint32Array;
  /** Where the text of a leaf begins: its name and a space. Each text ends where the next begins. */
  readonly leafStarts: Uint32Array;
  /** Where each stands when all texts are sorted by their bytes, 0 first. */
  readonly callerRank: Uint32Array;
  readonly leafRank: Uint32Array;
  /**
   * Whether ranks give the order of lines. They do not if a leaf's text and the space behind it, with
   * a digit, begin another frame's text: then the count decides, and the lines have to be compared.
   */
  readonly ranksSuffice: boolean;
}

const SPACE = 0x20;
const SEMICOLON = 0x3b;
const ZERO = 0x30;
const NINE = 0x39;

/**
 * Prepares the frames of a profile for folded lines. A leaf that ends in a blank and digits would
 * be read as one with two counts: its blank becomes an underscore.
 */
export function lineKeys({ frames, stacks }: Profile): LineKeys {
  const isUsed = usedTexts(frames, stacks);
  const callers: Uint8Array[] = [];
  const leaves: Uint8Array[] = [];
  /** Texts in which a digit follows a blank. */
  const blankDigits: string[] = [];
  for (let frame = 0; frame < frames.size; frame++) {
    const bytes = frames.bytesOf(frame);
    let caller = bytes;
    let leaf = bytes;
    if (!isPlain(bytes)) {
      // Bytes that are no UTF-8 become U+FFFD.
      const text = frames.textOf(frame);
      const leafText = text.replace(COUNT_REGEXP, "_$1");
      caller = ENCODER.encode(text);
      leaf = leafText === text ? caller : ENCODER.encode(leafText);
      blankDigits.push(...[text, leafText].filter((one) => / \d/.test(one)));
    }
    callers.push(caller);
    leaves.push(leaf);
  }
  const { bytes, starts } = joined([...callers, ...leaves], isUsed);
  const ranks = ranksOf(bytes, starts, isUsed);
  return {
    texts: bytes,
    callerStarts: starts.subarray(0, frames.size + 1),
    leafStarts: starts.subarray(frames.size),
    callerRank: ranks.subarray(0, frames.size),
    leafRank: ranks.subarray(frames.size),
    ranksSuffice: blankDigits.length === 0 || !hasDigitAfterLeaf(blankDigits, leaves),
  };
}

/** Which texts there will be: by frame 1 for callers, then the same for leaves. */
function usedTexts(frames: FrameTable, stacks: StackTable): Uint8Array {
  const isUsed = new Uint8Array(2 * frames.size);
  for (let stack = 0; stack < stacks.size; stack++) {
    const leaf = stacks.endOf(stack) - 1;
    for (let at = stacks.startOf(stack); at < leaf; at++) isUsed[stacks.frames[at]!] = 1;
    isUsed[frames.size + stacks.frames[leaf]!] = 1;
  }
  return isUsed;
}

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();
/** What flamegraph.pl and others read as a count. It is looked for once in a run of blanks. */
const COUNT_REGEXP = /(?<!\s)\s+(\d+(?:\.\d*)?)$/;
const BLANK_DIGIT_REGEXP = / (?=\d)/g;

/** Whether all is ASCII and no digit follows a blank: so are nearly all texts. */
function isPlain(bytes: Uint8Array): boolean {
  let previous = SEMICOLON;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte >= 0x80 || previous <= SPACE && byte >= ZERO && byte <= NINE) return false;
    previous = byte;
  }
  return true;
}

function hasDigitAfterLeaf(texts: readonly string[], leaves: readonly Uint8Array[]): boolean {
  const heads = new Set(
    texts.flatMap((text) =>
      [...text.matchAll(BLANK_DIGIT_REGEXP)].map(({ index }) => text.slice(0, index))
    ),
  );
  const lengths = new Set(Array.from(heads, (head) => ENCODER.encode(head).length));
  return leaves.some((leaf) => lengths.has(leaf.length) && heads.has(DECODER.decode(leaf)));
}

/**
 * The texts of callers, then those of leaves, with what divides them from the next, the start of each
 * and, last, the end of all.
 */
function joined(texts: readonly Uint8Array[], isUsed: Uint8Array) {
  const count = texts.length;
  const starts = new Uint32Array(count + 1);
  for (let at = 0; at < count; at++) {
    starts[at + 1] = starts[at]! + (isUsed[at] === 1 ? texts[at]!.length + 1 : 0);
  }
  const bytes = new Uint8Array(starts[count]!);
  for (let at = 0; at < count; at++) {
    if (isUsed[at] === 0) continue;
    bytes.set(texts[at]!, starts[at]);
    bytes[starts[at + 1]! - 1] = 2 * at < count ? SEMICOLON : SPACE;
  }
  return { bytes, starts };
}

/** Bytes that are one value when texts are sorted, of nine bits each. */
const STEP = 3;

/** Where each text stands among all that are used; the same text has the same rank. */
function ranksOf(bytes: Uint8Array, starts: Uint32Array, isUsed: Uint8Array): Uint32Array {
  const count = isUsed.length;
  const values = new Int32Array(Math.ceil(bytes.length / STEP) + 3 * count);
  const valueStarts = new Uint32Array(count);
  const order = Uint32Array.from(isUsed.keys().filter((text) => isUsed[text] === 1));
  let to = 0;
  for (const text of order) {
    valueStarts[text] = to;
    const end = starts[text + 1]!;
    // The count behind a leaf begins with a digit, of which 0 is the least.
    const last = 2 * text < count ? end : end + 1;
    for (let at = starts[text]!; at < last; at += STEP) {
      const high = unitAt(bytes, at, end, last) << 9 | unitAt(bytes, at + 1, end, last);
      values[to++] = high << 9 | unitAt(bytes, at + 2, end, last);
    }
    values[to++] = BEHIND_LAST;
  }
  sortSequences(order, valueStarts, values);
  const ranks = new Uint32Array(count);
  let rank = 0;
  for (let at = 1; at < order.length; at++) {
    if (!areEqual(values, valueStarts[order[at - 1]!]!, valueStarts[order[at]!]!)) rank++;
    ranks[order[at]!] = rank;
  }
  return ranks;
}

/** A byte and one; that of 0 behind the end, if there is to be one, and then nothing. */
function unitAt(bytes: Uint8Array, at: number, end: number, last: number): number {
  if (at < end) return bytes[at]! + 1;
  return at < last ? ZERO + 1 : 0;
}

function areEqual(values: Int32Array, a: number, b: number): boolean {
  for (let at = 0;; at++) {
    const value = values[a + at]!;
    if (value !== values[b + at]) return false;
    if (value < 0) return true;
  }
}

/**
 * A text that sorts among others, by its UTF-16 units as strings do, as the UTF-8 bytes of the
 * original do among theirs: the units of characters above U+FFFF are moved behind all others.
 */
export function sortKey(text: string): string {
  return HIGH_UNIT_REGEXP.test(text) ? text.replace(HIGH_UNITS_REGEXP, moved) : text;
}

const HIGH_UNIT_REGEXP = /[\ud800-\uffff]/;
const HIGH_UNITS_REGEXP = /[\ud800-\uffff]/g;

function moved(unit: string): string {
  const code = unit.charCodeAt(0);
  return String.fromCharCode(code < 0xe000 ? code + 0x2000 : code - 0x800);
}

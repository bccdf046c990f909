import type { FrameTable } from "../profile/mod.ts";

/** The texts of the frames in folded lines, and their order. Everything is by frame number. */
export interface LineKeys {
  /** All texts one after the other, and four bytes more. */
  readonly textView: DataView;
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

/**
 * Prepares the frames of a profile for folded lines. A leaf that ends in a blank and digits would
 * be read as one with two counts: its blank becomes an underscore.
 */
export function lineKeys(frames: FrameTable): LineKeys {
  const numbers = Array.from({ length: frames.size }, (_, frame) => frame);
  const texts = numbers.map((frame) => frames.textOf(frame));
  const leaves = texts.map((text) => text.replace(COUNT_REGEXP, "_$1"));
  const encoder = new TextEncoder();
  const callerBytes = texts.map((text) => encoder.encode(text + ";"));
  const leafBytes = leaves.map((text) => encoder.encode(text + " "));
  const { view, starts } = joined([...callerBytes, ...leafBytes]);
  const callerKeys = texts.map((text) => sortKey(text + ";"));
  // The count behind a leaf begins with a digit, of which 0 is the least.
  const leafKeys = leaves.map((text) => sortKey(text + " 0"));
  const ranks = new Map<string, number>();
  for (const key of [...callerKeys, ...leafKeys].sort()) {
    if (!ranks.has(key)) ranks.set(key, ranks.size);
  }
  return {
    textView: view,
    callerStarts: starts.subarray(0, frames.size + 1),
    leafStarts: starts.subarray(frames.size),
    callerRank: Uint32Array.from(callerKeys, (key) => ranks.get(key)!),
    leafRank: Uint32Array.from(leafKeys, (key) => ranks.get(key)!),
    ranksSuffice: !hasDigitAfterLeaf(texts, leaves),
  };
}

/** What flamegraph.pl and others read as a count. */
const COUNT_REGEXP = /\s+(\d+(?:\.\d*)?)$/;
const BLANK_DIGIT_REGEXP = / (?=\d)/g;

function hasDigitAfterLeaf(texts: readonly string[], leaves: readonly string[]): boolean {
  const set = new Set(leaves);
  for (const text of [...texts, ...leaves]) {
    if (!/ \d/.test(text)) continue;
    for (const match of text.matchAll(BLANK_DIGIT_REGEXP)) {
      if (set.has(text.slice(0, match.index))) return true;
    }
  }
  return false;
}

/** Pieces as one, with the start of each and, last, the end of all. */
function joined(pieces: readonly Uint8Array[]): { view: DataView; starts: Uint32Array } {
  const starts = new Uint32Array(pieces.length + 1);
  for (const [at, piece] of pieces.entries()) starts[at + 1] = starts[at]! + piece.length;
  const bytes = new Uint8Array(starts[pieces.length]! + 4);
  for (const [at, piece] of pieces.entries()) bytes.set(piece, starts[at]);
  return { view: new DataView(bytes.buffer), starts };
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

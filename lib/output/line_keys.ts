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
  // The count behind a leaf begins with a digit, of which 0 is the least.
  const keys = [...callerBytes, ...leaves.map((text) => encoder.encode(text + " 0"))].map(byteText);
  const order = keys.map((_, at) => at).sort((a, b) => compare(keys[a]!, keys[b]!));
  const ranks = new Uint32Array(keys.length);
  let rank = 0;
  for (const [at, key] of order.entries()) {
    // Different frames may have the same text: leaves that were changed above.
    if (at > 0 && keys[key] !== keys[order[at - 1]!]) rank++;
    ranks[key] = rank;
  }
  return {
    textView: view,
    callerStarts: starts.subarray(0, frames.size + 1),
    leafStarts: starts.subarray(frames.size),
    callerRank: ranks.slice(0, frames.size),
    leafRank: ranks.slice(frames.size),
    ranksSuffice: !hasDigitAfterLeaf(texts, leaves),
  };
}

/** What flamegraph.pl and others read as a count. */
const COUNT_REGEXP = /\s+(\d+(?:\.\d*)?)$/;
const BLANK_DIGIT_REGEXP = / (?=\d)/g;

function hasDigitAfterLeaf(texts: readonly string[], leaves: readonly string[]): boolean {
  const set = new Set(leaves);
  for (const text of [...texts, ...leaves]) {
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

/** Bytes as a string of which each character is a byte: the engine compares those fast. */
function byteText(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

import type { FrameTable } from "../profile/mod.ts";

/** The texts of the frames in folded lines, and their order. Everything is by frame number. */
export interface LineKeys {
  /** A frame that calls another: its text and a semicolon. */
  readonly callerBytes: readonly Uint8Array[];
  /** A leaf: its text and a space. */
  readonly leafBytes: readonly Uint8Array[];
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
    callerBytes,
    leafBytes,
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

/** Bytes as a string of which each character is a byte: the engine compares those fast. */
function byteText(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

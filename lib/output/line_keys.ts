import type { FrameTable, Profile, StackTable } from "../profile/mod.ts";

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
 * be read as one with two counts: its blank becomes an underscore. What no stack needs is left
 * empty: most frames are only called or only call, and names of templates are long (see the bench
 * "inlines").
 */
export function lineKeys({ frames, stacks }: Pick<Profile, "frames" | "stacks">): LineKeys {
  const { isCaller, isLeaf } = usesOf(stacks, frames.size);
  const numbers = Array.from({ length: frames.size }, (_, frame) => frame);
  const texts = numbers.map((frame) =>
    isCaller[frame] === 1 || isLeaf[frame] === 1 ? frames.textOf(frame) : ""
  );
  const leaves = texts.map((text, frame) =>
    isLeaf[frame] === 1 ? text.replace(COUNT_REGEXP, "_$1") : ""
  );
  const callerBytes = texts.map((text, frame) =>
    isCaller[frame] === 1 ? validBytes(frames, frame, text) : EMPTY
  );
  const leafBytes = leaves.map((leaf, frame) => {
    if (isLeaf[frame] === 0) return EMPTY;
    const text = texts[frame]!;
    return leaf === text ? validBytes(frames, frame, text) : ENCODER.encode(leaf);
  });
  const { view, starts } = joined(callerBytes, leafBytes);
  const callerKeys = texts.map((text, frame) => isCaller[frame] === 1 ? sortKey(text + ";") : "");
  // The count behind a leaf begins with a digit, of which 0 is the least.
  const leafKeys = leaves.map((text, frame) => isLeaf[frame] === 1 ? sortKey(text + " 0") : "");
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

/** By frame: 1 if it calls another in some stack, and 1 if it is called and calls none. */
function usesOf(stacks: StackTable, frameCount: number) {
  const isCaller = new Uint8Array(frameCount);
  const isLeaf = new Uint8Array(frameCount);
  for (let stack = 0; stack < stacks.size; stack++) {
    const leaf = stacks.endOf(stack) - 1;
    for (let at = stacks.startOf(stack); at < leaf; at++) isCaller[stacks.frames[at]!] = 1;
    isLeaf[stacks.frames[leaf]!] = 1;
  }
  return { isCaller, isLeaf };
}

const EMPTY = new Uint8Array();

/** What flamegraph.pl and others read as a count. */
const COUNT_REGEXP = /\s+(\d+(?:\.\d*)?)$/;
const BLANK_DIGIT_REGEXP = / (?=\d)/g;

function hasDigitAfterLeaf(texts: readonly string[], leaves: readonly string[]): boolean {
  const set = new Set(leaves);
  // What is no leaf has none.
  set.delete("");
  for (const text of [...texts, ...leaves]) {
    if (!/ \d/.test(text)) continue;
    for (const match of text.matchAll(BLANK_DIGIT_REGEXP)) {
      if (set.has(text.slice(0, match.index))) return true;
    }
  }
  return false;
}

const ENCODER = new TextEncoder();
const REPLACEMENT = "\ufffd";

/** The bytes of a frame, of which `text` is the text; what is no UTF-8 in them is replaced. */
function validBytes(frames: FrameTable, frame: number, text: string): Uint8Array {
  return text.includes(REPLACEMENT) ? ENCODER.encode(text) : frames.bytesOf(frame);
}

const SEMICOLON = 0x3b;
const SPACE = 0x20;

/** Texts as one, each with what is to stand behind it; and the start of each and, last, the end. */
function joined(
  callers: readonly Uint8Array[],
  leaves: readonly Uint8Array[],
): { view: DataView; starts: Uint32Array } {
  const starts = new Uint32Array(callers.length + leaves.length + 1);
  let end = 0;
  let next = 1;
  for (const texts of [callers, leaves]) {
    for (const text of texts) starts[next++] = end += text.length + 1;
  }
  const bytes = new Uint8Array(end + 4);
  next = 0;
  for (const [texts, behind] of [[callers, SEMICOLON], [leaves, SPACE]] as const) {
    for (const text of texts) {
      bytes.set(text, starts[next++]);
      bytes[starts[next]! - 1] = behind;
    }
  }
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

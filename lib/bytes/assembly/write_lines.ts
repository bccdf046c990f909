/**
 * Puts lines of folded stacks together, in AssemblyScript (see `scan_stacks.ts`). What is made of it
 * stands in `lib/output/writer_code.ts`, and is used by `lib/output/line_writer.ts`.
 *
 * What a line has in common with the one before it is copied at once, and the texts of the other
 * frames 16 bytes at a time, from one arena that holds them all (see the bench "folded").
 */
import { allocate, copied } from "./memory";

/** So many bytes are written at least, if there are so many. */
const CHUNK_SIZE: usize = 1 << 20;
/** Copies may go on behind their end, reading and writing, for so many bytes. */
const PADDING: usize = 16;
/** A blank, two numbers below 2^53 and what divides them. */
const MAX_COUNTS: usize = 64;

const LINE_FEED: u8 = 0x0a;
const SPACE: u8 = 0x20;
const ZERO: u8 = 0x30;

// To be filled by the caller.
/** The texts of all frames. */
export let texts: usize = 0;
/** Where the text of each frame that calls another begins in these, and then of each leaf (u32). */
export let callerStarts: usize = 0;
export let leafStarts: usize = 0;
/** The frames of all stacks, and where each stack ends in them (u32). */
export let frames: usize = 0;
export let stackEnds: usize = 0;
/** Of each line its stack (u32), its weight, and its base, NaN if it has none (f64). */
export let stacks: usize = 0;
export let weights: usize = 0;
export let bases: usize = 0;

/** The bytes of the lines written last. */
export let buffer: usize = 0;
export let used: usize = 0;
let bufferEnd: usize = 0;

/** Makes room for everything; the sizes are counts of elements. */
export function setUp(
  textSize: usize,
  frameCount: usize,
  placeCount: usize,
  stackCount: usize,
  lineCount: usize,
): void {
  texts = allocate(textSize + PADDING);
  callerStarts = allocate((2 * frameCount + 1) * 4);
  leafStarts = callerStarts + frameCount * 4;
  frames = allocate(placeCount * 4);
  stackEnds = allocate(stackCount * 4);
  stacks = allocate(lineCount * 4);
  weights = allocate(lineCount * 8);
  bases = allocate(lineCount * 8);
  buffer = allocate(CHUNK_SIZE * 2);
  bufferEnd = buffer + CHUNK_SIZE * 2;
}

/** Writes lines, from one on, until there is a chunk, or to `lineEnd`. Returns the next line. */
export function write(firstLine: usize, lineEnd: usize): usize {
  used = 0;
  let line = firstLine;
  let lastLine: usize = 0;
  while (line < lineEnd && used < CHUNK_SIZE) {
    const lineStart = used;
    const stack: usize = load<u32>(stacks + line * 4);
    let at = startOf(stack);
    const leaf = endOf(stack) - 4;
    if (line > firstLine) {
      at += writeCommon(at, leaf, load<u32>(stacks + line * 4 - 4), lastLine);
    }
    for (; at < leaf; at += 4) {
      writeText(callerStarts + <usize> load<u32>(at) * 4);
    }
    writeText(leafStarts + <usize> load<u32>(leaf) * 4);
    reserve(MAX_COUNTS);
    const base = load<f64>(bases + line * 8);
    if (!isNaN(base)) {
      writeNumber(<u64> base);
      writeByte(SPACE);
    }
    writeNumber(<u64> load<f64>(weights + line * 8));
    writeByte(LINE_FEED);
    lastLine = lineStart;
    line++;
  }
  return line;
}

/** Where the frames of a stack begin in memory. */
function startOf(stack: usize): usize {
  return stack == 0 ? frames : endOf(stack - 1);
}

function endOf(stack: usize): usize {
  return frames + <usize> load<u32>(stackEnds + stack * 4) * 4;
}

/**
 * Copies the callers that the stack `[start, leaf]` has in common with the last one, whose line begins
 * at `lineStart` in the buffer. Returns how many bytes of frames that are.
 */
function writeCommon(
  start: usize,
  leaf: usize,
  lastStack: usize,
  lineStart: usize,
): usize {
  let last = startOf(lastStack);
  const lastLeaf = endOf(lastStack) - 4;
  let at = start;
  let length: usize = 0;
  while (at < leaf && last < lastLeaf && load<u32>(at) == load<u32>(last)) {
    const text = callerStarts + <usize> load<u32>(at) * 4;
    length += load<u32>(text, 4) - load<u32>(text);
    at += 4;
    last += 4;
  }
  reserve(length);
  copy(buffer + used, buffer + lineStart, length);
  used += length;
  return at - start;
}

/** Writes the text whose start is at an address, and whose end is behind it. */
function writeText(starts: usize): void {
  const start: usize = load<u32>(starts);
  const length = load<u32>(starts, 4) - start;
  reserve(length);
  copy(buffer + used, texts + start, length);
  used += length;
}

function copy(target: usize, source: usize, length: usize): void {
  for (let at: usize = 0; at < length; at += 16) {
    v128.store(target + at, v128.load(source + at));
  }
}

function writeByte(byte: u8): void {
  store<u8>(buffer + used++, byte);
}

function writeNumber(value: u64): void {
  let digits: usize = 1;
  for (let rest = value / 10; rest > 0; rest /= 10) digits++;
  let rest = value;
  for (let at = buffer + used + digits - 1; at >= buffer + used; at--) {
    store<u8>(at, ZERO + <u8> (rest % 10));
    rest /= 10;
  }
  used += digits;
}

function reserve(length: usize): void {
  if (buffer + used + length + PADDING <= bufferEnd) return;
  const size = max((bufferEnd - buffer) * 2, used + length + PADDING);
  buffer = copied(buffer, used, size);
  bufferEnd = buffer + size;
}

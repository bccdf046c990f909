/**
 * The inner loop of reading collapsed stacks, in AssemblyScript, which is TypeScript that becomes
 * WebAssembly: `deno task wasm` compiles it, and it is no module of Deno. What is made of it stands in
 * `lib/input/scanner_code.ts`, and is used by `lib/input/stack_scanner.ts`, which says what comes out.
 *
 * Each line of a recording is cut, its count is read, and its stack is hashed and looked up here, and
 * each frame of each new stack; 64-bit multiplication and comparing 16 bytes at a time make that
 * several times as fast as JavaScript is (see the bench "folded").
 */

import { hash, hashHigh, hashLow, setSeed } from "./hash_bytes";
import { makeTable, numberOf, sizeOf } from "./hash_table";
import { allocate, copied } from "./memory";

/** Lines that are cut before any is looked up, so that the processor can wait for several slots at once. */
const MAX_LINES: usize = 1 << 10;
/** 64 MiB: what is longer is no line of text. */
const MAX_LINE_LENGTH: usize = 1 << 26;
/** 16 bytes are looked at together: so many may be read behind the last one. */
const PADDING: usize = 16;
/** Sums above it may not be exact: 2^53 - 1. */
const MAX_WEIGHT: f64 = 9007199254740991;
/** Counts of more digits may not be exact. */
const MAX_DIGITS: usize = 15;

const TAB: u8 = 0x09;
const LINE_FEED: u8 = 0x0a;
const CARRIAGE_RETURN: u8 = 0x0d;
const SPACE: u8 = 0x20;
const NUMBER_SIGN: u8 = 0x23;
const DOT: u8 = 0x2e;
const ZERO: u8 = 0x30;
const SEMICOLON: u8 = 0x3b;

/** All lines up to `filled` were scanned, but for what may be the beginning of one. */
const NEEDS_BYTES: i32 = 0;
/** The line from `oddStart` to `oddEnd` is none that can be read here. */
const ODD_LINE: i32 = 1;
/** There are as many lines as there may be at once. */
const MANY_LINES: i32 = 2;

// The buffer. All places are addresses in the memory.
export let bufferEnd: usize = 0;
/** Behind the last byte that was read. */
export let filled: usize = 0;
/** Where the next line begins. */
export let next: usize = 0;
let bufferStart: usize = 0;
/** Up to here there is no line feed behind `next`: a long line is searched once. */
let searched: usize = 0;

// What the last scan found: of each line the count (f64), and the number of its stack (u32).
export let lineCount: usize = 0;
export let weights: usize = 0;
export let stacks: usize = 0;
/** Where the stack of each line begins, and ends (u32). */
export let starts: usize = 0;
export let ends: usize = 0;
/** The lines whose counts could not be added, by their number in this scan (u32). */
export let heavyLines: usize = 0;
export let heavyCount: usize = 0;
/** Of each line the hash of its stack (2 u64). */
let hashes: usize = 0;

/** Of each stack the sum of its counts, NaN if there is none (f64); empty if nothing is to be summed. */
export let sums: usize = 0;
/** What counts are multiplied by. */
export let unit: f64 = 1;
let sumsEnd: usize = 0;
let isSumming: bool = false;

// Of the new stacks: the frames of all of them (u32), and where each ends in them (u32).
export let frames: usize = 0;
export let frameCount: usize = 0;
export let stackEnds: usize = 0;
export let stackCount: usize = 0;
let framesEnd: usize = 0;

// Of the new frames: where each begins and ends (2 u32).
export let newFrames: usize = 0;
export let newFrameCount: usize = 0;
let newFramesEnd: usize = 0;

export let oddStart: usize = 0;
export let oddEnd: usize = 0;

let stackTable: usize = 0;
let frameTable: usize = 0;

/** Makes everything; to be called once, before all others. */
export function setUp(low: u64, high: u64, bufferSize: usize, isMerging: bool): void {
  setSeed(low, high);
  stackTable = makeTable();
  frameTable = makeTable();
  weights = allocate(MAX_LINES * 8);
  stacks = allocate(MAX_LINES * 4);
  starts = allocate(MAX_LINES * 4);
  ends = allocate(MAX_LINES * 4);
  hashes = allocate(MAX_LINES * 16);
  heavyLines = allocate(MAX_LINES * 4);
  isSumming = isMerging;
  sums = allocate(8 << 10);
  sumsEnd = sums + (8 << 10);
  stackEnds = allocate(MAX_LINES * 4);
  frames = allocate(4 << 15);
  framesEnd = frames + (4 << 15);
  newFrames = allocate(8 << 10);
  newFramesEnd = newFrames + (8 << 10);
  bufferStart = allocate(bufferSize + PADDING);
  bufferEnd = bufferStart + bufferSize;
  begin();
}

/** Forgets the bytes that were not scanned: another recording begins. */
export function begin(): void {
  filled = next = searched = bufferStart;
}

/**
 * Moves what is left to the front of the buffer, which is made larger if it is half full. Bytes may
 * then be written to `[filled, bufferEnd)`.
 */
export function makeRoom(): void {
  const left = filled - next;
  const size = bufferEnd - bufferStart;
  let target = bufferStart;
  if (left * 2 > size) {
    target = allocate(size * 2 + PADDING);
    bufferEnd = target + size * 2;
  }
  memory.copy(target, next, left);
  searched = target + (searched > next ? searched - next : 0);
  bufferStart = target;
  next = target;
  filled = target + left;
}

/** So many bytes were written. */
export function fill(count: usize): void {
  filled += count;
}

/** Scans lines; `isLast` if no further bytes will come. Says why it ended. */
export function scan(isLast: bool): i32 {
  lineCount = 0;
  const result = cutLines(isLast);
  numberLines();
  if (isSumming) addWeights();
  return result;
}

/** Looks up one stack, as if it was that of the only line of a scan; adds no count. */
export function addStack(start: usize, end: usize): void {
  lineCount = 0;
  addLine(start, end, 0);
  numberLines();
}

function cutLines(isLast: bool): i32 {
  while (next < filled) {
    if (lineCount == MAX_LINES) return MANY_LINES;
    const start = next;
    const end = findByte(LINE_FEED, max(start, searched), filled);
    if (end == filled && !isLast) {
      searched = filled;
      return NEEDS_BYTES;
    }
    next = min(end + 1, filled);
    if (cutLine(start, end)) continue;
    oddStart = start;
    oddEnd = end;
    return ODD_LINE;
  }
  return NEEDS_BYTES;
}

/** Reads `a;b;c 42`; false if it is anything else. */
function cutLine(lineStart: usize, lineEnd: usize): bool {
  if (lineStart == lineEnd || load<u8>(lineStart) == NUMBER_SIGN) return false;
  if (lineEnd - lineStart > MAX_LINE_LENGTH) return false;
  const countEnd = skipBlanksBack(lineStart, lineEnd);
  let start = lineStart;
  while (start < countEnd && isBlank(load<u8>(start))) start++;
  let at = countEnd;
  let weight: u64 = 0;
  let unit: u64 = 1;
  while (at > start && isDigit(load<u8>(at - 1))) {
    at--;
    weight += unit * (load<u8>(at) - ZERO);
    unit *= 10;
  }
  if (at == countEnd || countEnd - at > MAX_DIGITS) return false;
  const end = skipBlanksBack(start, at);
  if (end == at || end == start || endsInCount(start, end)) return false;
  addLine(start, end, <f64> weight);
  return true;
}

/** Whether there is a second count before the first. */
function endsInCount(start: usize, end: usize): bool {
  let at = end;
  while (at > start && (isDigit(load<u8>(at - 1)) || load<u8>(at - 1) == DOT)) at--;
  return at < end && at > start && isBlank(load<u8>(at - 1));
}

function isDigit(byte: u8): bool {
  return byte - ZERO < 10;
}

function isBlank(byte: u8): bool {
  return byte == SPACE || byte == TAB || byte == CARRIAGE_RETURN;
}

function skipBlanksBack(start: usize, end: usize): usize {
  let at = end;
  while (at > start && isBlank(load<u8>(at - 1))) at--;
  return at;
}

function addLine(start: usize, end: usize, weight: f64): void {
  const line = lineCount++;
  store<f64>(weights + line * 8, weight);
  store<u32>(starts + line * 4, <u32> start);
  store<u32>(ends + line * 4, <u32> end);
  hash(start, end);
  store<u64>(hashes + line * 16, hashLow);
  store<u64>(hashes + line * 16, hashHigh, 8);
}

function numberLines(): void {
  stackCount = 0;
  frameCount = 0;
  newFrameCount = 0;
  heavyCount = 0;
  for (let line: usize = 0; line < lineCount; line++) {
    const low = load<u64>(hashes + line * 16);
    const high = load<u64>(hashes + line * 16, 8);
    const size = sizeOf(stackTable);
    const stack = numberOf(stackTable, low, high);
    store<u32>(stacks + line * 4, stack);
    if (stack != size) continue;
    addFrames(load<u32>(starts + line * 4), load<u32>(ends + line * 4));
    if (isSumming) addSum(stack);
  }
}

function addWeights(): void {
  for (let line: usize = 0; line < lineCount; line++) {
    const at = sums + <usize> load<u32>(stacks + line * 4) * 8;
    const weight = load<f64>(weights + line * 8) * unit;
    const known = load<f64>(at);
    const sum = isNaN(known) ? weight : known + weight;
    if (sum <= MAX_WEIGHT) store<f64>(at, sum);
    else store<u32>(heavyLines + heavyCount++ * 4, <u32> line);
  }
}

/** Splits a new stack at its semicolons, of which it looks for 16 bytes at once. */
function addFrames(start: usize, end: usize): void {
  const wanted = i8x16.splat(SEMICOLON);
  let from = start;
  for (let block = start; block < end; block += 16) {
    let found = i8x16.bitmask(i8x16.eq(v128.load(block), wanted));
    if (end - block < 16) found &= (1 << <i32> (end - block)) - 1;
    for (; found != 0; found &= found - 1) {
      const to = block + ctz(found);
      addFrame(from, to);
      from = to + 1;
    }
  }
  addFrame(from, end);
  store<u32>(stackEnds + stackCount++ * 4, <u32> frameCount);
}

/** Blanks around a frame are not part of it. */
function addFrame(from: usize, to: usize): void {
  let start = from;
  let end = to;
  while (start < end && load<u8>(start) <= SPACE) start++;
  while (start < end && load<u8>(end - 1) <= SPACE) end--;
  hash(start, end);
  const size = sizeOf(frameTable);
  const frame = numberOf(frameTable, hashLow, hashHigh);
  if (frame == size) addNewFrame(start, end);
  if (frames + frameCount * 4 == framesEnd) growFrames();
  store<u32>(frames + frameCount++ * 4, frame);
}

function addSum(stack: usize): void {
  const size = stack * 8;
  if (sums + size == sumsEnd) {
    sums = copied(sums, size, size * 2);
    sumsEnd = sums + size * 2;
  }
  store<f64>(sums + size, NaN);
}

function growFrames(): void {
  const size = framesEnd - frames;
  frames = copied(frames, size, size * 2);
  framesEnd = frames + size * 2;
}

function addNewFrame(start: usize, end: usize): void {
  const size = newFrameCount++ * 8;
  if (newFrames + size == newFramesEnd) {
    newFrames = copied(newFrames, size, size * 2);
    newFramesEnd = newFrames + size * 2;
  }
  store<u32>(newFrames + size, <u32> start);
  store<u32>(newFrames + size, <u32> end, 4);
}

/** Where a byte is first found in `[start, end)`; `end` if it is not there. */
function findByte(byte: u8, start: usize, end: usize): usize {
  const wanted = i8x16.splat(byte);
  for (let at = start; at < end; at += 16) {
    const found = i8x16.bitmask(i8x16.eq(v128.load(at), wanted));
    if (found != 0) return min(at + ctz(found), end);
  }
  return end;
}

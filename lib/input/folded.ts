import { type ByteReader, gunzipIfCompressed, HashIndex, LineReader } from "../bytes/mod.ts";
import {
  type FrameLocation,
  FrameTable,
  type InvalidLine,
  MAX_WEIGHT,
  type RawProfile,
  SampleTable,
  StackTable,
} from "../profile/mod.ts";
import { FoldedLine } from "./folded_line.ts";
import { parseRawFrame } from "./raw_frame.ts";

const SEMICOLON = 0x3b;
const SPACE = 0x20;
const HASH = 0x23;
/** Lines that are looked up together. */
const BATCH_SIZE = 64;

/** How {@linkcode readFolded} reads. */
export interface ReadFoldedOptions {
  /**
   * Whether lines with the same stack become one sample. Otherwise each line is a sample, in the
   * order of the lines, and memory grows with the recording.
   *
   * @default {true}
   */
  readonly merge?: boolean;
  /** Is told now and then how many bytes of the current reader were read so far. */
  readonly onProgress?: (reader: ByteReader, bytesRead: number) => void;
}

/**
 * Reads recordings in the folded format, one after the other, into one profile. Each is taken as
 * gzip if it begins so. Lines may end in CR LF; the last may lack its end. Blank lines, comments
 * (`# ...`) and bpftrace's own first line are skipped; lines that are no stacks are counted, and so
 * are those whose weight would have to be rounded.
 *
 * Counts may have a fraction: all are then multiplied by one power of ten, see `decimals`. A second
 * count, as in differential recordings, is kept as the sample's weight, the first as its base.
 *
 * Memory follows the number of different stacks, not the length of the recording.
 *
 * @param readers The recordings.
 * @param options See {@linkcode ReadFoldedOptions}.
 * @throws {FormatError} If a line is longer than 64 MiB, or gzip data is damaged.
 */
export async function readFolded(
  readers: Iterable<ByteReader> | AsyncIterable<ByteReader>,
  options: ReadFoldedOptions = {},
): Promise<RawProfile> {
  const reader = new FoldedReader(options);
  for await (const one of readers) await reader.read(one);
  return reader.profile();
}

/** What {@linkcode readFolded} does, recording by recording, for callers that go on after errors. */
export class FoldedReader {
  readonly #options: ReadFoldedOptions;
  readonly #frames = new FrameTable();
  readonly #stacks = new StackTable();
  readonly #samples = new SampleTable();
  readonly #locations: FrameLocation[] = [];
  /** The different stacks as text; a stack's number in it is its number in `#stacks`. */
  readonly #texts = new HashIndex();
  /** Of each stack the sample with one count, and that with two; -1 if there is none. */
  #sampleOf: Int32Array = new Int32Array(1 << 8).fill(-1);
  #differentialOf: Int32Array | undefined;
  #decimals = 0;
  #comments = 0;
  #invalid = 0;
  #firstInvalid: InvalidLine | undefined;
  /** Frames of the stack that is being read. */
  readonly #frameBuffer = new Uint32Array(1 << 10);
  #batchSize = 0;
  readonly #batch = {
    starts: new Uint32Array(BATCH_SIZE),
    ends: new Uint32Array(BATCH_SIZE),
    weights: new Float64Array(BATCH_SIZE),
    bases: new Float64Array(BATCH_SIZE),
    lineNumbers: new Float64Array(BATCH_SIZE),
    stacks: new Int32Array(BATCH_SIZE),
  };

  /** Has read nothing yet. */
  constructor(options: ReadFoldedOptions = {}) {
    this.#options = options;
  }

  /**
   * Reads one recording to its end. What was read before an error is kept.
   *
   * @throws {FormatError} As {@linkcode readFolded} says.
   */
  async read(reader: ByteReader): Promise<void> {
    const lines = new LineReader(await gunzipIfCompressed(reader));
    const line = new FoldedLine();
    try {
      while (await lines.fill()) {
        while (lines.next()) this.#readLine(reader.name, lines, line);
        this.#flush(reader.name, lines.view);
        this.#options.onProgress?.(reader, lines.bytesRead);
      }
    } finally {
      this.#batchSize = 0;
    }
  }

  /** What was read so far. */
  profile(): RawProfile {
    return {
      frames: this.#frames,
      stacks: this.#stacks,
      samples: this.#samples,
      decimals: this.#decimals,
      locations: this.#locations,
      skipped: {
        comments: this.#comments,
        invalid: this.#invalid,
        firstInvalid: this.#firstInvalid,
      },
    };
  }

  #readLine(source: string, lines: LineReader, line: FoldedLine): void {
    if (isComment(lines)) {
      this.#comments++;
      return;
    }
    const problem = line.parse(lines.view, lines.start, lines.end);
    if (problem === "") this.#addToBatch(source, lines, line);
    else if (isChatter(lines)) this.#comments++;
    else this.#addInvalid(invalidLine(source, lines, problem));
  }

  #addInvalid(line: InvalidLine): void {
    this.#invalid++;
    this.#firstInvalid ??= { ...line, text: line.text.replace(/\r$/, "").slice(0, 200) };
  }

  /** Lines wait until there are enough of them to be looked up together. */
  #addToBatch(source: string, lines: LineReader, line: FoldedLine): void {
    if (line.decimals !== this.#decimals && !this.#alignDecimals(source, lines, line)) {
      const detail = `its decimals take weights past 2^53 - 1`;
      this.#addInvalid(invalidLine(source, lines, detail));
      return;
    }
    const at = this.#batchSize++;
    this.#batch.starts[at] = line.stackStart;
    this.#batch.ends[at] = line.stackEnd;
    this.#batch.weights[at] = line.weight;
    this.#batch.bases[at] = line.base;
    this.#batch.lineNumbers[at] = lines.lineNumber;
    if (this.#batchSize === BATCH_SIZE) this.#flush(source, lines.view);
  }

  #flush(source: string, view: DataView): void {
    const { starts, ends, weights, bases, lineNumbers, stacks } = this.#batch;
    const count = this.#batchSize;
    this.#batchSize = 0;
    this.#texts.numberAll(view, starts, ends, count, stacks);
    for (let at = 0; at < count; at++) {
      const stack = stacks[at]!;
      if (stack === this.#stacks.size) this.#addStack(view, starts[at]!, ends[at]!);
      if (this.#addSample(stack, weights[at]!, bases[at]!)) continue;
      const text = textOf(view, starts[at]!, ends[at]!) + ` ${weights[at]}`;
      const detail = "the weights of its stack add up to more than 2^53 - 1";
      this.#addInvalid({ source, line: lineNumbers[at]!, text, detail });
    }
  }

  #addSample(stack: number, weight: number, base: number): boolean {
    const sampleOf = Number.isNaN(base) ? this.#sampleOf : this.#differentials();
    const sample = this.#options.merge === false ? -1 : sampleOf[stack]!;
    if (sample >= 0) return this.#samples.add(sample, weight, base);
    sampleOf[stack] = this.#samples.push(stack, weight, base);
    return true;
  }

  #addStack(view: DataView, start: number, end: number): void {
    const frames = this.#frameBuffer;
    let count = 0;
    let frameStart = start;
    for (let at = start; at <= end; at++) {
      if (at < end && view.getUint8(at) !== SEMICOLON) continue;
      frames[count++] = this.#internFrame(view, frameStart, at);
      frameStart = at + 1;
      if (count < frames.length) continue;
      this.#stacks.pushAll(frames, count);
      count = 0;
    }
    this.#stacks.pushAll(frames, count);
    const stack = this.#stacks.finish();
    if (stack < this.#sampleOf.length) return;
    this.#sampleOf = doubled(this.#sampleOf);
    if (this.#differentialOf) this.#differentialOf = doubled(this.#differentialOf);
  }

  #internFrame(view: DataView, start: number, end: number): number {
    while (start < end && view.getUint8(start) <= SPACE) start++;
    while (end > start && view.getUint8(end - 1) <= SPACE) end--;
    const frame = this.#frames.intern(view, start, end);
    if (frame === this.#locations.length) {
      this.#locations.push(parseRawFrame(this.#frames.textOf(frame)));
    }
    return frame;
  }

  #differentials(): Int32Array {
    return this.#differentialOf ??= new Int32Array(this.#sampleOf.length).fill(-1);
  }

  /**
   * Brings the line and all samples to the same number of decimals, the larger one; false, and
   * nothing done, if a weight would not be exact.
   */
  #alignDecimals(source: string, lines: LineReader, line: FoldedLine): boolean {
    this.#flush(source, lines.view);
    const more = line.decimals - this.#decimals;
    if (more > 0) {
      if (!this.#samples.scale(10 ** more)) return false;
      this.#decimals = line.decimals;
      return true;
    }
    line.weight *= 10 ** -more;
    line.base *= 10 ** -more;
    return !(line.weight > MAX_WEIGHT || line.base > MAX_WEIGHT);
  }
}

const CHATTER_REGEXP = /^\s*(?:$|#|Attach(?:ing|ed) \d+ probes?)/;

/** A hash and a blank: what every tool with comments writes. A frame may well begin with a hash. */
function isComment(lines: LineReader): boolean {
  const { view, start, end } = lines;
  return end > start && view.getUint8(start) === HASH &&
    (end === start + 1 || view.getUint8(start + 1) <= SPACE);
}

/** Lines without a count that hold nothing: blank ones, other comments, bpftrace's first line. */
function isChatter(lines: LineReader): boolean {
  return CHATTER_REGEXP.test(lines.text());
}

function invalidLine(source: string, lines: LineReader, detail: string): InvalidLine {
  return { source, line: lines.lineNumber, text: lines.text(), detail };
}

function textOf(view: DataView, start: number, end: number): string {
  return new TextDecoder().decode(new Uint8Array(view.buffer, start, end - start));
}

function doubled(column: Int32Array): Int32Array {
  const larger = new Int32Array(column.length * 2).fill(-1);
  larger.set(column);
  return larger;
}

import { type ByteReader, decompressed, HashIndex, LineReader } from "../bytes/mod.ts";
import { type InvalidLine, MAX_WEIGHT, SampleTable, type SkippedLines } from "../profile/mod.ts";
import { FoldedLine } from "./folded_line.ts";
import type { NewStacks } from "./stack_parser.ts";

const SPACE = 0x20;
const HASH = 0x23;
/** Lines that are looked up together. */
const BATCH_SIZE = 64;

/** How {@linkcode StackCounter} reads. */
export interface CountStacksOptions {
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

/** What {@linkcode StackCounter} counted: a profile without its stacks. */
export interface StackCounts {
  /** With stacks numbered in order of first appearance. */
  readonly samples: SampleTable;
  /** As in a `Profile`. */
  readonly decimals: number;
  /** Lines that are no stacks. */
  readonly skipped: SkippedLines;
}

/**
 * Cuts recordings into lines, numbers their different stacks and adds up what each weighs. What a
 * stack consists of is not looked at: its text is passed on when it is new.
 */
export class StackCounter {
  readonly #options: CountStacksOptions;
  readonly #newStacks: NewStacks;
  readonly #samples = new SampleTable();
  /** The different stacks as text. */
  readonly #texts = new HashIndex();
  /** How many stacks were passed on. */
  #stackCount = 0;
  /** Of each stack the sample with one count, and that with two; -1 if there is none. */
  #sampleOf: Int32Array = new Int32Array(1 << 8).fill(-1);
  #differentialOf: Int32Array | undefined;
  #decimals = 0;
  #comments = 0;
  #invalid = 0;
  #firstInvalid: InvalidLine | undefined;
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
  constructor(newStacks: NewStacks, options: CountStacksOptions = {}) {
    this.#newStacks = newStacks;
    this.#options = options;
  }

  /**
   * Reads one recording to its end. What was read before an error is kept.
   *
   * @throws {FormatError} If a line is longer than 64 MiB, or compressed data is damaged.
   */
  async read(reader: ByteReader): Promise<void> {
    const lines = new LineReader(await decompressed(reader));
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

  /** What was counted so far. */
  counts(): StackCounts {
    return {
      samples: this.#samples,
      decimals: this.#decimals,
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

  #flush(source: string, view: DataView<ArrayBuffer>): void {
    const { starts, ends, weights, bases, lineNumbers, stacks } = this.#batch;
    const count = this.#batchSize;
    this.#batchSize = 0;
    this.#texts.numberAll(view, starts, ends, count, stacks);
    for (let at = 0; at < count; at++) {
      const stack = stacks[at]!;
      if (stack === this.#stackCount) this.#addStack(view, starts[at]!, ends[at]!);
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

  #addStack(view: DataView<ArrayBuffer>, start: number, end: number): void {
    this.#newStacks.add(view, start, end);
    if (this.#stackCount++ < this.#sampleOf.length) return;
    this.#sampleOf = doubled(this.#sampleOf);
    if (this.#differentialOf) this.#differentialOf = doubled(this.#differentialOf);
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

import {
  type ByteReader,
  decompressed,
  findByte,
  lineTooLong,
  MAX_LINE_LENGTH,
} from "../bytes/mod.ts";
import {
  type FrameLocation,
  FrameTable,
  type InvalidLine,
  MAX_WEIGHT,
  type RawProfile,
  SampleTable,
  StackTable,
} from "../profile/mod.ts";
import { FoldedLine, NO_COUNT } from "./folded_line.ts";
import { parseRawFrame } from "./raw_frame.ts";
import { StackScanner } from "./stack_scanner.ts";

const LINE_FEED = 0x0a;
const SPACE = 0x20;
const NUMBER_SIGN = 0x23;

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
 * gzip or Zstandard if it begins so. Lines may end in CR LF; the last may lack its end. Blank lines, comments
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
 * @throws {FormatError} If a line is longer than 64 MiB, or compressed data is damaged.
 * @throws {RangeError} If the different stacks do not fit into 4 GiB.
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
  readonly #isMerging: boolean;
  readonly #scanner: StackScanner;
  readonly #line = new FoldedLine();
  readonly #frames = new FrameTable();
  readonly #locations: FrameLocation[] = [];
  readonly #stacks = new StackTable();
  /** Of each line, if they are not to be added up; otherwise of each stack with two counts. */
  readonly #samples = new SampleTable();
  /** Which of them is that of a stack. */
  readonly #sampleOf = new Map<number, number>();
  /** How many lines of the current recording were read. */
  #lineNumber = 0;
  #decimals = 0;
  #comments = 0;
  #invalid = 0;
  #firstInvalid: InvalidLine | undefined;

  /** Has read nothing yet. */
  constructor(options: ReadFoldedOptions = {}) {
    this.#options = options;
    this.#isMerging = options.merge ?? true;
    this.#scanner = new StackScanner(this.#isMerging);
  }

  /**
   * Reads one recording to its end. What was read before an error is kept.
   *
   * @throws {FormatError} As {@linkcode readFolded} says.
   * @throws {RangeError} As {@linkcode readFolded} says.
   */
  async read(reader: ByteReader): Promise<void> {
    this.#lineNumber = 0;
    try {
      await this.#readLines(reader);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const line = this.#lineNumber + 1;
      throw new RangeError(`Cannot read "${reader.name}", line ${line}: ${error.message}`);
    }
  }

  async #readLines(reader: ByteReader): Promise<void> {
    const { name } = reader;
    const plain = await decompressed(reader);
    const scanner = this.#scanner;
    scanner.begin();
    let bytesRead = 0;
    for (let isLast = false; !isLast;) {
      if (scanner.pending > MAX_LINE_LENGTH) throw lineTooLong(name, this.#lineNumber + 1);
      const count = await plain.read(scanner.makeRoom());
      scanner.fill(count);
      bytesRead += count;
      isLast = count === 0;
      for (let end = scanner.scan(isLast);; end = scanner.scan(isLast)) {
        this.#addLines(name, this.#lineNumber);
        this.#lineNumber += scanner.stacks.length;
        if (end === "odd-line") this.#addOddLine(name, ++this.#lineNumber);
        if (end === "needs-bytes") break;
      }
      this.#options.onProgress?.(reader, bytesRead);
    }
  }

  /** What was read so far. */
  profile(): RawProfile {
    return {
      frames: this.#frames,
      stacks: this.#stacks,
      locations: this.#locations,
      samples: this.#isMerging ? this.#summedSamples() : this.#samples,
      decimals: this.#decimals,
      skipped: {
        comments: this.#comments,
        invalid: this.#invalid,
        firstInvalid: this.#firstInvalid,
      },
    };
  }

  /** By the number of the stack; one with two counts comes behind the same with one. */
  #summedSamples(): SampleTable {
    const summed = new SampleTable();
    const { sums } = this.#scanner;
    for (let stack = 0; stack < sums.length; stack++) {
      if (!Number.isNaN(sums[stack])) summed.push(stack, sums[stack]!);
      const sample = this.#sampleOf.get(stack);
      if (sample === undefined) continue;
      summed.push(stack, this.#samples.weightOf(sample), this.#samples.baseOf(sample));
    }
    return summed;
  }

  /** Adds the lines of a scan, `lineNumber` being that of the line before them. */
  #addLines(source: string, lineNumber: number): void {
    this.#addNew();
    const { view, stacks, weights, starts, ends, heavyLines } = this.#scanner;
    const unit = 10 ** this.#decimals;
    const addHeavy = (line: number) => {
      const detail = weights[line]! * unit > MAX_WEIGHT ? DECIMALS_TOO_MANY : SUM_TOO_LARGE;
      const end = findByte(view, LINE_FEED, ends[line]!, this.#scanner.filled);
      const text = this.#textOf(starts[line]!, end);
      this.#addInvalid({ source, line: lineNumber + 1 + line, text, detail });
    };
    for (const line of heavyLines) addHeavy(line);
    if (this.#isMerging) return;
    for (let line = 0; line < stacks.length; line++) {
      const weight = weights[line]! * unit;
      if (weight > MAX_WEIGHT) addHeavy(line);
      else this.#samples.push(stacks[line]!, weight);
    }
  }

  /** Adds the stacks and frames that the scanner saw for the first time. */
  #addNew(): void {
    if (this.#scanner.stackCount === this.#stacks.size) return;
    const { newFrames, stackEnds, frames, view } = this.#scanner;
    for (let at = 0; at < newFrames.length; at += 2) {
      const frame = this.#frames.intern(view, newFrames[at]!, newFrames[at + 1]!);
      this.#locations[frame] = parseRawFrame(this.#frames.textOf(frame));
    }
    this.#stacks.append(frames, stackEnds);
  }

  /** Adds a line that the scanner does not read itself. */
  #addOddLine(source: string, lineNumber: number): void {
    const { view, oddStart: start, oddEnd: end } = this.#scanner;
    if (end - start > MAX_LINE_LENGTH) throw lineTooLong(source, lineNumber);
    if (isComment(view, start, end)) {
      this.#comments++;
      return;
    }
    const line = this.#line;
    const problem = line.parse(view, start, end) || this.#alignDecimals(line);
    if (problem === "") {
      this.#scanner.addStack(line.stackStart, line.stackEnd);
      this.#addNew();
      const stack = this.#scanner.stacks[0]!;
      if (this.#addSample(stack, line.weight, line.base)) return;
    }
    const text = this.#textOf(start, end);
    if (problem === NO_COUNT && CHATTER_REGEXP.test(text)) this.#comments++;
    else this.#addInvalid({ source, line: lineNumber, text, detail: problem || SUM_TOO_LARGE });
  }

  #addInvalid(line: InvalidLine): void {
    this.#invalid++;
    this.#firstInvalid ??= { ...line, text: line.text.replace(/\r$/, "").slice(0, 200) };
  }

  /** False if the weight of the stack would not be exact. */
  #addSample(stack: number, weight: number, base: number): boolean {
    if (this.#isMerging && Number.isNaN(base)) {
      const { sums } = this.#scanner;
      const sum = Number.isNaN(sums[stack]) ? weight : sums[stack]! + weight;
      if (sum > MAX_WEIGHT) return false;
      sums[stack] = sum;
      return true;
    }
    const sample = this.#sampleOf.get(stack);
    if (sample !== undefined) return this.#samples.add(sample, weight, base);
    const added = this.#samples.push(stack, weight, base);
    if (this.#isMerging) this.#sampleOf.set(stack, added);
    return true;
  }

  /**
   * Brings the line and all samples to the same number of decimals, the larger one.
   *
   * @returns What is wrong, and nothing was done, if a weight would not be exact; otherwise empty.
   */
  #alignDecimals(line: FoldedLine): string {
    const more = line.decimals - this.#decimals;
    if (more > 0) {
      const factor = 10 ** more;
      const { sums } = this.#scanner;
      const isExact = sums.every((sum) => !(sum * factor > MAX_WEIGHT));
      if (!isExact || !this.#samples.scale(factor)) return DECIMALS_TOO_MANY;
      for (let stack = 0; stack < sums.length; stack++) sums[stack]! *= factor;
      this.#decimals = line.decimals;
      this.#scanner.unit = 10 ** this.#decimals;
      return "";
    }
    line.weight *= 10 ** -more;
    line.base *= 10 ** -more;
    return line.weight > MAX_WEIGHT || line.base > MAX_WEIGHT ? DECIMALS_TOO_MANY : "";
  }

  #textOf(start: number, end: number): string {
    return new TextDecoder().decode(new Uint8Array(this.#scanner.view.buffer, start, end - start));
  }
}

const DECIMALS_TOO_MANY = "its decimals take weights past 2^53 - 1";
const SUM_TOO_LARGE = "the weights of its stack add up to more than 2^53 - 1";
/** Lines without a count that hold nothing: blank ones, other comments, bpftrace's first line. */
const CHATTER_REGEXP = /^\s*(?:$|#|Attach(?:ing|ed) \d+ probes?)/;

/** A hash and a blank: what every tool with comments writes. A frame may well begin with a hash. */
function isComment(view: DataView, start: number, end: number): boolean {
  return end > start && view.getUint8(start) === NUMBER_SIGN &&
    (end === start + 1 || view.getUint8(start + 1) <= SPACE);
}

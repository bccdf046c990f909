import { ByteInterner } from "../bytes/mod.ts";
import {
  addressOf,
  inlinedFrame,
  isName,
  parsePerfLine,
  perfFrame,
  type PerfLine,
} from "./perf_frame.ts";
import { PerfSymbols } from "./perf_symbols.ts";
import type { RecordingBuilder } from "./recording_builder.ts";

/**
 * Makes frames of the lines of a stack that `perf script` prints, leaf first.
 *
 * With debug information perf prints an address as several lines, one for each function inlined
 * there. A run of lines with the same address is taken as follows; perf 6.1 was looked at.
 *
 * - One of them says `(inlined)`: all are one frame, whose address symfold names and expands itself.
 *   perf's names are kept for where it cannot. The function that has the code is the one with a
 *   file, wherever it stands: most often last, but first if perf took an inlined function for it,
 *   and then often once more at the end. The others are inlined into it, innermost first. Without
 *   any file the last is it: perf says `(inlined)` of every name that differs from the symbol's. Its
 *   file is then that of another line whose symbol begins where its does, and is named alike.
 * - The same lines over and over, each time one with a file and one inlined: the function called
 *   itself, and each repetition is one frame.
 * - None says `(inlined)`: each line is one frame, since functions that call themselves have the
 *   same return address many times, and the program may be interrupted there. Or perf has found a
 *   function inlined into its own other part: only debug information tells, and `resolve` looks.
 */
export class PerfStack {
  readonly #builder: RecordingBuilder;
  /** The different lines, by number. */
  readonly #known = new ByteInterner();
  readonly #lines: (PerfLine | undefined)[] = [];
  /** The frame of each line on its own; -1 if it was not made yet. */
  readonly #frames: number[] = [];
  /** The frames of runs of several lines. */
  readonly #runs = new Map<string, readonly number[]>();
  readonly #symbols = new PerfSymbols();
  /** The numbers of lines with the same address that are not pushed yet. */
  #run: number[] = [];
  #address = "";

  constructor(builder: RecordingBuilder) {
    this.#builder = builder;
  }

  /** Reads the line `[start, end)`. */
  readLine(view: DataView, start: number, end: number): void {
    const number = this.#known.intern(view, start, end);
    if (number === this.#lines.length) {
      const bytes = new Uint8Array(view.buffer, view.byteOffset + start, end - start);
      const line = parsePerfLine(new TextDecoder().decode(bytes));
      this.#lines.push(line);
      if (line !== undefined) this.#symbols.add(line);
      this.#frames.push(-1);
    }
    const line = this.#lines[number];
    if (line === undefined) return;
    if (this.#run.length > 0 && (line.address === "" || line.address !== this.#address)) {
      this.#pushRun();
    }
    this.#run.push(number);
    this.#address = line.address;
  }

  /** Pushes what is left of the stack to the builder. */
  finish(): void {
    if (this.#run.length > 0) this.#pushRun();
  }

  /** Finds the files of functions that perf gave none for. Call it after all stacks. */
  complete(): void {
    this.#symbols.complete();
  }

  #pushRun(): void {
    const run = this.#run;
    for (const frame of this.#framesOf(run)) this.#builder.push(frame);
    run.length = 0;
  }

  #framesOf(run: readonly number[]): readonly number[] {
    if (run.length === 1 && !this.#isInlined(run[0]!)) return [this.#frameOf(run[0]!)];
    const key = run.join();
    const known = this.#runs.get(key);
    if (known !== undefined) return known;
    const frames = this.#makeRun(run);
    this.#runs.set(key, frames);
    return frames;
  }

  #makeRun(run: readonly number[]): number[] {
    if (!run.some((line) => this.#isInlined(line)) || this.#lines[run[0]!]!.address === "") {
      return run.map((line) => this.#frameOf(line));
    }
    const period = this.#periodOf(run);
    const unit = this.#makeFrame(run.slice(0, period));
    return Array.from({ length: run.length / period }, () => unit).flat();
  }

  /** After how many lines a run begins again with a frame of its own. */
  #periodOf(run: readonly number[]): number {
    for (let period = 2; 2 * period <= run.length; period++) {
      if (run.length % period !== 0) continue;
      const isRepeated = run.every((line, at) => line === run[at % period]);
      const inlined = run.slice(0, period).filter((line) => this.#isInlined(line)).length;
      if (isRepeated && inlined > 0 && inlined < period) return period;
    }
    return run.length;
  }

  /** The frame of the lines of one address, and those before it if it has a name only. */
  #makeFrame(run: readonly number[]): number[] {
    const lines = run.map((number) => this.#lines[number]!);
    const outer = lines.findLast(({ isInlined }) => !isInlined) ?? lines.at(-1)!;
    const inlined = lines.filter((line) => line !== outer).filter(({ isInlined }) => isInlined)
      .map(({ symbol }) => symbol);
    if (isName(outer)) {
      const names = inlined.map((name) => inlinedFrame(this.#builder, name));
      return [...names, perfFrame(this.#builder, outer)];
    }
    inlined.reverse();
    const location = addressOf(outer, inlined);
    if (outer.isInlined) this.#symbols.search(outer, location);
    return [perfFrame(this.#builder, outer, inlined, location)];
  }

  #isInlined(number: number): boolean {
    return this.#lines[number]!.isInlined;
  }

  #frameOf(number: number): number {
    if (this.#frames[number]! < 0) {
      this.#frames[number] = perfFrame(this.#builder, this.#lines[number]!);
    }
    return this.#frames[number]!;
  }
}

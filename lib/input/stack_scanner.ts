import { instantiateWasm } from "../bytes/mod.ts";
import { WASM_CODE } from "./scanner_code.ts";

/** Why {@linkcode StackScanner.scan} ended. */
export type ScanEnd = "needs-bytes" | "odd-line" | "many-lines";

/** In the order of the numbers in `lib/bytes/assembly/scan_stacks.ts`. */
const SCAN_ENDS: readonly ScanEnd[] = ["needs-bytes", "odd-line", "many-lines"];
/** In bytes. */
const FIRST_BUFFER = 1 << 19;

/**
 * What `lib/bytes/assembly/scan_stacks.ts` exports. Those that are no functions are unsigned 32-bit numbers; where
 * they are addresses in the memory, the comment says of what.
 */
interface ScannerExports {
  readonly memory: WebAssembly.Memory;
  setUp(low: bigint, high: bigint, bufferSize: number, isMerging: boolean): void;
  begin(): void;
  makeRoom(): void;
  fill(count: number): void;
  scan(isLast: boolean): number;
  addStack(start: number, end: number): void;
  /** Bytes that were read, and where there is no more room for others. */
  readonly next: WebAssembly.Global;
  readonly filled: WebAssembly.Global;
  readonly bufferEnd: WebAssembly.Global;
  readonly lineCount: WebAssembly.Global;
  /** Float64. */
  readonly weights: WebAssembly.Global;
  /** Uint32, each. */
  readonly stacks: WebAssembly.Global;
  readonly starts: WebAssembly.Global;
  readonly ends: WebAssembly.Global;
  readonly frames: WebAssembly.Global;
  readonly frameCount: WebAssembly.Global;
  readonly stackEnds: WebAssembly.Global;
  readonly stackCount: WebAssembly.Global;
  readonly newFrames: WebAssembly.Global;
  readonly newFrameCount: WebAssembly.Global;
  readonly heavyLines: WebAssembly.Global;
  readonly heavyCount: WebAssembly.Global;
  /** Float64. */
  readonly sums: WebAssembly.Global;
  readonly unit: WebAssembly.Global;
  readonly oddStart: WebAssembly.Global;
  readonly oddEnd: WebAssembly.Global;
}

/**
 * Cuts recordings into lines, reads their counts, and numbers their different stacks and the different
 * frames of these: 0, 1, 2, ... in order of first appearance. A line with one whole count of at most
 * 15 digits is read here, any other is odd: its reader says what it is.
 *
 * What is new is told once, as places in {@linkcode view}, and no bytes are kept: stacks, or frames,
 * are the same if 96 bits of their 128-bit hashes are. Comparing a line with the stored one would read as much
 * memory again as the recording has, in random order. The hash is MurmurHash3 with a random seed: among
 * a billion different stacks two that are taken for one are to be expected with a probability of about
 * 10^-11. It is no protection against somebody who makes a recording on purpose to have its stacks
 * merged.
 *
 * The work is done in WebAssembly, see `lib/bytes/assembly/scan_stacks.ts`; all columns are views of its memory,
 * valid until the next call of a method.
 *
 * @example
 * ```ts
 * import { StackScanner } from "./stack_scanner.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const scanner = new StackScanner(true);
 * const text = new TextEncoder().encode("a;b 1\na;c 2\na;b 40\n");
 * scanner.makeRoom().set(text);
 * scanner.fill(text.length);
 * assertEquals(scanner.scan(true), "needs-bytes");
 * assertEquals([...scanner.stacks], [0, 1, 0]);
 * assertEquals([...scanner.weights], [1, 2, 40]);
 * assertEquals([...scanner.sums], [41, 2]);
 * assertEquals([...scanner.frames], [0, 1, 0, 2]);
 * assertEquals([...scanner.stackEnds], [2, 4]);
 * ```
 */
export class StackScanner {
  /** The memory: the bytes that were read are somewhere in it. */
  view: DataView<ArrayBuffer>;
  /** How many different stacks there are. */
  stackCount = 0;
  readonly #scanner: ScannerExports;
  readonly #isMerging: boolean;
  /** Whether a step ended in the middle: what the memory then holds is not to be trusted. */
  #isBroken = false;

  /**
   * Has no bytes yet.
   *
   * @param isMerging Whether the counts of each stack are added up.
   */
  constructor(isMerging: boolean) {
    this.#isMerging = isMerging;
    this.#scanner = instantiateWasm(WASM_CODE) as unknown as ScannerExports;
    const [low, high] = crypto.getRandomValues(new BigUint64Array(2));
    this.#scanner.setUp(low!, high!, FIRST_BUFFER, isMerging);
    this.view = new DataView(this.#buffer);
  }

  /** Forgets bytes that were not scanned: another recording begins. Numbers go on. */
  begin(): void {
    this.#scanner.begin();
  }

  /** Where the bytes that were written end in {@linkcode view}. */
  get filled(): number {
    return this.#address(this.#scanner.filled);
  }

  /** How long the line is that was begun and not ended, in bytes. */
  get pending(): number {
    return this.filled - this.#address(this.#scanner.next);
  }

  /** Where the next bytes are to be written, from its start. There is always room for some. */
  makeRoom(): Uint8Array<ArrayBuffer> {
    const { filled, bufferEnd } = this.#scanner;
    this.#run(() => this.#scanner.makeRoom());
    const start = this.#address(filled);
    return new Uint8Array(this.#buffer, start, this.#address(bufferEnd) - start);
  }

  /** So many bytes were written. */
  fill(count: number): void {
    this.#scanner.fill(count);
  }

  /**
   * Scans as many lines as it can. Unless it needs bytes, there may be more lines.
   *
   * @param isLast Whether no further bytes will come: the last line may lack its end.
   * @throws {RangeError} If its memory, 4 GiB, is full. No other step is then possible; what was
   * found before stays.
   */
  scan(isLast: boolean): ScanEnd {
    let end = 0;
    this.#run(() => end = this.#scanner.scan(isLast));
    this.stackCount += this.#scanner.stackCount.value;
    return SCAN_ENDS[end]!;
  }

  /**
   * Looks up the stack `[start, end)` of {@linkcode view}. All is then as if its line had been the only
   * one of a scan, with a count of 0.
   *
   * @throws {RangeError} As {@linkcode scan} does.
   */
  addStack(start: number, end: number): void {
    this.#run(() => this.#scanner.addStack(start, end));
    this.stackCount += this.#scanner.stackCount.value;
  }

  /** Where the odd line begins in {@linkcode view}, if there is one. */
  get oddStart(): number {
    return this.#address(this.#scanner.oddStart);
  }

  /** Where it ends, without its line feed. */
  get oddEnd(): number {
    return this.#address(this.#scanner.oddEnd);
  }

  /** The count of each line. */
  get weights(): Float64Array {
    const { weights, lineCount } = this.#scanner;
    return new Float64Array(this.#buffer, this.#address(weights), lineCount.value);
  }

  /** The sum of the counts of each stack so far, NaN if it had none; may be changed. */
  get sums(): Float64Array {
    const count = this.#isMerging ? this.stackCount : 0;
    return new Float64Array(this.#buffer, this.#address(this.#scanner.sums), count);
  }

  /** What counts are multiplied by when they are added up. */
  set unit(unit: number) {
    this.#scanner.unit.value = unit;
  }

  /** Lines, by their number in this scan, whose counts were not added: sums would not be exact. */
  get heavyLines(): Uint32Array {
    return this.#column(this.#scanner.heavyLines, this.#scanner.heavyCount.value);
  }

  /** The number of each line's stack. */
  get stacks(): Uint32Array {
    return this.#column(this.#scanner.stacks, this.#scanner.lineCount.value);
  }

  /** Where the stack of each line begins in {@linkcode view}. */
  get starts(): Uint32Array {
    return this.#column(this.#scanner.starts, this.#scanner.lineCount.value);
  }

  /** Where it ends. */
  get ends(): Uint32Array {
    return this.#column(this.#scanner.ends, this.#scanner.lineCount.value);
  }

  /** The frames of all new stacks, root first, by their numbers. */
  get frames(): Uint32Array {
    return this.#column(this.#scanner.frames, this.#scanner.frameCount.value);
  }

  /** Where each new stack ends in {@linkcode frames}. */
  get stackEnds(): Uint32Array {
    return this.#column(this.#scanner.stackEnds, this.#scanner.stackCount.value);
  }

  /** Where each new frame begins and ends in {@linkcode view}: two numbers each. */
  get newFrames(): Uint32Array {
    return this.#column(this.#scanner.newFrames, 2 * this.#scanner.newFrameCount.value);
  }

  get #buffer(): ArrayBuffer {
    return this.#scanner.memory.buffer as ArrayBuffer;
  }

  /** Memory that grows gets another buffer. */
  #run(step: () => void): void {
    try {
      if (!this.#isBroken) step();
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      this.#isBroken = true;
    }
    if (this.#isBroken) {
      throw new RangeError("4 GiB are not enough for so many different stacks");
    }
    if (this.view.buffer !== this.#buffer) this.view = new DataView(this.#buffer);
  }

  #column(start: WebAssembly.Global, length: number): Uint32Array {
    return new Uint32Array(this.#buffer, this.#address(start), length);
  }

  /** Addresses come signed. */
  #address(global: WebAssembly.Global): number {
    return global.value >>> 0;
  }
}

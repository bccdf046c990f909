import { instantiateWasm } from "../bytes/mod.ts";
import type { SampleColumns, StackTable } from "../profile/mod.ts";
import type { LineKeys } from "./line_keys.ts";
import { WASM_CODE } from "./writer_code.ts";

/** Addresses have 32 bits; some is left for the lines. */
const MAX_SIZE = 2 ** 32 - 2 ** 24;

/** What `lib/bytes/assembly/write_lines.ts` exports: addresses in the memory, but for `used`. */
interface WriterExports {
  readonly memory: WebAssembly.Memory;
  setUp(
    textSize: number,
    frameCount: number,
    placeCount: number,
    stackCount: number,
    lineCount: number,
  ): void;
  write(firstLine: number, lineEnd: number): number;
  readonly texts: WebAssembly.Global;
  readonly callerStarts: WebAssembly.Global;
  readonly frames: WebAssembly.Global;
  readonly stackEnds: WebAssembly.Global;
  readonly stacks: WebAssembly.Global;
  readonly weights: WebAssembly.Global;
  readonly bases: WebAssembly.Global;
  readonly buffer: WebAssembly.Global;
  readonly used: WebAssembly.Global;
}

/**
 * Writes folded lines: the texts of frames, as {@linkcode LineKeys} has them, a base if there is one,
 * a weight, a line feed. The work is done in WebAssembly, for which all columns are copied once: see
 * `lib/bytes/assembly/write_lines.ts`.
 */
export class LineWriter {
  readonly #writer = instantiateWasm(WASM_CODE) as unknown as WriterExports;
  readonly #lineCount: number;

  /**
   * Has written nothing yet.
   *
   * @param lines Which stack each line has, and what it weighs: whole numbers.
   * @throws {RangeError} If all that does not fit into 4 GiB.
   */
  constructor(stacks: StackTable, keys: LineKeys, lines: SampleColumns) {
    const writer = this.#writer;
    const { callerStarts, leafStarts, texts } = keys;
    const frameCount = callerStarts.length - 1;
    this.#lineCount = lines.stacks.length;
    const size = texts.length + 4 * (2 * frameCount + stacks.frameCount + stacks.size) +
      20 * this.#lineCount;
    if (size > MAX_SIZE) throw tooLarge();
    this.#run(() =>
      writer.setUp(texts.length, frameCount, stacks.frameCount, stacks.size, this.#lineCount)
    );
    const { buffer } = writer.memory;
    const column = ({ value }: WebAssembly.Global, length: number) =>
      new Uint32Array(buffer, value >>> 0, length);
    new Uint8Array(buffer, writer.texts.value >>> 0, texts.length).set(texts);
    const starts = column(writer.callerStarts, 2 * frameCount + 1);
    starts.set(callerStarts);
    starts.set(leafStarts, frameCount);
    column(writer.frames, stacks.frameCount).set(stacks.frames.subarray(0, stacks.frameCount));
    column(writer.stackEnds, stacks.size).set(stacks.ends);
    column(writer.stacks, this.#lineCount).set(lines.stacks);
    const weights = new Float64Array(buffer, writer.weights.value >>> 0, this.#lineCount);
    weights.set(lines.weights);
    const bases = new Float64Array(buffer, writer.bases.value >>> 0, this.#lineCount);
    if (lines.bases === undefined) bases.fill(NaN);
    else bases.set(lines.bases);
  }

  /** All lines in chunks, each valid until the next one is asked for. */
  *chunks(): Generator<Uint8Array> {
    for (let line = 0; line < this.#lineCount;) {
      line = this.#write(line, this.#lineCount);
      yield this.#written();
    }
  }

  /** One line, valid until the next one is asked for. */
  line(line: number): Uint8Array {
    this.#write(line, line + 1);
    return this.#written();
  }

  #write(line: number, end: number): number {
    let next = line;
    this.#run(() => next = this.#writer.write(line, end));
    return next;
  }

  #written(): Uint8Array {
    const { memory, buffer, used } = this.#writer;
    return new Uint8Array(memory.buffer as ArrayBuffer, buffer.value >>> 0, used.value >>> 0);
  }

  #run(step: () => void): void {
    try {
      step();
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      throw tooLarge();
    }
  }
}

function tooLarge(): RangeError {
  return new RangeError("Cannot write so many different stacks: 4 GiB are not enough");
}

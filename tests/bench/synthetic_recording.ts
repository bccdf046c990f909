import { Random } from "./random.ts";
import type { SyntheticProcess } from "./synthetic_process.ts";

/** How large a recording is, and where. */
export interface RecordingSize {
  readonly path: string;
  readonly seed: number;
  readonly stackCount: number;
  /** At least `stackCount`. */
  readonly lineCount: number;
}

/** From how many places threads start. */
const ROOT_COUNT = 8;
/** A call chain has 16 to 37 frames: 400 bytes a line. */
const MIN_DEPTH = 16;
const DEPTHS = 22;
const MAX_WEIGHT = 100;
const LINE_FEED = 0x0a;
const CHUNK_SIZE = 1 << 22;

/**
 * Collapsed stacks as a sampling profiler writes them: call chains are random walks over a call
 * graph in which one callee is much likelier than the others, so that they share prefixes; each
 * different stack occurs, some far more often than others (Zipf's law).
 */
export class SyntheticRecording {
  readonly process: SyntheticProcess;
  readonly path: string;
  readonly stackCount: number;
  readonly lineCount: number;
  readonly #stacks: readonly Uint16Array[];
  readonly #lines: Uint32Array;
  readonly #weights: Uint8Array;

  /** Decides what is in it. */
  constructor(process: SyntheticProcess, { path, seed, stackCount, lineCount }: RecordingSize) {
    const random = new Random(seed);
    this.process = process;
    this.path = path;
    this.stackCount = stackCount;
    this.lineCount = lineCount;
    this.#stacks = makeStacks(random, process.addresses.length, stackCount);
    this.#lines = Uint32Array.from(
      { length: lineCount },
      // The stack of rank r is drawn with a probability proportional to 1 / r.
      (_, line) => line < stackCount ? line : Math.floor(stackCount ** random.fraction()),
    );
    random.shuffle(this.#lines);
    this.#weights = Uint8Array.from(this.#lines, () => 1 + random.below(MAX_WEIGHT));
  }

  /** Writes the lines to `path`. */
  async write(): Promise<void> {
    const encoder = new TextEncoder();
    const frames = Array.from(this.process.addresses, (address) => `0x${address.toString(16)}`);
    const texts = this.#stacks.map((stack) =>
      encoder.encode(Array.from(stack, (frame) => frames[frame]!).join(";") + " ")
    );
    const counts = Array.from({ length: MAX_WEIGHT + 1 }, (_, count) => encoder.encode(`${count}`));
    using file = await Deno.create(this.path);
    const chunk = new Uint8Array(CHUNK_SIZE);
    let used = 0;
    for (const [line, stack] of this.#lines.entries()) {
      const text = texts[stack]!;
      const count = counts[this.#weights[line]!]!;
      if (used + text.length + count.length + 1 > CHUNK_SIZE) {
        writeAll(file, chunk.subarray(0, used));
        used = 0;
      }
      chunk.set(text, used);
      chunk.set(count, used + text.length);
      used += text.length + count.length;
      chunk[used++] = LINE_FEED;
    }
    writeAll(file, chunk.subarray(0, used));
  }

  /** The answer: each different named stack with its weight, in no order. */
  expected(): Map<string, number> {
    const weightOf = new Float64Array(this.#stacks.length);
    for (const [line, stack] of this.#lines.entries()) weightOf[stack]! += this.#weights[line]!;
    const expected = new Map<string, number>();
    for (const [at, stack] of this.#stacks.entries()) {
      const text = Array.from(stack, (frame) => this.process.names[frame]!).join(";");
      expected.set(text, (expected.get(text) ?? 0) + weightOf[at]!);
    }
    return expected;
  }
}

/**
 * Different stacks, root first, as indexes of addresses. The first ones end in one address each, so
 * that every address occurs.
 */
function makeStacks(random: Random, addressCount: number, stackCount: number): Uint16Array[] {
  const callees = Uint16Array.from({ length: 3 * addressCount }, () => random.below(addressCount));
  const stacks = new Map<string, Uint16Array>();
  while (stacks.size < stackCount) {
    const stack = new Uint16Array(MIN_DEPTH + random.below(DEPTHS));
    let frame = random.below(ROOT_COUNT);
    for (let depth = 0; depth < stack.length; depth++) {
      stack[depth] = frame;
      const choice = random.fraction();
      frame = callees[3 * frame + (choice < 0.6 ? 0 : choice < 0.9 ? 1 : 2)]!;
    }
    if (stacks.size < addressCount) stack[stack.length - 1] = stacks.size;
    stacks.set(String.fromCharCode(...stack), stack);
  }
  return [...stacks.values()];
}

function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
}

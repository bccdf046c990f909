/**
 * Stacks as runs of frame numbers, root first, one run after the other in one column. Reading a
 * stack is reading memory in order; a table of 200,000 stacks of 30 frames takes 24 MB.
 *
 * @example
 * ```ts
 * import { StackTable } from "./stack_table.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const stacks = new StackTable();
 * stacks.push(7);
 * stacks.push(8);
 * assertEquals(stacks.finish(), 0);
 * assertEquals([...stacks.framesOf(0)], [7, 8]);
 * ```
 */
export class StackTable {
  /** How many stacks there are. */
  size = 0;
  /** The frames of all stacks; only the first {@linkcode frameCount} are meaningful. */
  frames: Uint32Array = new Uint32Array(1 << 12);
  /** How many frames all stacks have together. */
  frameCount = 0;
  #ends = new Uint32Array(1 << 8);

  /** Appends a frame to the stack that is being made. */
  push(frame: number): void {
    this.reserve(1);
    this.frames[this.frameCount++] = frame;
  }

  /**
   * Makes room for so many frames more. Instead of calling {@linkcode push} for each, they may then
   * be written to {@linkcode frames}, from {@linkcode frameCount} on, which is moved behind them.
   */
  reserve(count: number): void {
    let capacity = this.frames.length;
    while (this.frameCount + count > capacity) capacity *= 2;
    if (capacity === this.frames.length) return;
    const old = this.frames;
    this.frames = new Uint32Array(capacity);
    this.frames.set(old);
  }

  /**
   * Ends the stack that is being made; gives its number.
   *
   * @throws {RangeError} If it has no frames.
   */
  finish(): number {
    if (this.frameCount === (this.size === 0 ? 0 : this.#ends[this.size - 1])) {
      throw new RangeError("Cannot end a stack: it has no frames");
    }
    if (this.size === this.#ends.length) {
      const ends = new Uint32Array(this.#ends.length * 2);
      ends.set(this.#ends);
      this.#ends = ends;
    }
    this.#ends[this.size] = this.frameCount;
    return this.size++;
  }

  /**
   * Appends stacks.
   *
   * @param frames The frames of all of them, root first, one stack after the other.
   * @param ends Where each ends in these.
   */
  append(frames: Uint32Array, ends: Uint32Array): void {
    this.reserve(frames.length);
    this.frames.set(frames, this.frameCount);
    const start = this.frameCount;
    for (let stack = 0; stack < ends.length; stack++) {
      this.frameCount = start + ends[stack]!;
      this.finish();
    }
  }

  /** Where each stack ends in {@linkcode frames}, not copied. */
  get ends(): Uint32Array {
    return this.#ends.subarray(0, this.size);
  }

  /** Where the frames of a stack begin in {@linkcode frames}. */
  startOf(stack: number): number {
    return stack === 0 ? 0 : this.#ends[stack - 1]!;
  }

  /** Where the frames of a stack end in {@linkcode frames}. */
  endOf(stack: number): number {
    return this.#ends[stack]!;
  }

  /**
   * The same stacks with other frames.
   *
   * @param frames One for each of {@linkcode frames}, in the same places; not copied.
   */
  withFrames(frames: Uint32Array): StackTable {
    const table = new StackTable();
    table.size = this.size;
    table.frames = frames;
    table.frameCount = this.frameCount;
    table.#ends = this.#ends;
    return table;
  }

  /** The frames of a stack, root first, not copied. */
  framesOf(stack: number): Uint32Array {
    return this.frames.subarray(this.startOf(stack), this.endOf(stack));
  }
}

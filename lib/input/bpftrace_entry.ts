import { parseHexAddress, parseRawFrame } from "./raw_frame.ts";
import type { RecordingBuilder } from "./recording_builder.ts";

const ADDRESS_REGEXP = /^(?:0x)?([0-9a-f]{1,16})$/i;
/** `ustack(perf)`: the address, the symbol with a decimal offset, the file in parentheses. */
const PERF_REGEXP = /^([0-9a-f]{1,16}) (.*?)(?:\+\d+)? \((.*)\)$/i;
/** `kstack(perf)`: the address and the symbol, no file. */
const KERNEL_PERF_REGEXP = /^([89a-f][0-9a-f]{15}) (.+?)(?:\+\d+)?$/i;
const INLINED_REGEXP = /^\[inlined\] (.*?)(?:@[^@]*:\d+)?$/;
/** `main+12`, or `main+12@/src/main.c:7`. */
const SYMBOL_REGEXP = /^(.*?)\+\d+(?:@[^@]*:\d+)?$/;

/** Which half of the address space frames are of; empty if they have no addresses. */
type Half = "user" | "kernel" | "";

interface Stack {
  /** Leaf first. */
  readonly lines: string[];
  half: Half;
}

/**
 * The key of one entry of a bpftrace map: stacks, leaf first, and other parts (the name of a thread,
 * numbers), which are the root of the stack.
 */
export class BpftraceEntry {
  /** The name of the map with its `@`. */
  readonly map: string;
  /** 1-based number of the line where it begins. */
  readonly line: number;
  readonly #parts: string[] = [];
  readonly #stacks: Stack[] = [];
  #isInStack = false;

  /** Has an empty key. */
  constructor(map: string, line: number) {
    this.map = map;
    this.line = line;
  }

  /** Whether a stack with frames is in the key. */
  get hasStack(): boolean {
    return this.#stacks.length > 0;
  }

  /**
   * The process, for recordings of several: the only part of the key that is a number, as in
   * `@[pid, comm, ustack]`; -1 if there is none, or more than one.
   */
  get process(): number {
    const numbers = this.#parts.filter((part) => /^\d{1,7}$/.test(part));
    return numbers.length === 1 ? Number(numbers[0]) : -1;
  }

  /** Adds what stands between stacks, before or behind them: other parts of the key, with commas. */
  addParts(text: string, comma: string): void {
    for (const part of text.split(comma)) if (part.trim() !== "") this.#parts.push(part.trim());
    this.#isInStack = false;
  }

  /** Adds a frame of a stack. */
  addFrame(line: string): void {
    if (!this.#isInStack) this.#stacks.push({ lines: [], half: "" });
    this.#isInStack = true;
    const stack = this.#stacks.at(-1)!;
    stack.lines.push(line);
    if (stack.half !== "user") stack.half = halfOf(line) || stack.half;
  }

  /** Puts the frames on a builder, leaf first. */
  push(builder: RecordingBuilder): void {
    const stacks = this.#leafFirst();
    for (const [at, { lines, half }] of stacks.entries()) {
      const isKernel = half === "kernel" || at < stacks.length - 1;
      for (const line of lines) builder.push(bpftraceFrame(builder, line, isKernel));
    }
    for (const part of this.#parts.toReversed()) {
      builder.push(builder.frameAt(part, { kind: "name" }));
    }
  }

  /** The kernel's stack comes first, as most people write it, unless the addresses say otherwise. */
  #leafFirst(): readonly Stack[] {
    const [first, second] = this.#stacks;
    const isSwapped = first?.half === "user" && second !== undefined &&
      second.half !== "user";
    return isSwapped ? [second, first, ...this.#stacks.slice(2)] : this.#stacks;
  }
}

function halfOf(line: string): Half {
  const digits = /^(?:0x)?([0-9a-f]{1,16})(?: |$)/i.exec(line)?.[1];
  if (digits === undefined) return "";
  return parseHexAddress(digits) < 0 ? "kernel" : "user";
}

/**
 * @param isKernel The frame is the kernel's. Its name gets `_[k]` then: the user's frame below it is
 * no return address.
 */
function bpftraceFrame(builder: RecordingBuilder, line: string, isKernel: boolean): number {
  const perf = PERF_REGEXP.exec(line) ?? KERNEL_PERF_REGEXP.exec(line);
  const digits = perf?.[1] ?? ADDRESS_REGEXP.exec(line)?.[1];
  if (digits !== undefined) {
    const symbol = perf === null || perf[2]!.startsWith("0x") ? "" : perf[2]!;
    const address = parseHexAddress(digits);
    const text = symbol === ""
      ? `0x${digits}`
      : `0x${digits} ${symbol} (${perf![3] ?? "[kernel.kallsyms]"})`;
    return builder.frameAt(text, {
      kind: "address",
      address,
      bare: false,
      perfModule: "",
      symbol: symbol === "[unknown]" ? "" : symbol,
      annotation: "",
    });
  }
  const inlined = INLINED_REGEXP.exec(line);
  if (inlined !== null) return builder.frameAt(`${inlined[1]}_[i]`, { kind: "name" });
  const location = parseRawFrame(line);
  if (location.kind !== "name") return builder.frameAt(line, location);
  const name = SYMBOL_REGEXP.exec(line)?.[1] ?? line;
  return builder.frameAt(isKernel ? `${name}_[k]` : name, { kind: "name" });
}

import { EM_AARCH64 } from "../../lib/elf/constants.ts";
import { buildElf, codeSection } from "./elf_builder.ts";
import type { SymbolSpec } from "./elf_spec.ts";

const CALL_REL32 = 0xe8;
/** In bytes, with the target. */
const CALL_SIZE = 5;
/** Of each of the functions, one directly behind the other. */
export const FUNCTION_SIZE = 0x100;
const FUNCTION_COUNT = 16;

/** `bl` of itself, `nop` and `ret` of arm64. */
const [BL, NOP, RET] = [0x94000000, 0xd503201f, 0xd65f03c0];

/**
 * A library of 16 functions, `f0` to `f15`, of 256 bytes each: `nop`s, and what a test puts in
 * between; for x86-64, or for arm64, where a `ret` is the last instruction. Frames are written as `/lib/libx.so+0x1234`, so that no snapshot is needed.
 */
export class CodeLibrary {
  /** Its path. */
  readonly path = "/lib/libx.so";
  readonly #code = codeSection(".text", FUNCTION_COUNT * FUNCTION_SIZE);
  readonly #vaddr: number;
  readonly #symbols: readonly SymbolSpec[];
  readonly #isArm: boolean;

  /** @param hasSymbols Whether anything says where the functions are. */
  constructor(hasSymbols = true, machine: "x86-64" | "arm64" = "x86-64") {
    this.#isArm = machine === "arm64";
    this.#symbols = hasSymbols
      ? Array.from({ length: FUNCTION_COUNT }, (_, at) => ({
        name: `f${at}`,
        at: at * FUNCTION_SIZE,
        size: FUNCTION_SIZE,
      }))
      : [];
    this.#vaddr = this.#build().section(".text").vaddr;
    for (let at = 0; this.#isArm && at < this.#code.bytes.length; at += 4) {
      this.putWord(0, at, (at + 4) % FUNCTION_SIZE === 0 ? RET : NOP);
    }
  }

  /** Writes an instruction of arm64 into a function, `at` bytes from its start. */
  putWord(functionNumber: number, at: number, word: number): void {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, word, true);
    this.put(functionNumber, at, [...bytes]);
  }

  /** Writes bytes into a function, `at` bytes from its start. */
  put(functionNumber: number, at: number, bytes: readonly number[]): void {
    this.#code.bytes.set(bytes, functionNumber * FUNCTION_SIZE + at);
  }

  /** Writes a call of a function that ends `at` bytes from the start of another. */
  call(functionNumber: number, at: number, target: number): void {
    const distance = (target - functionNumber) * FUNCTION_SIZE - at;
    if (this.#isArm) {
      this.putWord(functionNumber, at - 4, BL + ((distance / 4 + 1) & 0x3ffffff));
      return;
    }
    const bytes = new Uint8Array(CALL_SIZE);
    bytes[0] = CALL_REL32;
    new DataView(bytes.buffer).setInt32(1, distance, true);
    this.put(functionNumber, at - CALL_SIZE, [...bytes]);
  }

  /** The vaddr `at` bytes from the start of a function. */
  vaddrOf(functionNumber: number, at: number): number {
    return this.#vaddr + functionNumber * FUNCTION_SIZE + at;
  }

  /** The frame `at` bytes from the start of a function. */
  frame(functionNumber: number, at: number): string {
    return `${this.path}+0x${this.vaddrOf(functionNumber, at).toString(16)}`;
  }

  /** The file. */
  bytes(): Uint8Array {
    return this.#build().bytes;
  }

  #build() {
    const machine = this.#isArm ? { machine: EM_AARCH64 } : {};
    return buildElf({ sections: [this.#code], symbols: this.#symbols, ...machine });
  }
}

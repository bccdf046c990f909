import { buildElf, codeSection } from "./elf_builder.ts";
import type { SymbolSpec } from "./elf_spec.ts";

const CALL_REL32 = 0xe8;
/** In bytes, with the target. */
const CALL_SIZE = 5;
/** Of each of the functions, one directly behind the other. */
export const FUNCTION_SIZE = 0x100;
const FUNCTION_COUNT = 16;

/**
 * An x86-64 library of 16 functions, `f0` to `f15`, of 256 bytes each: `nop`s, and what a test puts
 * in between. Frames are written as `/lib/libx.so+0x1234`, so that no snapshot is needed.
 */
export class CodeLibrary {
  /** Its path. */
  readonly path = "/lib/libx.so";
  readonly #code = codeSection(".text", FUNCTION_COUNT * FUNCTION_SIZE);
  readonly #vaddr: number;
  readonly #symbols: readonly SymbolSpec[];

  /** @param hasSymbols Whether anything says where the functions are. */
  constructor(hasSymbols = true) {
    this.#symbols = hasSymbols
      ? Array.from({ length: FUNCTION_COUNT }, (_, at) => ({
        name: `f${at}`,
        at: at * FUNCTION_SIZE,
        size: FUNCTION_SIZE,
      }))
      : [];
    this.#vaddr = this.#build().section(".text").vaddr;
  }

  /** Writes bytes into a function, `at` bytes from its start. */
  put(functionNumber: number, at: number, bytes: readonly number[]): void {
    this.#code.bytes.set(bytes, functionNumber * FUNCTION_SIZE + at);
  }

  /** Writes a call of a function that ends `at` bytes from the start of another. */
  call(functionNumber: number, at: number, target: number): void {
    const distance = (target - functionNumber) * FUNCTION_SIZE - at;
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
    return buildElf({ sections: [this.#code], symbols: this.#symbols });
  }
}

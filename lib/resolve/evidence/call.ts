import type { CodeWindow } from "./code_window.ts";

/** A call instruction, or what a machine has for one. */
export interface Call {
  /** In bytes, without prefixes that change nothing; it ends where its return address is. */
  readonly size: number;
  /**
   * The vaddr that it calls; undefined if a register or memory holds the address, or if it is none of
   * the file.
   */
  readonly target: number | undefined;
}

/** How the calls of a machine look. */
export interface CallFormat {
  /**
   * Decodes the call that ends at a return address; undefined if none does. Never throws, whatever
   * the bytes are.
   */
  readonly callBefore: (code: CodeWindow, returnVaddr: number) => Call | undefined;
  /**
   * Whether the code at a vaddr does nothing but return from a signal handler: the kernel makes that
   * the return address of handlers, so that no call is before it.
   */
  readonly isSignalReturn: (code: CodeWindow, vaddr: number) => boolean;
  /** No call is longer, in bytes. */
  readonly maxSize: number;
  /** Instructions begin at multiples of this, in bytes. */
  readonly step: number;
}

/** No code that returns from a signal handler is longer, in bytes. */
export const MAX_SIGNAL_RETURN_SIZE = 9;

/**
 * A call of a given function; undefined if there is no code, so that it only looked like a call. In
 * code that may call what the file does not have, nothing tells the two apart.
 */
export function directCall(code: CodeWindow, size: number, target: number): Call | undefined {
  if (code.isCode(target)) return { size, target };
  return code.callsOthers ? { size, target: undefined } : undefined;
}

/** The lower bits of a word as a number with a sign. */
export function signed(word: number, bits: number): number {
  return (word << (32 - bits)) >> (32 - bits);
}

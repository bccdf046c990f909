import { type Call, type CallFormat, directCall, signed } from "./call.ts";
import type { CodeWindow } from "./code_window.ts";

/** Calls of arm64. */
export const AARCH64_CALLS: CallFormat = { callBefore, isSignalReturn, maxSize: 4, step: 4 };

/** `mov x8, #139`: the system call `rt_sigreturn`. */
const MOV_X8_139 = 0xd2801168;
const SVC_0 = 0xd4000001;

/**
 * `bl`; `blr`, and with pointer authentication `blraaz`, `blrabz`, `blraa` and `blrab` (Arm
 * Architecture Reference Manual for A-profile, "Unconditional branch (register)").
 */
function callBefore(code: CodeWindow, returnVaddr: number): Call | undefined {
  const start = returnVaddr - 4;
  const word = returnVaddr % 4 === 0 ? code.u32(start) : NaN;
  if ((word & 0xfc000000) >>> 0 === 0x94000000) {
    return directCall(code, 4, start + 4 * signed(word, 26));
  }
  const isIndirect = (word & 0xfffffc1f) >>> 0 === 0xd63f0000 ||
    (word & 0xfffff81f) >>> 0 === 0xd63f081f || (word & 0xfffff800) >>> 0 === 0xd73f0800;
  return isIndirect ? { size: 4, target: undefined } : undefined;
}

function isSignalReturn(code: CodeWindow, vaddr: number): boolean {
  return code.u32(vaddr) === MOV_X8_139 && code.u32(vaddr + 4) === SVC_0;
}

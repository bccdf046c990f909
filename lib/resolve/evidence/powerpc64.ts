import { type Call, type CallFormat, directCall, signed } from "./call.ts";
import type { CodeWindow } from "./code_window.ts";

/** Calls of 64-bit PowerPC. */
export const POWERPC64_CALLS: CallFormat = { callBefore, isSignalReturn, maxSize: 4, step: 4 };

/** `li r0, 172` and `sc`: the system call `rt_sigreturn`. */
const LI_R0_172 = 0x380000ac;
const SC = 0x44000002;

/**
 * Branches that set the link register: `bl`, `bcl`, `bctrl` and `blrl` with any condition (Power
 * ISA, book I, "Branch Instructions"). `bcl 20, 31, .+4` only asks where it is.
 */
function callBefore(code: CodeWindow, returnVaddr: number): Call | undefined {
  const start = returnVaddr - 4;
  const word = returnVaddr % 4 === 0 ? code.u32(start) : NaN;
  if ((word & 0xfc000003) === 0x48000001) {
    return directCall(code, 4, start + (signed(word, 26) - 1));
  }
  if ((word & 0xfc000003) === 0x40000001 && word !== 0x429f0005) {
    return directCall(code, 4, start + (signed(word, 16) - 1));
  }
  const isIndirect = (word & 0xfc0007ff) === 0x4c000421 || (word & 0xfc0007ff) === 0x4c000021;
  return isIndirect ? { size: 4, target: undefined } : undefined;
}

function isSignalReturn(code: CodeWindow, vaddr: number): boolean {
  return code.u32(vaddr) === LI_R0_172 && code.u32(vaddr + 4) === SC;
}

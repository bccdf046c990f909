import { type Call, type CallFormat, directCall } from "./call.ts";
import type { CodeWindow } from "./code_window.ts";

/** Calls of s390x. */
export const S390X_CALLS: CallFormat = { callBefore, isSignalReturn, maxSize: 6, step: 2 };

/**
 * `brasl`, `bras`, `basr` and `bas` that leave the return address in register 14, as the ABI has it
 * (z/Architecture Principles of Operation, "Branch and Save", "Branch Relative and Save"). With
 * other registers they load addresses of literals, as does `basr %r14, 0`.
 */
function callBefore(code: CodeWindow, returnVaddr: number): Call | undefined {
  if (code.u16(returnVaddr - 6) === 0xc0e5) {
    const call = directCall(code, 6, returnVaddr - 6 + 2 * code.i32(returnVaddr - 4));
    if (call !== undefined) return call;
  }
  const word = code.u32(returnVaddr - 4);
  if (word >>> 16 === 0xa7e5) {
    const call = directCall(code, 4, returnVaddr - 4 + 2 * (word << 16 >> 16));
    if (call !== undefined) return call;
  }
  const half = word & 0xffff;
  if ((half & 0xfff0) === 0x0de0 && half !== 0x0de0) return { size: 2, target: undefined };
  return (word & 0xfff00000) >>> 0 === 0x4de00000 ? { size: 4, target: undefined } : undefined;
}

/** `svc 119` or `svc 173`. */
function isSignalReturn(code: CodeWindow, vaddr: number): boolean {
  const half = code.u16(vaddr);
  return half === 0x0a77 || half === 0x0aad;
}

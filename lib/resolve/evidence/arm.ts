import { type Call, type CallFormat, directCall, signed } from "./call.ts";
import type { CodeWindow } from "./code_window.ts";

/** Calls of Arm, 32 bits, in Arm and in Thumb code. */
export const ARM_CALLS: CallFormat = { callBefore, isSignalReturn, maxSize: 8, step: 2 };

/** `mov lr, pc`: what writes to `pc` next is a call, on processors without `blx`. */
const MOV_LR_PC = 0xe1a0e00f;

/**
 * The lowest bit of a return address says that it is Thumb code. Not all recorders keep it, so that
 * without it the code may be either; `blx` with an address is last then, because Arm code hardly
 * ever has it, and the second half of every `bl` in Thumb code looks like it.
 */
function callBefore(code: CodeWindow, returnVaddr: number): Call | undefined {
  if (returnVaddr % 2 !== 0) return thumbCall(code, returnVaddr - 1);
  if (returnVaddr % 4 !== 0) return thumbCall(code, returnVaddr);
  return armCall(code, returnVaddr) ?? thumbCall(code, returnVaddr) ??
    armToThumbCall(code, returnVaddr);
}

/**
 * `bl`, `blx` with a register, and `mov lr, pc` with what writes to `pc` (Arm Architecture Reference
 * Manual, Armv7-A, "BL, BLX (immediate)", "BLX (register)").
 */
function armCall(code: CodeWindow, end: number): Call | undefined {
  const word = code.u32(end - 4);
  if (Number.isNaN(word) || word >>> 28 === 0xf) return undefined;
  if ((word & 0x0f000000) === 0x0b000000) {
    return directCall(code, 4, armTarget(word, end) >>> 0);
  }
  if ((word & 0x0ffffff0) === 0x012fff30) return { size: 4, target: undefined };
  const isOld = code.u32(end - 8) === MOV_LR_PC && writesPc(word);
  return isOld ? { size: 8, target: undefined } : undefined;
}

/** `blx` with an address. */
function armToThumbCall(code: CodeWindow, end: number): Call | undefined {
  const word = code.u32(end - 4);
  if ((word & 0xfe000000) >>> 0 !== 0xfa000000) return undefined;
  return directCall(code, 4, (armTarget(word, end) + 2 * ((word >>> 24) & 1)) >>> 0);
}

/** Reading `pc` gives the address of the instruction plus 8. */
function armTarget(word: number, end: number): number {
  return end + 4 + 4 * signed(word, 24);
}

/** `mov pc, rN`, `bx rN`, or a load of `pc`. */
function writesPc(word: number): boolean {
  return (word & 0x0ffffff0) === 0x01a0f000 || (word & 0x0ffffff0) === 0x012fff10 ||
    (word & 0x0c10f000) === 0x0410f000;
}

/** `bl` and `blx` with an address, in two halves, or `blx` with a register, in one. */
function thumbCall(code: CodeWindow, end: number): Call | undefined {
  const first = code.u16(end - 4);
  const second = code.u16(end - 2);
  if ((first & 0xf800) === 0xf000 && (second & 0xc000) === 0xc000) {
    const toThumb = (second & 0x1000) !== 0;
    if (toThumb || (second & 1) === 0) {
      // Reading pc gives the address of the instruction plus 4; Arm code is at multiples of 4.
      const pc = toThumb ? end : end - end % 4;
      return directCall(code, 4, (pc + thumbOffset(first, second)) >>> 0);
    }
  }
  return (second & 0xff83) === 0x4780 ? { size: 2, target: undefined } : undefined;
}

/** `S:I1:I2:imm10:imm11:0`, where `I1 = not (J1 xor S)`. */
function thumbOffset(first: number, second: number): number {
  const sign = (first >>> 10) & 1;
  const bit23 = ((second >>> 13) & 1) === sign ? 1 : 0;
  const bit22 = ((second >>> 11) & 1) === sign ? 1 : 0;
  const bits = sign << 24 | bit23 << 23 | bit22 << 22 | (first & 0x3ff) << 12 |
    (second & 0x7ff) << 1;
  return signed(bits, 25);
}

/** `mov r7, #119` or `#173` and `svc`, in Arm or in Thumb code. */
function isSignalReturn(code: CodeWindow, vaddr: number): boolean {
  const word = code.u32(vaddr);
  if (word === 0xe3a07077 || word === 0xe3a070ad) return code.u32(vaddr + 4) >>> 24 === 0xef;
  const half = code.u16(vaddr - vaddr % 2);
  return (half === 0x2777 || half === 0x27ad) && code.u16(vaddr - vaddr % 2 + 2) >>> 8 === 0xdf;
}

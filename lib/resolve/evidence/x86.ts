import { type Call, type CallFormat, directCall } from "./call.ts";
import type { CodeWindow } from "./code_window.ts";

/** Calls of x86-64. */
export const X86_64_CALLS: CallFormat = {
  callBefore: (code, returnVaddr) => callBefore(code, returnVaddr, true),
  isSignalReturn: (code, vaddr) => startsWithAny(code, vaddr, SIGNAL_RETURNS_64),
  maxSize: 7,
  step: 1,
};

/** Calls of i686. */
export const I386_CALLS: CallFormat = {
  callBefore: (code, returnVaddr) => callBefore(code, returnVaddr, false),
  isSignalReturn: (code, vaddr) => startsWithAny(code, vaddr, SIGNAL_RETURNS_32),
  maxSize: 7,
  step: 1,
};

const CALL_REL32 = 0xe8;
/** Group 5: the `reg` field of the next byte says what it does. */
const GROUP_5 = 0xff;
const CALL_NEAR = 2;
const CALL_FAR = 3;
/** `call ptr16:32`, which 64-bit code does not have. */
const CALL_FAR_POINTER = 0x9a;

/**
 * Finds a call by its end (Intel SDM, volume 2, "CALL" and chapter 2, "Instruction Format"): `e8`
 * and 4 bytes, or `ff /2` (near) and `ff /3` (far) with any operand, 2 to 7 bytes. Prefixes stand
 * before the opcode and change neither its length nor its end, so they need not be known: REX, REX2,
 * `66`, `67` (addr32), `f2` (bnd), `3e` (notrack), segments. 16-bit operands (`66 e8` in 32-bit
 * code) and addresses are not known.
 *
 * Instructions can be told apart from their start on only, so some bytes look like a call by chance:
 * behind two or three of 1,000 instructions that are none.
 */
function callBefore(code: CodeWindow, returnVaddr: number, is64: boolean): Call | undefined {
  if (code.u8(returnVaddr - 5) === CALL_REL32) {
    const target = returnVaddr + code.i32(returnVaddr - 4);
    const call = directCall(code, 5, is64 ? target : target >>> 0);
    if (call !== undefined) return call;
  }
  for (let size = 2; size <= 7; size++) {
    const start = returnVaddr - size;
    if (code.u8(start) !== GROUP_5 || operandSize(code, start + 1) !== size - 1) continue;
    return { size, target: undefined };
  }
  if (is64 || code.u8(returnVaddr - 7) !== CALL_FAR_POINTER) return undefined;
  return { size: 7, target: undefined };
}

/** How many bytes the operand of a call takes, ModRM and all; NaN if it is none of a call. */
function operandSize(code: CodeWindow, at: number): number {
  const modrm = code.u8(at);
  const mode = modrm >> 6;
  const operation = (modrm >> 3) & 7;
  const base = modrm & 7;
  const isFar = operation === CALL_FAR && mode !== 3;
  if (Number.isNaN(modrm) || operation !== CALL_NEAR && !isFar) return NaN;
  if (mode === 3) return 1;
  const hasSib = base === 4;
  const register = hasSib ? code.u8(at + 1) & 7 : base;
  const size = hasSib ? 2 : 1;
  if (mode === 1) return size + 1;
  return mode === 2 || register === 5 ? size + 4 : size;
}

/** `mov $15, %rax` or `%eax`, and `syscall`. */
const SIGNAL_RETURNS_64 = [
  [0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05],
  [0xb8, 0x0f, 0, 0, 0, 0x0f, 0x05],
];
/** `[pop %eax]`, `mov $119, %eax` or `mov $173, %eax`, and `int $0x80`. */
const SIGNAL_RETURNS_32 = [
  [0xb8, 0xad, 0, 0, 0, 0xcd, 0x80],
  [0x58, 0xb8, 0x77, 0, 0, 0, 0xcd, 0x80],
];

function startsWithAny(
  code: CodeWindow,
  vaddr: number,
  patterns: readonly (readonly number[])[],
): boolean {
  return patterns.some((bytes) => bytes.every((byte, at) => code.u8(vaddr + at) === byte));
}

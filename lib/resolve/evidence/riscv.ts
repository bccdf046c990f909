import { type Call, type CallFormat, directCall, signed } from "./call.ts";
import type { CodeWindow } from "./code_window.ts";

/** Calls of RISC-V with 64-bit addresses. */
export const RISCV64_CALLS: CallFormat = {
  callBefore: (code, returnVaddr) => callBefore(code, returnVaddr, true),
  isSignalReturn,
  maxSize: 8,
  step: 2,
};

/** Calls of RISC-V with 32-bit addresses. */
export const RISCV32_CALLS: CallFormat = {
  callBefore: (code, returnVaddr) => callBefore(code, returnVaddr, false),
  isSignalReturn,
  maxSize: 8,
  step: 2,
};

const [AUIPC, JALR, JAL] = [0x17, 0x67, 0x6f];
/** The registers that a call leaves the return address in: `ra` and `t0`. */
const LINKS = [1, 5];
/** `li a7, 139`: the system call `rt_sigreturn`. */
const LI_A7_139 = 0x08b00893;
const ECALL = 0x00000073;

/**
 * `jal` and `jalr` with a link register, `jalr` also as a pair with the `auipc` before it, and the
 * compressed `c.jalr` and, with 32-bit addresses only, `c.jal` (RISC-V ISA Manual, volume I,
 * "Unconditional Jumps", and extension C, "Control Transfer Instructions").
 */
function callBefore(code: CodeWindow, returnVaddr: number, is64: boolean): Call | undefined {
  const start = returnVaddr - 4;
  const word = code.u32(start);
  const wrap = (vaddr: number) => is64 ? vaddr : vaddr >>> 0;
  if (LINKS.includes((word >>> 7) & 31)) {
    if ((word & 0x7f) === JAL) return directCall(code, 4, wrap(start + jumpDistance(word)));
    if ((word & 0x707f) === JALR) {
      const high = code.u32(start - 4);
      const isPair = (high & 0x7f) === AUIPC && ((high >>> 7) & 31) === ((word >>> 15) & 31);
      if (!isPair) return { size: 4, target: undefined };
      return directCall(code, 8, wrap(start - 4 + (high & 0xfffff000) + (word >> 20)));
    }
  }
  const half = code.u16(returnVaddr - 2);
  if ((half & 0xf07f) === 0x9002 && (half & 0x0f80) !== 0) return { size: 2, target: undefined };
  if (is64 || (half & 0xe003) !== 0x2001) return undefined;
  return directCall(code, 2, wrap(returnVaddr - 2 + shortDistance(half)));
}

/** `imm[20|10:1|11|19:12]` in the upper 20 bits of `jal`. */
function jumpDistance(word: number): number {
  return signed(
    (word >>> 31) << 20 | ((word >>> 21) & 0x3ff) << 1 | ((word >>> 20) & 1) << 11 |
      word & 0xff000,
    21,
  );
}

/** `imm[11|4|9:8|10|6|7|3:1|5]` in bits 12 to 2 of `c.jal`. */
function shortDistance(half: number): number {
  const bit = (from: number, to: number) => ((half >>> from) & 1) << to;
  return signed(
    bit(12, 11) | bit(11, 4) | bit(10, 9) | bit(9, 8) | bit(8, 10) | bit(7, 6) | bit(6, 7) |
      half >>> 2 & 0xe | bit(2, 5),
    12,
  );
}

function isSignalReturn(code: CodeWindow, vaddr: number): boolean {
  return code.u32(vaddr) === LI_A7_139 && code.u32(vaddr + 4) === ECALL;
}

import type { CodeWindow } from "./code_window.ts";
import type { Exits } from "./exits.ts";

const [CALL_REL32, JUMP_REL32, JUMP_REL8] = [0xe8, 0xe9, 0xeb];
/** `0f 80` to `0f 8f`, with 4 bytes, and `70` to `7f`, with one. */
const [TWO_BYTES, FIRST_CONDITION_REL32, FIRST_CONDITION_REL8] = [0x0f, 0x80, 0x70];
const CONDITIONS = 16;
/** Group 5: calls and jumps to what a register or memory says are 2 to 5 in the next byte. */
const [GROUP_5, CALL_NEAR, JUMP_FAR] = [0xff, 2, 5];
/** `push` of a register, and `mov` of one to `(%rsp)`, before `ret`: a jump to what it holds. */
const [RETURN, PUSH, MOVE, STACK_TOP] = [0xc3, 0x50, 0x89, 0x24];
const REGISTERS = 8;

/**
 * Finds where a function of x86-64 or i686 leads (Intel SDM, volume 2, "CALL", "JMP", "Jcc").
 * Instructions can be told apart from their start on only; so each byte is taken for the start of
 * one, except those of distances that lead to code.
 *
 * @param code All of it.
 * @param is64 Whether it is x86-64.
 * @returns Undefined if it may lead anywhere, because a register or memory says where.
 */
export function x86Exits(code: CodeWindow, is64: boolean): Exits | undefined {
  const { start, end } = code;
  const targets: number[] = [];
  const shortTargets: number[] = [];
  const isOutside = (target: number) => target < start || target >= end;
  for (let at = start; at < end; at++) {
    const byte = code.u8(at);
    const opcodeSize = sizeOfOpcode(byte, code.u8(at + 1));
    if (opcodeSize > 0) {
      const sum = at + opcodeSize + 4 + code.i32(at + opcodeSize);
      const target = is64 ? sum : sum >>> 0;
      if (!code.isCode(target)) continue;
      if (isOutside(target)) targets.push(target);
      at += opcodeSize + 3;
    } else if (byte === JUMP_REL8 || isCondition(byte, FIRST_CONDITION_REL8)) {
      const target = at + 2 + ((code.u8(at + 1) << 24) >> 24);
      if (isOutside(target)) shortTargets.push(target);
    } else if (byte === GROUP_5) {
      const operation = (code.u8(at + 1) >> 3) & 7;
      if (operation >= CALL_NEAR && operation <= JUMP_FAR) return undefined;
    } else if (byte === RETURN && isJump(code, at)) {
      return undefined;
    }
  }
  return { targets, shortTargets };
}

/** Whether a `ret` goes to what a register held, as in a retpoline. */
function isJump(code: CodeWindow, at: number): boolean {
  const before = code.u8(at - 1);
  return before >= PUSH && before < PUSH + REGISTERS ||
    before === STACK_TOP && code.u8(at - 3) === MOVE;
}

/** In bytes, of a call or jump by 4 bytes; 0 if it is none. */
function sizeOfOpcode(byte: number, next: number): number {
  if (byte === CALL_REL32 || byte === JUMP_REL32) return 1;
  return byte === TWO_BYTES && isCondition(next, FIRST_CONDITION_REL32) ? 2 : 0;
}

function isCondition(byte: number, first: number): boolean {
  return byte >= first && byte < first + CONDITIONS;
}

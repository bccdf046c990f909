import { signed } from "./call.ts";
import type { CodeWindow } from "./code_window.ts";
import type { Exits } from "./exits.ts";

/**
 * Finds where a function of arm64 leads (Arm Architecture Reference Manual for A-profile, "Branches,
 * Exception Generating and System instructions"). Data between the instructions may look like some:
 * then it leads to more than it does.
 *
 * @param code All of it, from the first instruction on.
 * @returns Undefined if it may lead anywhere, because a register says where.
 */
export function aarch64Exits(code: CodeWindow): Exits | undefined {
  const { start, end } = code;
  const targets: number[] = [];
  for (let at = start; at + 4 <= end; at += 4) {
    const word = code.u32(at);
    if (isAnywhere(word)) return undefined;
    const target = at + 4 * distanceOf(word);
    if ((target < start || target >= end) && code.isCode(target)) targets.push(target);
  }
  if (!isEnd(lastWord(code)) && code.isCode(end)) targets.push(end);
  return { targets, shortTargets: [] };
}

/**
 * In instructions: of `b` and `bl`; of `b.cond`, `bc.cond`, `cbz` and `cbnz`; of `tbz` and `tbnz`; 0
 * for all others.
 */
function distanceOf(word: number): number {
  if ((word & 0x7c000000) === 0x14000000) return signed(word, 26);
  if ((word & 0xff000000) === 0x54000000 || (word & 0x7e000000) === 0x34000000) {
    return signed(word >> 5, 19);
  }
  return (word & 0x7e000000) === 0x36000000 ? signed(word >> 5, 14) : 0;
}

const [RET, RETAA, RETAB] = [0xd65f03c0, 0xd65f0bff, 0xd65f0fff];

/**
 * `br`, `blr`, their kinds with pointer authentication, and `ret` by another register than the link
 * register; and the compare and branch of newer machines, which is not decoded here.
 */
function isAnywhere(word: number): boolean {
  if ((word & 0x7e000000) === 0x74000000) return true;
  return (word & 0xfe000000) >>> 0 === 0xd6000000 && !isReturn(word);
}

function isReturn(word: number): boolean {
  return word === RET || word === RETAA || word === RETAB;
}

/** `nop`, and zeros: what fills the space between functions. */
const FILLERS: ReadonlySet<number> = new Set([0xd503201f, 0]);

/** The last instruction of a function; NaN if there is none. */
function lastWord(code: CodeWindow): number {
  let at = code.end - 4;
  while (FILLERS.has(code.u32(at))) at -= 4;
  return code.u32(at);
}

/** Whether what is behind an instruction does not run after it: `ret`, `b`, `brk` and `udf`. */
function isEnd(word: number): boolean {
  return isReturn(word) || (word & 0xfc000000) === 0x14000000 ||
    (word & 0xffe0001f) >>> 0 === 0xd4200000 || word < 0x10000;
}

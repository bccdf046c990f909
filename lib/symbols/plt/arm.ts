import type { StubCode, StubFormat } from "./stub_code.ts";

/** armhf: `R_ARM_GLOB_DAT`, `_JUMP_SLOT` and `_IRELATIVE`. */
export const ARM_STUBS: StubFormat = {
  decode,
  step: 4,
  maxGap: 32,
  symbolTypes: [21, 22],
  resolverType: 160,
};

/** `bx pc` in Thumb code; what follows in its word is never executed. */
const THUMB_BX_PC = 0x4778;
/** What lld fills the rest of a stub with. */
const TRAP = 0xd4d4d4d4;
/** `ldr ip, [pc, #4]`. */
const LDR_IP_PC_4 = 0xe59fc004;
/** `add ip, ip, pc`. */
const ADD_IP_IP_PC = 0xe08cc00f;
/** `ldr pc, [ip]`. */
const LDR_PC_IP = 0xe59cf000;

/**
 * `add ip, pc, #a`, one or two of `add ip, ip, #b`, and `ldr pc, [ip, #c]!` (ELF for the Arm
 * Architecture, "Procedure linkage table"): GNU ld makes 12 bytes of it, or 16 with `--long-plt`,
 * and lld 16. Where Thumb code jumps to a stub, GNU ld puts `bx pc` before it. If the slot is far,
 * lld loads its distance from a word instead.
 *
 * Reading `pc` gives the address of the instruction plus 8. Stubs in Thumb-2 only, for processors
 * without Arm code, are not decoded.
 */
function decode(code: StubCode): number {
  let at = code.u16(0) === THUMB_BX_PC ? 4 : 0;
  let slot = code.vaddr + at + 8;
  if (
    code.u32(at) === LDR_IP_PC_4 && code.u32(at + 4) === ADD_IP_IP_PC &&
    code.u32(at + 8) === LDR_PC_IP
  ) {
    slot += 4 + code.i32(at + 12);
    if (!Number.isNaN(slot)) code.position += at + 16;
    return Number.isNaN(slot) ? NaN : slot >>> 0;
  }
  if ((code.u32(at) & 0xfffff000) >>> 0 !== 0xe28fc000) return NaN;
  slot += immediate(code.u32(at));
  at += 4;
  for (let more = 0; more < 2; more++) {
    if ((code.u32(at) & 0xfffff000) >>> 0 !== 0xe28cc000) break;
    slot += immediate(code.u32(at));
    at += 4;
  }
  if ((code.u32(at) & 0xfffff000) >>> 0 !== 0xe5bcf000) return NaN;
  slot += code.u32(at) & 0xfff;
  at += 4;
  if (code.u32(at) === TRAP) at += 4;
  code.position += at;
  return slot >>> 0;
}

/** A modified immediate: 8 bits, rotated right by twice the 4 bits above them. */
function immediate(instruction: number): number {
  const value = instruction & 0xff;
  const rotation = 2 * ((instruction >>> 8) & 0xf);
  return ((value >>> rotation) | (value << ((32 - rotation) & 31))) >>> 0;
}

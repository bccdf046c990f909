import type { StubCode, StubFormat } from "./stub_code.ts";

/** x86-64: `R_X86_64_GLOB_DAT`, `_JUMP_SLOT` and `_IRELATIVE`. */
export const X86_64_STUBS: StubFormat = {
  decode: (code) => decode(code, true),
  step: 8,
  maxGap: 16,
  symbolTypes: [6, 7],
  resolverType: 37,
};

/** i686: `R_386_GLOB_DAT`, `_JMP_SLOT` and `_IRELATIVE`. */
export const I386_STUBS: StubFormat = {
  decode: (code) => decode(code, false),
  step: 8,
  maxGap: 16,
  symbolTypes: [6, 7],
  resolverType: 42,
};

const ENDBR64 = 0xfa1e0ff3;
const ENDBR32 = 0xfb1e0ff3;
/** `mov $imm32, %r11d`, which mold puts before the jump. */
const MOV_R11D = 0xbb41;
/** The prefix `bnd`. */
const BND = 0xf2;
/** `jmp *disp32`: relative to the next instruction on x86-64, absolute on i686. */
const JMP_DISP = 0x25ff;
/** `jmp *disp32(%ebx)`. */
const JMP_EBX = 0xa3ff;
/** `push $imm32`. */
const PUSH = 0x68;

/**
 * `jmp` through the slot (System V psABI of AMD64 and of i386, "Procedure Linkage Table"), behind
 * `endbr64` or `endbr32` in `.plt.sec` and in `.plt.got` of code with IBT, and with `bnd` in that
 * of MPX. In a lazy `.plt`, `push` and a `jmp` to the first entry follow it.
 *
 * The entries of `.plt` that belong to a `.plt.sec` have no jump through a slot: they are no stubs.
 */
function decode(code: StubCode, is64: boolean): number {
  const first = code.u32(0);
  const isMarked = first === ENDBR64 || first === ENDBR32;
  let at = isMarked ? 4 : 0;
  if (isMarked && code.u16(at) === MOV_R11D) at += 6;
  if (code.u8(at) === BND) at++;
  const opcode = code.u16(at);
  if (opcode !== JMP_DISP && (is64 || opcode !== JMP_EBX)) return NaN;
  const displacement = code.i32(at + 2);
  const end = at + 6;
  const slot = is64
    ? code.vaddr + end + displacement
    : ((opcode === JMP_EBX ? code.gotVaddr : 0) + displacement);
  if (Number.isNaN(slot)) return NaN;
  const isLazy = code.u8(end) === PUSH;
  code.position += isMarked || isLazy ? 16 : 8;
  return is64 ? slot : slot >>> 0;
}

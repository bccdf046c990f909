import type { StubCode, StubFormat } from "./stub_code.ts";

/** arm64: `R_AARCH64_GLOB_DAT`, `_JUMP_SLOT` and `_IRELATIVE`. */
export const AARCH64_STUBS: StubFormat = {
  decode,
  step: 4,
  maxGap: 32,
  symbolTypes: [1025, 1026],
  resolverType: 1032,
};

const BTI_C = 0xd503245f;
const AUTIA1716 = 0xd503219f;
const BR_X17 = 0xd61f0220;
const NOP = 0xd503201f;
/** `stp x16, x30, [sp, #-16]!`, by which the first entry of a `.plt` begins. */
const STP_X16_X30 = 0xa9bf7bf0;

/**
 * `[bti c]`, `adrp x16`, `ldr x17, [x16, #slot]`, `add x16, x16, #slot`, `[autia1716]`, `br x17`,
 * and `nop` to fill 16 or 24 bytes (ELF for the Arm 64-bit Architecture, "Procedure Linkage
 * Table"). The first entry of a lazy `.plt` has the same instructions behind a `stp`.
 */
function decode(code: StubCode): number {
  let at = code.u32(0) === BTI_C ? 4 : 0;
  if (code.u32(at) === STP_X16_X30) {
    if (code.u32(at + 16) === BR_X17) code.position += at + 20;
    return NaN;
  }
  const adrp = code.u32(at);
  const ldr = code.u32(at + 4);
  const add = code.u32(at + 8);
  if ((adrp & 0x9f00001f) >>> 0 !== 0x90000010) return NaN;
  if ((ldr & 0xffc003ff) >>> 0 !== 0xf9400211) return NaN;
  if ((add & 0xffc003ff) >>> 0 !== 0x91000210) return NaN;
  at += code.u32(at + 12) === AUTIA1716 ? 16 : 12;
  if (code.u32(at) !== BR_X17) return NaN;
  // 21 bits with their sign: the upper 19 of them in bits 5 to 23, the lower two in bits 29 and 30.
  const pages = ((adrp << 8) >> 13) * 4 + ((adrp >>> 29) & 3);
  const page = (Math.floor(code.vaddr / 0x1000) + pages) * 0x1000;
  const slot = page + ((ldr >>> 10) & 0xfff) * 8;
  at += 4;
  while (at % 8 !== 0 && code.u32(at) === NOP) at += 4;
  code.position += at;
  return slot;
}

import type { StubCode, StubFormat } from "./stub_code.ts";

/** RISC-V: `R_RISCV_32`, `_64`, `_JUMP_SLOT` and `_IRELATIVE`. */
export const RISCV_STUBS: StubFormat = {
  decode,
  step: 4,
  maxGap: 32,
  symbolTypes: [1, 2, 5],
  resolverType: 58,
};

/** `ld t3, imm(t3)` and `lw t3, imm(t3)`, without the immediate. */
const LD_T3 = 0xe3e03;
const LW_T3 = 0xe2e03;
/** `jalr t1, t3`. */
const JALR_T1_T3 = 0xe0367;
const NOP = 0x13;

/**
 * `auipc t3, hi`, `ld t3, lo(t3)` (`lw` in 32-bit code), `jalr t1, t3`, `nop` (RISC-V ELF psABI,
 * "Program Linkage Table").
 */
function decode(code: StubCode): number {
  const auipc = code.u32(0);
  const load = code.u32(4);
  if ((auipc & 0xfff) !== 0xe17) return NaN;
  const loadKind = load & 0xfffff;
  if (loadKind !== LD_T3 && loadKind !== LW_T3) return NaN;
  if (code.u32(8) !== JALR_T1_T3) return NaN;
  const slot = code.vaddr + ((auipc & 0xfffff000) | 0) + ((load | 0) >> 20);
  code.position += code.u32(12) === NOP ? 16 : 12;
  return slot;
}

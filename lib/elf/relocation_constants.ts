/**
 * Constants of relocations and of the dynamic segment that leads to them, spelled as in the System
 * V gABI (chapter 5) and the processor supplements.
 *
 * @module
 */

/** `e_machine`: Intel 80386. */
export const EM_386 = 3;
/** `e_machine`: 64-bit PowerPC. */
export const EM_PPC64 = 21;
/** `e_machine`: AMD x86-64. */
export const EM_X86_64 = 62;

/** `sh_type`: relocations with addends. */
export const SHT_RELA = 4;
/** `sh_type`: relocations without addends. */
export const SHT_REL = 9;

/** `d_tag`: size in bytes of the relocations of the procedure linkage table. */
export const DT_PLTRELSZ = 2;
/** `d_tag`: address of the global offset table, in the way of the machine. */
export const DT_PLTGOT = 3;
/** `d_tag`: address of the relocations with addends. */
export const DT_RELA = 7;
/** `d_tag`: size of `DT_RELA` in bytes. */
export const DT_RELASZ = 8;
/** `d_tag`: bytes an entry of `DT_RELA`. */
export const DT_RELAENT = 9;
/** `d_tag`: address of the relocations without addends. */
export const DT_REL = 17;
/** `d_tag`: size of `DT_REL` in bytes. */
export const DT_RELSZ = 18;
/** `d_tag`: bytes an entry of `DT_REL`. */
export const DT_RELENT = 19;
/** `d_tag`: whether the relocations of `DT_JMPREL` are as in `DT_RELA` or as in `DT_REL`. */
export const DT_PLTREL = 20;
/** `d_tag`: address of the relocations of the procedure linkage table. */
export const DT_JMPREL = 23;

/** `r_type` of PowerPC 64: the load bias plus the addend. */
export const R_PPC64_RELATIVE = 22;

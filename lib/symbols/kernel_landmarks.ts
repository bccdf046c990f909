/**
 * Names that the linker scripts of Linux give to the bounds of the kernel's code, on every machine
 * (`include/asm-generic/sections.h`): of the whole image, of its text, and of the text that only runs
 * while it starts. A snapshot of `/proc/kallsyms` has them, and the symbol table of vmlinux. Between
 * them is all of the kernel's code, so that another build has others.
 */
export const KERNEL_LANDMARKS: readonly string[] = [
  "_text",
  "_stext",
  "_etext",
  "_sinittext",
  "_einittext",
];

/** Of each landmark that is known, where it is: an address, or a vaddr of vmlinux. */
export type KernelLandmarks = ReadonlyMap<string, number>;

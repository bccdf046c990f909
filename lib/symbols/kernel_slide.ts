import type { ElfFile } from "../elf/mod.ts";
import { findSection } from "../elf/section_data.ts";
import { findSymbolValues } from "../elf/symbol_values.ts";
import { hex } from "../errors.ts";
import { CodeRanges } from "./code_ranges.ts";
import { KERNEL_LANDMARKS, type KernelLandmarks } from "./kernel_landmarks.ts";

/** Where a kernel was loaded, or why that is not known. */
export type KernelSlide =
  /** In bytes: an address less the slide is a vaddr of vmlinux. */
  | { readonly slide: number }
  /** Either nothing tells it, or what does tells that vmlinux is of another build. */
  | { readonly reason: "kernel-slide" | "kernel-mismatch"; readonly detail: string };

/**
 * Finds how far a kernel was moved when it started (KASLR), which is by pages, and the same for all
 * of its code. Two things tell it:
 *
 * - A snapshot of `/proc/kallsyms`, by its landmarks: each is as far from where vmlinux has it. One of
 *   them has to be `_text` or `_stext`. Of a vmlinux that was stripped of its symbols the sections tell
 *   where some are: `.text` begins at `_stext`, and `.init.text` reaches from `_sinittext` to
 *   `_einittext`. Landmarks that were moved by different distances are those of another build.
 * - Else the addresses: if all of them lie in code of vmlinux where it is, it was not moved. One that
 *   does not may as well be a module's, but that is not known then.
 *
 * @param landmarks Of a snapshot; undefined if there is none.
 * @param addresses The kernel's, of which names are wanted.
 * @throws {FormatError} If the section headers or a symbol table of vmlinux are damaged.
 */
export async function findKernelSlide(
  vmlinux: ElfFile,
  landmarks: KernelLandmarks | undefined,
  addresses: Float64Array,
): Promise<KernelSlide> {
  if (landmarks === undefined) return await slideByAddresses(vmlinux, addresses);
  if (!hasStart(landmarks)) {
    return unknown("the kallsyms snapshot has neither _text nor _stext with an address");
  }
  const symbols = await findSymbolValues(vmlinux, KERNEL_LANDMARKS);
  const own = hasStart(symbols) ? symbols : await landmarksOfSections(vmlinux);
  const common = KERNEL_LANDMARKS.filter((name) => landmarks.has(name) && own.has(name));
  if (!common.some((name) => STARTS.includes(name))) {
    const there = KERNEL_LANDMARKS.filter((name) => own.has(name)).join(" ") || "none";
    return unknown(
      `of _text and _stext the kallsyms snapshot has another one than "${vmlinux.source.name}", ` +
        `which has ${there}`,
    );
  }
  const start = common[0]!;
  const vaddr = own.get(start)!;
  if (vaddr >= 0) {
    return mismatch(
      `"${vmlinux.source.name}" has ${start} at vaddr ${hex(vaddr)}, which is no kernel address`,
    );
  }
  const slide = landmarks.get(start)! - vaddr;
  const from = `from where "${vmlinux.source.name}" has it`;
  if (slide % PAGE_SIZE !== 0) {
    return mismatch(`${start} is ${spell(slide)} ${from}, want a multiple of ${hex(PAGE_SIZE)}`);
  }
  for (const name of common) {
    const distance = landmarks.get(name)! - own.get(name)!;
    if (distance === slide) continue;
    return mismatch(`${start} is ${spell(slide)} ${from}, ${name} ${spell(distance)}`);
  }
  return { slide };
}

/** Any of these tells where the kernel begins. */
const STARTS: readonly string[] = ["_text", "_stext"];
/** Kernels are moved by at least this much, and by multiples of it. */
const PAGE_SIZE = 0x1000;

function hasStart(landmarks: KernelLandmarks): boolean {
  return STARTS.some((name) => landmarks.has(name));
}

async function landmarksOfSections(vmlinux: ElfFile): Promise<KernelLandmarks> {
  const landmarks = new Map<string, number>();
  const text = await findSection(vmlinux, ".text");
  const init = await findSection(vmlinux, ".init.text");
  if (text !== undefined) landmarks.set("_stext", text.vaddr);
  if (init !== undefined) {
    landmarks.set("_sinittext", init.vaddr);
    landmarks.set("_einittext", init.vaddr + init.size);
  }
  return landmarks;
}

async function slideByAddresses(vmlinux: ElfFile, addresses: Float64Array): Promise<KernelSlide> {
  const code = await CodeRanges.of(vmlinux);
  const outside = addresses.find((address) => code.rangeOf(address) < 0);
  if (outside === undefined) return { slide: 0 };
  return unknown(`${hex(outside)} is not in the code of "${vmlinux.source.name}" as it is`);
}

function unknown(detail: string): KernelSlide {
  return { reason: "kernel-slide", detail };
}

function mismatch(detail: string): KernelSlide {
  return { reason: "kernel-mismatch", detail };
}

function spell(distance: number): string {
  return `${distance < 0 ? "-" : ""}${hex(Math.abs(distance))}`;
}

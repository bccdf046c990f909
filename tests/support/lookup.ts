import type { ByteSource } from "../../lib/bytes/mod.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { lookupSymbols } from "../../lib/symbols/mod.ts";
import { buildElf } from "./elf_builder.ts";
import type { ElfSpec } from "./elf_spec.ts";

/** The names of vaddrs of a file, which need not be sorted or different. */
export async function namesIn(
  source: ByteSource,
  vaddrs: readonly number[],
): Promise<(string | undefined)[]> {
  const sorted = [...new Set(vaddrs)].sort((a, b) => a - b);
  const elf = await ElfFile.open(source);
  const { functions } = await lookupSymbols(elf, Float64Array.from(sorted));
  return vaddrs.map((vaddr) => functions[sorted.indexOf(vaddr)]?.name);
}

/** Builds a file, and gives the names at bytes from the start of its section ".text". */
export async function namesAt(
  spec: ElfSpec,
  offsets: readonly number[],
): Promise<(string | undefined)[]> {
  const built = buildElf(spec);
  const { vaddr } = built.section(".text");
  return await namesIn(built.source, offsets.map((offset) => vaddr + offset));
}

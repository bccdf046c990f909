import { EM_AARCH64, EM_ARM, EM_RISCV } from "../elf/constants.ts";
import { readDynamicEntries } from "../elf/dynamic_entries.ts";
import type { ElfFile } from "../elf/mod.ts";
import { DT_PLTGOT, EM_386, EM_X86_64 } from "../elf/relocation_constants.ts";
import { findSection } from "../elf/section_data.ts";
import { AARCH64_STUBS } from "./plt/aarch64.ts";
import { ARM_STUBS } from "./plt/arm.ts";
import { findStubsInSections } from "./plt/find_stubs.ts";
import { findLazyStubs } from "./plt/lazy_stubs.ts";
import { RISCV_STUBS } from "./plt/riscv.ts";
import { readSlotNames } from "./plt/slot_names.ts";
import type { StubFormat } from "./plt/stub_code.ts";
import { I386_STUBS, X86_64_STUBS } from "./plt/x86.ts";

/** A piece of code that does nothing but jump to a function of, as a rule, another file. */
export interface PltStub {
  /** The vaddr of its first instruction. */
  readonly start: number;
  /** In bytes, with what fills it up. */
  readonly size: number;
  /** The name of the function, without a version, and `@plt`. */
  readonly name: string;
}

/**
 * Finds the stubs of the procedure linkage table (gABI, "Procedure Linkage Table") of x86-64, i686,
 * arm64, armhf and riscv64 files, in `.plt`, `.plt.sec`, `.plt.got`, `.iplt` or however the
 * sections are called: in each section that consists of stubs.
 *
 * Each stub is decoded: it jumps through a slot of the global offset table, and the relocation of
 * that slot (`JUMP_SLOT`, `GLOB_DAT`) names the function. No order of entries is assumed. A slot
 * that a resolver fills (`IRELATIVE`) is named by the resolver's symbol, if there is one.
 *
 * Unnamed, and so left out, are the first entry of a lazy table, which is no function's, and the
 * entries of `.plt` beside a `.plt.sec`; `objdump` names neither.
 *
 * Without section headers the stubs are found by what the slots hold before they are bound, if
 * they hold anything; static programs without section headers give none.
 *
 * @returns Ascending, not overlapping; none on another machine. What is read, and memory, follow
 * the number of stubs, besides the relocation tables and, for resolvers, the symbol tables, which
 * are streamed.
 * @throws {FormatError} If section headers, a table or a name do not lie inside the file.
 */
export async function findPltStubs(elf: ElfFile): Promise<PltStub[]> {
  const format = formatOf(elf);
  if (format === undefined) return [];
  const gotVaddr = elf.header.machine === EM_386 ? await gotVaddrOf(elf) : NaN;
  const hasSections = (await elf.sections()).length > 0;
  const find = hasSections ? findStubsInSections : findLazyStubs;
  const { starts, sizes, slots } = await find(elf, format, gotVaddr);
  if (starts.length === 0) return [];
  const names = await readSlotNames(elf, format, slots);
  return starts.flatMap((start, at) => {
    const name = names.get(slots[at]!);
    return name === undefined ? [] : [{ start, size: sizes[at]!, name: `${name}@plt` }];
  });
}

function formatOf(elf: ElfFile): StubFormat | undefined {
  const { machine, is64, littleEndian } = elf.header;
  if (machine === EM_AARCH64) return is64 ? AARCH64_STUBS : undefined;
  if (!littleEndian) return undefined;
  if (machine === EM_X86_64) return is64 ? X86_64_STUBS : undefined;
  if (machine === EM_RISCV) return RISCV_STUBS;
  if (is64) return undefined;
  return machine === EM_386 ? I386_STUBS : machine === EM_ARM ? ARM_STUBS : undefined;
}

/**
 * The value of `_GLOBAL_OFFSET_TABLE_` on i686: `DT_PLTGOT` (System V psABI of i386, "Dynamic
 * Section"). Where that is missing, it is the start of `.got.plt`, or of `.got` without one.
 */
async function gotVaddrOf(elf: ElfFile): Promise<number> {
  const known = (await readDynamicEntries(elf)).get(DT_PLTGOT);
  if (known !== undefined) return known;
  const section = await findSection(elf, ".got.plt") ?? await findSection(elf, ".got");
  return section?.vaddr ?? NaN;
}

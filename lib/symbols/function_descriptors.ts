import { checkRange } from "../bytes/mod.ts";
import { ET_REL, SHT_NOBITS } from "../elf/constants.ts";
import type { ElfFile } from "../elf/mod.ts";
import { EM_PPC64, R_PPC64_RELATIVE } from "../elf/relocation_constants.ts";
import { findRelocationTables, RelocationReader } from "../elf/relocations.ts";
import { findSection } from "../elf/section_data.ts";
import { FormatError } from "../errors.ts";

/** Where `e_flags` is in the header of a 64-bit file. */
const FLAGS_OFFSET = 48;
/** `EF_PPC64_ABI` of `e_flags`: 0 is unspecified, 1 is ELFv1, 2 is ELFv2. */
const ABI_MASK = 3;
const ELFV2 = 2;
/** A descriptor is the entry, the TOC base and, as a rule, the environment: a word of 8 bytes each. */
const WORD_SIZE = 8;
/** Over five million descriptors; more is damage. */
const MAX_SIZE = 1 << 27;

/**
 * Function descriptors: the functions of PowerPC 64 ELFv1 files have the vaddrs of descriptors for
 * values of their symbols, and the first word of a descriptor is the vaddr of the code.
 */
export class FunctionDescriptors {
  /** Vaddr of the first descriptor. */
  readonly start: number;
  /** Vaddr behind the last descriptor. */
  readonly end: number;
  readonly #view: DataView;

  /**
   * Takes the bytes of the section `.opd`, big-endian; they are not copied.
   *
   * @param start Vaddr of the first byte.
   */
  constructor(start: number, bytes: Uint8Array) {
    this.start = start;
    this.end = start + bytes.length;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /**
   * The vaddr of a function's first instruction; NaN if the vaddr given is not that of a
   * descriptor, or the descriptor holds no canonical address.
   *
   * @param vaddr Of the descriptor: `st_value` of a function symbol.
   */
  entryOf(vaddr: number): number {
    const at = vaddr - this.start;
    if (!(at >= 0) || at % WORD_SIZE !== 0 || at + WORD_SIZE > this.#view.byteLength) return NaN;
    return wordAt(this.#view, at);
  }
}

/**
 * Reads the function descriptors of a PowerPC 64 ELFv1 file: the section `.opd` (64-bit PowerPC ELF
 * ABI Supplement, "Function Descriptors"), found by its name. It is read whole, since symbols come
 * in no order: 24 bytes a function.
 *
 * GNU ld writes link-time vaddrs into shared objects, too. Where the first descriptor has none, the
 * relocations (`R_PPC64_RELATIVE`) are streamed and their addends taken.
 *
 * @returns Undefined if it is not such a file, or has no descriptors here, as a file with debug
 * information only.
 * @throws {FormatError} If the section headers, `.opd` or the relocations do not lie inside the
 * file, or `.opd` has more than 128 MiB.
 */
export async function readFunctionDescriptors(
  elf: ElfFile,
): Promise<FunctionDescriptors | undefined> {
  if (!await isElfV1(elf)) return undefined;
  const section = await findSection(elf, ".opd");
  if (section === undefined || section.type === SHT_NOBITS) return undefined;
  const { vaddr, fileOffset, size } = section;
  if (!Number.isFinite(vaddr) || size < WORD_SIZE) return undefined;
  checkRange(elf.source, fileOffset, size);
  if (size > MAX_SIZE) {
    throw new FormatError({
      action: "read the function descriptors",
      source: elf.source.name,
      place: { fileOffset },
      detail: `section .opd has ${size} bytes, want at most ${MAX_SIZE}`,
    });
  }
  const bytes = await elf.source.readAt(fileOffset, size);
  const descriptors = new FunctionDescriptors(vaddr, bytes);
  if (descriptors.entryOf(vaddr) !== 0) return descriptors;
  return new FunctionDescriptors(vaddr, await relocate(elf, vaddr, bytes));
}

/** ELFv1 is big-endian. In object files, descriptors wait for relocations. */
async function isElfV1(elf: ElfFile): Promise<boolean> {
  const { machine, is64, littleEndian, type } = elf.header;
  if (machine !== EM_PPC64 || !is64 || littleEndian || type === ET_REL) return false;
  const flags = await elf.source.readAt(FLAGS_OFFSET, 4);
  return (flags[3]! & ABI_MASK) !== ELFV2;
}

/** The bytes of `.opd` as they are loaded, with a load bias of 0. */
async function relocate(elf: ElfFile, start: number, bytes: Uint8Array): Promise<Uint8Array> {
  const relocated = bytes.slice();
  const view = new DataView(relocated.buffer);
  for (const table of await findRelocationTables(elf)) {
    const relocations = new RelocationReader(elf, table);
    while (await relocations.fill()) {
      while (relocations.next()) {
        const { type, place, addend } = relocations;
        const at = place - start;
        if (type !== R_PPC64_RELATIVE || !(at >= 0) || at + WORD_SIZE > bytes.length) continue;
        if (Number.isNaN(addend)) continue;
        view.setInt32(at, Math.floor(addend / 0x100000000));
        view.setUint32(at + 4, addend >>> 0);
      }
    }
  }
  return relocated;
}

function wordAt(view: DataView, at: number): number {
  const high = view.getInt32(at);
  if (high >= 0x200000 || high < -0x200000) return NaN;
  return high * 0x100000000 + view.getUint32(at + 4);
}

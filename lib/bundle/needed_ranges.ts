import type { ByteSource } from "../bytes/mod.ts";
import { WindowSource } from "../bytes/window_source.ts";
import {
  PT_DYNAMIC,
  PT_NOTE,
  SHT_DYNSYM,
  SHT_NOBITS,
  SHT_NOTE,
  SHT_SYMTAB,
} from "../elf/constants.ts";
import type { ElfFile, SectionHeader } from "../elf/mod.ts";
import { findGoTable } from "../elf/gopclntab.ts";
import { nameOfSection } from "../elf/section_data.ts";
import { isSourceError } from "../errors.ts";
import { findGoFunctions } from "../symbols/go_functions.ts";
import { findPltStubs } from "../symbols/plt_stubs.ts";
import { TracingSource } from "./tracing_source.ts";

/** Which parts of a file are taken along besides those that every name may need. */
export interface PartsOptions {
  /** The whole file. */
  readonly whole: boolean;
  /** Executable segments. */
  readonly code: boolean;
  /** Debug information: lines and inlined functions. */
  readonly dwarf: boolean;
}

/** A smaller file is not worth being cut. */
const SMALL_SIZE = 1 << 14;
/** Behind `.eh_frame`, whose entries are read with some bytes more than they have. */
const FRAME_SLACK = 256;

const SHT_STRTAB = 3;
const SHT_HASH = 5;
const SHT_DYNAMIC = 6;
const SHT_SYMTAB_SHNDX = 18;
const SHT_GNU_HASH = 0x6ffffff6;
/** On Arm `SHT_ARM_EXIDX`, on x86-64 `SHT_X86_64_UNWIND`. */
const SHT_UNWIND = 0x70000001;
const NEEDED_TYPES: ReadonlySet<number> = new Set([
  SHT_SYMTAB,
  SHT_STRTAB,
  SHT_HASH,
  SHT_DYNAMIC,
  SHT_NOTE,
  SHT_DYNSYM,
  SHT_SYMTAB_SHNDX,
  SHT_GNU_HASH,
  SHT_UNWIND,
]);
const NEEDED_NAMES = new RegExp(
  String.raw`^\.(?:eh_frame|eh_frame_hdr|z?debug_frame|gnu_debug(?:data|link|altlink)|opd` +
    String.raw`|ARM\.ex(?:idx|tab).*|gopclntab|data\.rel\.ro\.gopclntab|go\..*)$`,
);
const DWARF_NAMES = /^\.z?debug_|^\.gdb_index$/;

const PT_INTERP = 3;
const PT_GNU_EH_FRAME = 0x6474e550;
/** The same number is another thing on other machines, and small. */
const PT_ARM_EXIDX = 0x70000001;
const NEEDED_SEGMENTS = [PT_DYNAMIC, PT_NOTE, PT_INTERP, PT_GNU_EH_FRAME, PT_ARM_EXIDX];

/**
 * Notes which parts of a file names may be found by, whichever addresses are asked for: headers,
 * symbol tables with their strings, notes, the dynamic segment, unwind tables, links to debug files
 * and what is compressed into the file, the stubs of the procedure linkage table and what names
 * them, and all loaded data of a Go program.
 *
 * Of files without section headers all is taken: it is not known what is what.
 *
 * @param elf A file whose source is traced; so is what is read of it here.
 */
export async function traceNeeded(elf: ElfFile, options: PartsOptions): Promise<void> {
  const { source } = elf;
  const sections = await sectionsOf(elf);
  if (options.whole || sections.length === 0 || source.size <= SMALL_SIZE) {
    return trace(source, 0, source.size);
  }
  for (const { type, fileOffset, fileSize } of elf.programHeaders) {
    if (NEEDED_SEGMENTS.includes(type)) trace(source, fileOffset, fileSize);
  }
  const isGo = await orNothing(() => findGoTable(elf)) !== undefined;
  for (const { name, header } of sections) {
    if (!isNeeded(name, header, options)) continue;
    const slack = name === ".eh_frame" ? FRAME_SLACK : 0;
    trace(source, header.fileOffset, header.size + slack);
  }
  for (const { executable, fileOffset, fileSize } of elf.loadSegments) {
    if (executable ? options.code : isGo) trace(source, fileOffset, fileSize);
  }
  // Where these look depends on no address.
  await orNothing(() => findPltStubs(elf));
  await orNothing(() => findGoFunctions(elf, new Float64Array([0])));
}

function isNeeded(
  name: string,
  { type, executable }: SectionHeader,
  { dwarf }: PartsOptions,
): boolean {
  if (type === SHT_NOBITS) return false;
  if (executable) return false;
  return NEEDED_TYPES.has(type) || NEEDED_NAMES.test(name) || dwarf && DWARF_NAMES.test(name);
}

interface NamedSection {
  readonly name: string;
  readonly header: SectionHeader;
}

/** None, too, if they are damaged. */
async function sectionsOf(elf: ElfFile): Promise<NamedSection[]> {
  const found = await orNothing(async () => {
    const sections: NamedSection[] = [];
    for (const header of await elf.sections()) {
      sections.push({ name: await nameOfSection(elf, header), header });
    }
    return sections;
  });
  return found ?? [];
}

/** Notes a range, as far as it lies in the file, as if it had been read. */
export function trace(source: ByteSource, fileOffset: number, length: number): void {
  const start = Math.max(0, fileOffset);
  const end = Math.min(fileOffset + length, source.size);
  if (!(start < end)) return;
  if (source instanceof TracingSource) source.ranges.add(start, end);
  else if (source instanceof WindowSource) {
    trace(source.inner, source.start + start, end - start);
  }
}

async function orNothing<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!isSourceError(error)) throw error;
    return undefined;
  }
}

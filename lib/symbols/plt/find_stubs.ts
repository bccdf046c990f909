import { ET_REL, PT_LOAD, SHT_NOBITS } from "../../elf/constants.ts";
import type { ElfFile } from "../../elf/mod.ts";
import { MAX_STUB_SIZE, StubCode, type StubFormat } from "./stub_code.ts";

/** Stubs, in columns: the vaddr and size in bytes of each, and the vaddr of its slot. */
export interface FoundStubs {
  readonly starts: number[];
  readonly sizes: number[];
  readonly slots: number[];
}

/** A piece of a file that may hold stubs. */
export interface StubRange {
  readonly vaddr: number;
  /** Bytes from the start of the file. */
  readonly fileOffset: number;
  readonly size: number;
  /** Whether it ends where the stubs do. If so, it holds none unless they reach to its end. */
  readonly isWhole: boolean;
}

const FIRST_CHUNK = 512;
const CHUNK_SIZE = 1 << 16;

/**
 * Finds the sections that consist of stubs, whatever their names are. Of a section that does not,
 * such as `.text`, no more than 512 bytes are read as a rule.
 *
 * @returns Ascending.
 * @throws {FormatError} If the section headers or an executable section do not lie inside the file.
 */
export async function findStubsInSections(
  elf: ElfFile,
  format: StubFormat,
  gotVaddr: number,
): Promise<FoundStubs> {
  const found: FoundStubs = { starts: [], sizes: [], slots: [] };
  if (elf.header.type === ET_REL) return found;
  const sections = (await elf.sections())
    .filter(({ executable, type, size }) => executable && type !== SHT_NOBITS && size > 0)
    .sort((a, b) => a.vaddr - b.vaddr);
  let end = -Infinity;
  let budget = elf.source.size;
  for (const { vaddr, fileOffset, size } of sections) {
    // Sections that overlap, in memory or in the file, are damage; each byte is looked at once.
    if (!(vaddr >= end) || size > budget) continue;
    end = vaddr + size;
    budget -= size;
    await findStubsInRange(
      elf,
      { vaddr, fileOffset, size, isWhole: true },
      format,
      gotVaddr,
      found,
    );
  }
  return found;
}

/**
 * Finds the stubs of one range, from its start on, until something else comes.
 *
 * @throws {FormatError} If the range does not lie inside the file.
 */
export async function findStubsInRange(
  elf: ElfFile,
  range: StubRange,
  format: StubFormat,
  gotVaddr: number,
  into: FoundStubs,
): Promise<void> {
  const countBefore = into.starts.length;
  let covered = 0;
  let done = 0;
  while (done < range.size) {
    const length = Math.min(done === 0 ? FIRST_CHUNK : CHUNK_SIZE, range.size - done);
    const isLast = done + length === range.size;
    const bytes = await elf.source.readAt(range.fileOffset + done, length);
    const code = new StubCode(bytes, range.vaddr + done, gotVaddr);
    const end = isLast ? length : length - MAX_STUB_SIZE;
    while (code.position < end) {
      const from = code.position;
      const start = code.vaddr;
      const slot = format.decode(code);
      if (Number.isNaN(slot)) {
        if (code.position === from) code.position += format.step;
        if (done + code.position - covered <= format.maxGap) continue;
        if (range.isWhole) truncate(into, countBefore);
        return;
      }
      code.position = Math.min(code.position, length);
      into.starts.push(start);
      into.sizes.push(code.position - from);
      into.slots.push(slot);
      covered = done + code.position;
    }
    done += code.position;
  }
}

function truncate(stubs: FoundStubs, count: number): void {
  stubs.starts.length = stubs.sizes.length = stubs.slots.length = count;
}

/** The executable code from a vaddr to the end of its segment; undefined if there is none. */
export function codeFrom(elf: ElfFile, vaddr: number): StubRange | undefined {
  const segment = elf.programHeaders.find((header) =>
    header.type === PT_LOAD && header.executable && vaddr >= header.vaddr &&
    vaddr < header.vaddr + header.fileSize
  );
  if (segment === undefined) return undefined;
  const inside = vaddr - segment.vaddr;
  const fileOffset = segment.fileOffset + inside;
  return { vaddr, fileOffset, size: segment.fileSize - inside, isWhole: false };
}

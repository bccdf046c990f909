import { ByteCursor, checkRange } from "../bytes/mod.ts";
import { FormatError } from "../errors.ts";
import { SHT_NOBITS } from "./constants.ts";
import type { ElfFile } from "./elf_file.ts";
import {
  type CodeRange,
  type CommonInformation,
  ENTRY_HEAD_SIZE,
  type EntryStart,
  type FrameSection,
  readCommonInformation,
  readEntryStart,
  readFunctionRange,
} from "./frame_entries.ts";
import { readRecords } from "./records.ts";
import { findSection, openSection } from "./section_data.ts";

/**
 * Finds `.eh_frame` by its name.
 *
 * @returns Undefined if the file has none, or has no bytes of it.
 * @throws {FormatError} If the section headers or the section do not lie inside the file.
 */
export async function findEhFrame(elf: ElfFile): Promise<FrameSection | undefined> {
  const section = await findSection(elf, ".eh_frame");
  if (section === undefined || section.type === SHT_NOBITS) return undefined;
  const { source, header: { is64, littleEndian } } = elf;
  const { fileOffset, size, vaddr } = section;
  checkRange(source, fileOffset, size);
  return { source, fileOffset, size, vaddr, isDebug: false, is64, littleEndian };
}

/**
 * Finds `.debug_frame` by its name, and decompresses it if it is compressed.
 *
 * @returns Undefined if the file has none, or has no bytes of it.
 * @throws {FormatError} If the section headers or the section do not lie inside the file.
 * @throws {UnsupportedError} If its compression is unknown.
 */
export async function findDebugFrame(elf: ElfFile): Promise<FrameSection | undefined> {
  const section = await findSection(elf, ".debug_frame");
  if (section === undefined || section.type === SHT_NOBITS) return undefined;
  const source = await openSection(elf, section);
  const { is64, littleEndian } = elf.header;
  return { source, fileOffset: 0, size: source.size, vaddr: 0, isDebug: true, is64, littleEndian };
}

/**
 * `.eh_frame` by a vaddr in it, as `.eh_frame_hdr` gives it: from there to the end of its segment.
 *
 * @returns Undefined if the file has no bytes there.
 */
export function ehFrameAt(elf: ElfFile, vaddr: number): FrameSection | undefined {
  const fileOffset = elf.fileOffsetOf(vaddr);
  const segment = elf.loadSegments.find((segment) =>
    vaddr >= segment.vaddr && vaddr < segment.vaddr + segment.fileSize
  );
  if (fileOffset === undefined || segment === undefined) return undefined;
  const end = Math.min(segment.fileOffset + segment.fileSize, elf.source.size);
  const { source, header: { is64, littleEndian } } = elf;
  const size = Math.max(0, end - fileOffset);
  return { source, fileOffset, size, vaddr, isDebug: false, is64, littleEndian };
}

/** What is called for each function of a section: `[start, end)`, vaddrs, never empty. */
export type RangeVisitor = (start: number, end: number) => void;

/**
 * The entries of a section of call frame information: all of them, or some whose places are known.
 * Common information entries are read once and kept.
 */
export class FrameEntries {
  readonly #section: FrameSection;
  readonly #commons = new Map<number, CommonInformation>();

  /** Reads nothing yet. */
  constructor(section: FrameSection) {
    this.#section = section;
  }

  /**
   * Reads the ranges of functions whose entries begin at these places.
   *
   * @param positions Bytes from the start of the section, ascending.
   * @returns In order.
   * @throws {FormatError} If an entry is malformed, or is not about a function.
   * @throws {UnsupportedError} If it uses an encoding or augmentation that is not known.
   */
  async rangesAt(positions: Float64Array): Promise<CodeRange[]> {
    const { source, fileOffset, size, littleEndian } = this.#section;
    const fileOffsets = positions.map((position) => fileOffset + position);
    const records = await readRecords(source, fileOffsets, ENTRY_HEAD_SIZE, fileOffset + size);
    const ranges: CodeRange[] = [];
    for (const [at, bytes] of records.entries()) {
      const options = { source: source.name, fileOffset: fileOffsets[at]!, littleEndian };
      const cursor = new ByteCursor(bytes, options);
      const entry = readEntryStart(cursor, positions[at]!, this.#section);
      if (!(entry.commonPosition >= 0)) {
        throw cursor.error(0, "want a frame description entry, it is another kind");
      }
      const common = await this.#common(entry.commonPosition);
      ranges.push(readFunctionRange(cursor, positions[at]!, entry.end, common, this.#section));
    }
    return ranges;
  }

  /**
   * Reads all entries, 1 MiB at a time. Functions of `.debug_frame` at vaddr 0 are left out: link
   * editors write 0 for those they dropped.
   *
   * @throws {FormatError} If an entry is malformed.
   * @throws {UnsupportedError} If one uses an encoding or augmentation that is not known.
   */
  async visitAll(visit: RangeVisitor): Promise<void> {
    const { source, fileOffset, size, littleEndian } = this.#section;
    for (let position = 0; position + 4 <= size;) {
      const length = Math.min(CHUNK_SIZE, size - position);
      const bytes = await source.readAt(fileOffset + position, length);
      const chunk = new ByteCursor(bytes, {
        source: source.name,
        fileOffset: fileOffset + position,
        littleEndian,
      });
      position = await this.#visitChunk(chunk, position, visit);
    }
  }

  /** Reads the entries of a chunk; gives the position of the first that is not in it. */
  async #visitChunk(chunk: ByteCursor, base: number, visit: RangeVisitor): Promise<number> {
    const section = this.#section;
    const isLast = base + chunk.length === section.size;
    // An entry is read if what matters of it is in the chunk.
    const limit = isLast ? chunk.length - 3 : chunk.length - ENTRY_HEAD_SIZE + 1;
    while (chunk.position < limit) {
      const entry = readEntryStart(chunk, base, section);
      if (Number.isNaN(entry.commonPosition) && !section.isDebug) return section.size;
      if (entry.commonPosition >= 0) {
        const common = this.#commons.get(entry.commonPosition) ??
          await this.#common(entry.commonPosition);
        this.#visitFunction(chunk, base, entry, common, visit);
      }
      if (entry.end - base > chunk.length) return entry.end;
      chunk.position = entry.end - base;
    }
    return isLast ? section.size : base + chunk.position;
  }

  #visitFunction(
    chunk: ByteCursor,
    base: number,
    entry: EntryStart,
    common: CommonInformation,
    visit: RangeVisitor,
  ): void {
    const { start, end } = readFunctionRange(chunk, base, entry.end, common, this.#section);
    if (end > start && !(start === 0 && this.#section.isDebug)) visit(start, end);
  }

  async #common(position: number): Promise<CommonInformation> {
    const known = this.#commons.get(position);
    if (known !== undefined) return known;
    if (this.#commons.size >= MAX_COMMONS) {
      const { source, fileOffset } = this.#section;
      throw new FormatError({
        action: "read the call frame information",
        source: source.name,
        place: { fileOffset: fileOffset + position },
        detail: `more than ${MAX_COMMONS} common information entries`,
      });
    }
    const common = await readCommonInformation(this.#section, position);
    this.#commons.set(position, common);
    return common;
  }
}

const CHUNK_SIZE = 1 << 20;
/** `.debug_frame` has one for each object file that was linked; more is damage. */
const MAX_COMMONS = 1 << 20;

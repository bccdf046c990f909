import type { ElfFile, SectionHeader } from "../elf/mod.ts";

/** Where the code of a file is: its executable sections, or segments if it has no sections. */
export class CodeRanges {
  /** Whether the file has section headers. */
  readonly hasSections: boolean;
  readonly #sections: readonly SectionHeader[];
  /** Ascending, not overlapping in a sane file. */
  readonly #starts: number[];
  readonly #ends: number[];

  private constructor(
    sections: readonly SectionHeader[],
    ranges: [start: number, end: number][],
  ) {
    this.hasSections = sections.length > 0;
    this.#sections = sections;
    ranges.sort((a, b) => a[0] - b[0]);
    this.#starts = ranges.map(([start]) => start);
    this.#ends = ranges.map(([, end]) => end);
  }

  /**
   * Reads the section headers of a file.
   *
   * @throws {FormatError} If they do not lie inside it.
   */
  static async of(elf: ElfFile): Promise<CodeRanges> {
    const sections = await elf.sections();
    const parts = sections.length > 0
      ? sections
      : elf.loadSegments.map((segment) => ({ ...segment, size: segment.memorySize }));
    const code = parts.filter(({ executable, size }) => executable && size > 0);
    return new CodeRanges(sections, code.map(({ vaddr, size }) => [vaddr, vaddr + size]));
  }

  /** Whether a section, by its index, holds code. */
  isCodeSection(index: number): boolean {
    return this.#sections[index]?.executable === true;
  }

  /** Whether a section, by its index, holds a vaddr. */
  isWithin(index: number, vaddr: number): boolean {
    const section = this.#sections[index];
    return section !== undefined && vaddr >= section.vaddr && vaddr < section.vaddr + section.size;
  }

  /** The number of the range that holds a vaddr; -1 if it is no code. */
  rangeOf(vaddr: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#starts[middle]! <= vaddr) low = middle + 1;
      else high = middle;
    }
    return low > 0 && vaddr < this.#ends[low - 1]! ? low - 1 : -1;
  }

  /** Whether two vaddrs lie in the same section, or segment if there are none. */
  sameRange(a: number, b: number): boolean {
    const range = this.rangeOf(a);
    return range >= 0 && range === this.rangeOf(b);
  }
}

import type { ElfFile } from "../elf/mod.ts";

/** Where the code of a file is: its executable sections, or segments if it has no sections. */
export class CodeRanges {
  /** Whether the file has section headers. */
  readonly hasSections: boolean;
  readonly #isCodeSection: Uint8Array;
  /** Ascending, not overlapping in a sane file. */
  readonly #starts: number[];
  readonly #ends: number[];

  private constructor(isCodeSection: Uint8Array, ranges: [start: number, end: number][]) {
    this.hasSections = isCodeSection.length > 0;
    this.#isCodeSection = isCodeSection;
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
    const ranges =
      (sections.length > 0
        ? sections.filter(({ executable }) => executable).map(({ vaddr, size }) => [vaddr, size])
        : elf.loadSegments.filter(({ executable }) => executable)
          .map(({ vaddr, memorySize }) => [vaddr, memorySize])) as [number, number][];
    const isCodeSection = Uint8Array.from(sections, ({ executable }) => executable ? 1 : 0);
    return new CodeRanges(isCodeSection, ranges.map(([start, size]) => [start, start + size]));
  }

  /** Whether a section, by its index, holds code. */
  isCodeSection(index: number): boolean {
    return this.#isCodeSection[index] === 1;
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

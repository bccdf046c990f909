import type { ByteSource } from "../bytes/mod.ts";
import { PT_LOAD } from "./constants.ts";
import { type FileHeader, readFileHeader } from "./file_header.ts";
import { type ProgramHeader, readProgramHeaders } from "./program_headers.ts";
import { readSectionHeaders, type SectionHeader } from "./section_headers.ts";

/** An ELF file of which the headers were read; everything else is read when it is asked for. */
export class ElfFile {
  readonly source: ByteSource;
  readonly header: FileHeader;
  readonly programHeaders: readonly ProgramHeader[];
  #sections: Promise<readonly SectionHeader[]> | undefined;

  private constructor(
    source: ByteSource,
    header: FileHeader,
    programHeaders: readonly ProgramHeader[],
  ) {
    this.source = source;
    this.header = header;
    this.programHeaders = programHeaders;
  }

  /**
   * Reads the ELF header and the program headers.
   *
   * @throws {FormatError} If it is not an ELF file, or is damaged there.
   * @throws {UnsupportedError} If its class or byte order is unknown.
   */
  static async open(source: ByteSource): Promise<ElfFile> {
    const header = await readFileHeader(source);
    return new ElfFile(source, header, await readProgramHeaders(source, header));
  }

  /** The program headers of type PT_LOAD, in order. */
  get loadSegments(): ProgramHeader[] {
    return this.programHeaders.filter(({ type }) => type === PT_LOAD);
  }

  /**
   * The section headers, in order; none if the file has none. Read once.
   *
   * @throws {FormatError} If the table does not lie inside the file.
   */
  sections(): Promise<readonly SectionHeader[]> {
    return this.#sections ??= readSectionHeaders(this.source, this.header);
  }

  /**
   * The same file as if it had no section headers, as the loader sees it: for one whose section
   * headers are damaged.
   */
  withoutSections(): ElfFile {
    const elf = new ElfFile(this.source, this.header, this.programHeaders);
    elf.#sections = Promise.resolve([]);
    return elf;
  }

  /** The vaddr that a byte of the file is loaded at; undefined if it is in no LOAD segment. */
  vaddrOf(fileOffset: number): number | undefined {
    let found: ProgramHeader | undefined;
    for (const segment of this.loadSegments) {
      const inside = fileOffset - segment.fileOffset;
      if (!(inside >= 0 && inside < segment.fileSize)) continue;
      if (found === undefined || segment.executable && !found.executable) found = segment;
    }
    return found && fileOffset - found.fileOffset + found.vaddr;
  }

  /** Where the byte at a vaddr is in the file; undefined if no LOAD segment has it in the file. */
  fileOffsetOf(vaddr: number): number | undefined {
    for (const segment of this.loadSegments) {
      const inside = vaddr - segment.vaddr;
      if (inside >= 0 && inside < segment.fileSize) return segment.fileOffset + inside;
    }
    return undefined;
  }
}

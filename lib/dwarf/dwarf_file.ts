import type { ByteSource } from "../bytes/mod.ts";

/** The DWARF sections of one file, however they are stored there. */
export interface DwarfFile {
  /** What messages call it: a path. */
  readonly name: string;
  /** Byte order of the file. */
  readonly littleEndian: boolean;
  /**
   * Opens the bytes of a section, decompressed; called at most once for a name.
   *
   * @param name With its dot: `.debug_info`, `.debug_info.dwo`.
   * @returns Undefined if there is no such section, or it has no bytes here.
   * @throws {FormatError | UnsupportedError} If it is damaged.
   */
  section(name: string): Promise<ByteSource | undefined>;
}

/** What a skeleton unit says of the unit that was split from it (DWARF 5, section 3.1.2). */
export interface SplitUnitRequest {
  /** `DW_AT_dwo_name`: a path, relative to the compilation directory if it is not absolute. */
  readonly dwoName: string;
  /** `DW_AT_comp_dir`; empty if it says none. */
  readonly compilationDirectory: string;
  /** The number that both units have: 64 bits, unsigned. */
  readonly dwoId: bigint;
}

/** Where the debug information of one program or library is. */
export interface DwarfFiles {
  /** The file itself, or its debug file. */
  readonly main: DwarfFile;
  /**
   * The file that `dwz` moved shared entries to (`.gnu_debugaltlink`, `.debug_sup`). Asked for once,
   * and only if something refers to it. Undefined if nothing says which file that is.
   *
   * @throws {FormatError} If it is not there, or not the right one: the message says which.
   */
  readonly alternate?: () => Promise<DwarfFile | undefined>;
  /**
   * The `.dwo` file of a skeleton unit, or a package (`.dwp`) of the program that has it. The same
   * object for the same file. Undefined if there is none.
   */
  readonly split?: (request: SplitUnitRequest) => Promise<DwarfFile | undefined>;
}

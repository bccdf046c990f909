/** A function that was running at an address, and where in its source. */
export interface SourceFrame {
  /**
   * The linkage name if DWARF has one, mangled; else the name qualified by namespaces, types, and
   * functions that those are local to; empty if it is unknown.
   */
  readonly name: string;
  /** Whether `name` is as a symbol table would spell it, and can be demangled. */
  readonly isLinkageName: boolean;
  /** Full path of the source file, as DWARF builds it; empty if it is unknown. */
  readonly file: string;
  /** 1-based; 0 if it is unknown. */
  readonly line: number;
  /** 1-based; 0 if it is unknown. */
  readonly column: number;
}

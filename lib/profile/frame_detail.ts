import type { UnresolvedReason } from "./unresolved_reason.ts";

/**
 * What a frame of a resolved profile is: `native` code of a file, a function `inlined` into the frame
 * before it, the `kernel`'s code, code made at run time (`jit`), or a `name` that the recorder wrote
 * and symfold did not touch.
 */
export type FrameKind = "native" | "inlined" | "kernel" | "jit" | "name";

/** A place in a source file. */
export interface SourcePosition {
  /** The path as the compiler wrote it. */
  readonly file: string;
  /** 1-based; 0 if it is not known. */
  readonly line: number;
  /** 1-based; 0 if it is not known. */
  readonly column: number;
}

/** The file, or the kind of memory, that holds the code of frames; one object for all of them. */
export interface CodeFile {
  /** Its path on the recorded machine, or a label in brackets such as `[kernel]`. */
  readonly path: string;
  /** Lower-case hexadecimal; empty if it has none or it is not known. */
  readonly buildId: string;
  /** The runtime address that its code was mapped at; NaN if that is not known. */
  readonly start: number;
  /** The runtime address behind its code; NaN if that is not known. */
  readonly end: number;
  /** The file offset of its code in bytes; NaN if that is not known. */
  readonly fileOffset: number;
  /** What is added to vaddrs to get addresses; left out if it is not known. */
  readonly loadBias?: number;
  /** The vaddrs of its code, `[start, end)`; left out if they are not known. */
  readonly vaddrs?: { readonly start: number; readonly end: number };
  /** The vaddr of its first LOAD segment; left out if it is not known. */
  readonly firstVaddr?: number;
  /** True if its data is big-endian; left out if it is not, or that is not known. */
  readonly bigEndian?: true;
}

/** What is known of a frame besides its text. */
export interface FrameDetail {
  /** What the frame is. */
  readonly kind: FrameKind;
  /** Its name as the file has it, not demangled; empty if it has none or the recorder named it. */
  readonly symbol: string;
  /** What holds its code; undefined for a name. */
  readonly file: CodeFile | undefined;
  /** The runtime address as the recorder wrote it; NaN if it wrote none. */
  readonly address: number;
  /** The vaddr of that address in its file; NaN if it is not known. */
  readonly vaddr: number;
  /** True if both are those behind a call, which is what the frame is; left out otherwise. */
  readonly isReturnAddress?: true;
  /**
   * The vaddr of the first instruction of its function, or of the function that it is inlined into;
   * left out if that is not known.
   */
  readonly functionStart?: number;
  /**
   * Where in the source the sample was taken, for the leaf, or the next frame was called; undefined
   * if it is not known.
   */
  readonly position: SourcePosition | undefined;
  /** Why the frame has no name; undefined if it has one. */
  readonly reason: UnresolvedReason | undefined;
}

/**
 * What a frame of a recording says about where its code is. The kinds differ in what the number
 * counts: an address is where the process ran, a vaddr is what the ELF file says, a file offset
 * counts bytes of the file. They are equal only by accident.
 */
export type FrameLocation =
  | NameLocation
  | AddressLocation
  | VaddrLocation
  | FileOffsetLocation;

/** A frame that is a name already, or anything that carries no address. */
export interface NameLocation {
  /** Tells the locations apart. */
  readonly kind: "name";
  /**
   * The name of a function that the recorder found inlined into the frame that is outside of it;
   * left out for every other frame.
   */
  readonly inlined?: string;
}

/** A runtime address. */
export interface AddressLocation extends RawLocation {
  /** Tells the locations apart. */
  readonly kind: "address";
  /**
   * The runtime virtual address, the kernel's half as a negative number; NaN if the text is no
   * canonical address.
   */
  readonly address: number;
  /**
   * True if only hexadecimal digits were there, which a word or an identifier may consist of too:
   * it is an address only if code lies there.
   */
  readonly bare: boolean;
  /**
   * The file that perf wrote beside the number, a path or the last part of one; empty if the
   * recorder is another one. Newer perf (6.1 does) prints file offsets where it printed addresses.
   */
  readonly perfModule: string;
  /**
   * The functions that the recorder found inlined there, outermost first, into `symbol`; left out if
   * it did not look for any.
   */
  readonly inlined?: readonly string[];
  /** The PID of the process that it is an address of, -1 if that is not known; left out if any. */
  readonly process?: number;
  /** The number of the snapshot that the stack is of; left out if any may be. */
  readonly snapshot?: number;
}

/** An address as the ELF file writes it, in a named file. */
export interface VaddrLocation extends RawLocation {
  /** Tells the locations apart. */
  readonly kind: "vaddr";
  /** A path or the last part of one. */
  readonly module: string;
  /** NaN if the text is no canonical address. */
  readonly vaddr: number;
  /**
   * True if nothing but the number follows a word, which may be a function's name too
   * (`main+0x12`): it is a file only if the snapshot has one of that name.
   */
  readonly bare: boolean;
}

/** Bytes from the start of a file, which is known by name or by build-id. */
export interface FileOffsetLocation extends RawLocation {
  /** Tells the locations apart. */
  readonly kind: "fileOffset";
  /** A path or the last part of one; empty if only the build-id is known. */
  readonly module: string;
  /** Lower-case hexadecimal; empty if only the name is known. */
  readonly buildId: string;
  /** In bytes; NaN if the text is no number that an offset may have. */
  readonly fileOffset: number;
  /** The process that has the file mapped, as in {@linkcode AddressLocation}. */
  readonly process?: number;
}

/** What the locations with a number share. */
export interface RawLocation {
  /** The name that the recorder wrote beside the number; empty if it knew none. */
  readonly symbol: string;
  /** `_[k]` and the like, kept apart from the name; empty if there is none. */
  readonly annotation: string;
}

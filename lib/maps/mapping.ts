/** One line of a maps snapshot: a range of addresses and what is behind it. */
export interface Mapping {
  /** First address of the range; the kernel's half is negative. */
  readonly start: number;
  /** Address behind the range. */
  readonly end: number;
  /** `r`: the process may read it. */
  readonly readable: boolean;
  /** `w`: the process may write to it. */
  readonly writable: boolean;
  /** `x`: the process may run it. */
  readonly executable: boolean;
  /** Bytes from the start of the file to what is mapped at `start`. */
  readonly fileOffset: number;
  /** Device as `major:minor` in hexadecimal, as the line has it. */
  readonly device: string;
  /** 0 if no file is behind it. */
  readonly inode: number;
  /**
   * What the kernel writes behind the inode, without ` (deleted)` and with `\012` undone: a path,
   * a label such as `[vdso]` or `[anon:name]`, or nothing.
   */
  readonly path: string;
  /** Whether the file had been deleted or replaced when the snapshot was taken. */
  readonly deleted: boolean;
}

/**
 * Whether a file on a disk is behind a mapping. `/memfd:x`, `/dev/zero` and `/SYSV..` look like
 * paths but are memory, as is a mapping of huge pages.
 */
export function isFileBacked({ path }: Mapping): boolean {
  return path.startsWith("/") ? !MEMORY_PATH_REGEXP.test(path) : RELATIVE_PATH_REGEXP.test(path);
}

/** Whether a mapping is the code that the kernel lends every process: an ELF file without a path. */
export function isVdso({ path }: Mapping): boolean {
  return path === "[vdso]";
}

/** Whether a mapping is memory without a file and without a meaning that the kernel gives it. */
export function isAnonymous(mapping: Mapping): boolean {
  return mapping.path === "" || mapping.path.startsWith("[anon") || !mapping.path.startsWith("[") &&
      !isFileBacked(mapping);
}

/** pprof writes the program's path as it was given; the kernel has `anon_inode:[name]` besides paths. */
const RELATIVE_PATH_REGEXP = /^[^[\]:<>]+$/;
const MEMORY_PATH_REGEXP =
  /^\/(?:\/|memfd:|dev\/zero$|dev\/shm\/|SYSV|anon_hugepage|\[aio\]|dev\/dri\/|dev\/nvidia)/;

/** What of a program header of type PT_LOAD decides where it is loaded. */
export interface LoadSegment {
  /** `p_offset`: bytes from the start of the file. */
  readonly fileOffset: number;
  /** `p_filesz` in bytes. */
  readonly fileSize: number;
  /** `p_vaddr`. */
  readonly vaddr: number;
  /** `p_memsz` in bytes. */
  readonly memorySize: number;
  /** `PF_X` of `p_flags`. */
  readonly executable: boolean;
  /** `PF_W` of `p_flags`. */
  readonly writable: boolean;
  /** `PF_R` of `p_flags`. */
  readonly readable: boolean;
}

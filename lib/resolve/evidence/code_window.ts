/** A range of vaddrs, `[start, end)`. */
export interface VaddrRange {
  readonly start: number;
  readonly end: number;
}

/** A piece of the machine code of a file, read by vaddr. */
export class CodeWindow {
  /** The vaddr of its first byte. */
  readonly start: number;
  /** The vaddr behind its last byte. */
  readonly end: number;
  /** Whether its direct calls may lead to code that the file does not have. */
  readonly callsOthers: boolean;
  readonly #view: DataView;
  readonly #littleEndian: boolean;
  readonly #code: readonly VaddrRange[];

  /**
   * @param start The vaddr of the first byte.
   * @param littleEndian The byte order of instructions, which may be another one than that of data.
   * @param code Where the whole file has code.
   * @param callsOthers Whether it was copied from memory, where other code was in reach.
   */
  constructor(
    bytes: Uint8Array,
    start: number,
    littleEndian: boolean,
    code: readonly VaddrRange[],
    callsOthers = false,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.start = start;
    this.end = start + bytes.byteLength;
    this.#littleEndian = littleEndian;
    this.#code = code;
    this.callsOthers = callsOthers;
  }

  /** Whether the file has code at a vaddr, inside the piece or not. */
  isCode(vaddr: number): boolean {
    return this.#code.some(({ start, end }) => vaddr >= start && vaddr < end);
  }

  /** Unsigned 8 bits; NaN outside of the piece. */
  u8(vaddr: number): number {
    return this.#has(vaddr, 1) ? this.#view.getUint8(vaddr - this.start) : NaN;
  }

  /** Unsigned 16 bits; NaN outside of the piece. */
  u16(vaddr: number): number {
    return this.#has(vaddr, 2) ? this.#view.getUint16(vaddr - this.start, this.#littleEndian) : NaN;
  }

  /** Unsigned 32 bits; NaN outside of the piece. */
  u32(vaddr: number): number {
    return this.#has(vaddr, 4) ? this.#view.getUint32(vaddr - this.start, this.#littleEndian) : NaN;
  }

  /** Signed 32 bits; NaN outside of the piece. */
  i32(vaddr: number): number {
    return this.#has(vaddr, 4) ? this.#view.getInt32(vaddr - this.start, this.#littleEndian) : NaN;
  }

  #has(vaddr: number, count: number): boolean {
    return vaddr >= this.start && vaddr + count <= this.end;
  }
}

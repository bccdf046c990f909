/**
 * Machine code, looked at from a position. Instructions are little-endian: so they are on all
 * machines that stubs are decoded for, big-endian arm64 included.
 */
export class StubCode {
  /** Bytes from the start of the piece; all reads are relative to it. */
  position = 0;
  /** Of the piece, in bytes. */
  readonly length: number;
  /** The vaddr that i686 code has in `%ebx`; NaN if it is unknown. */
  readonly gotVaddr: number;
  readonly #view: DataView;
  readonly #vaddr: number;

  /** @param vaddr Of the first byte. */
  constructor(bytes: Uint8Array, vaddr: number, gotVaddr: number) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.length = bytes.byteLength;
    this.#vaddr = vaddr;
    this.gotVaddr = gotVaddr;
  }

  /** The vaddr of the position. */
  get vaddr(): number {
    return this.#vaddr + this.position;
  }

  /** Unsigned 8 bits, `at` bytes from the position; NaN past the end. */
  u8(at: number): number {
    return this.#has(at, 1) ? this.#view.getUint8(this.position + at) : NaN;
  }

  /** Unsigned 16 bits; NaN past the end. */
  u16(at: number): number {
    return this.#has(at, 2) ? this.#view.getUint16(this.position + at, true) : NaN;
  }

  /** Unsigned 32 bits; NaN past the end. */
  u32(at: number): number {
    return this.#has(at, 4) ? this.#view.getUint32(this.position + at, true) : NaN;
  }

  /** Signed 32 bits; NaN past the end. */
  i32(at: number): number {
    return this.#has(at, 4) ? this.#view.getInt32(this.position + at, true) : NaN;
  }

  #has(at: number, count: number): boolean {
    return this.position + at + count <= this.length;
  }
}

/** What is known of a machine's stubs. */
export interface StubFormat {
  /**
   * Decodes the stub at the position, and moves behind it with its padding, by at most
   * {@linkcode MAX_STUB_SIZE}.
   *
   * @returns The vaddr of the slot of the global offset table that it jumps through; NaN if there
   * is no stub. Then the position stays, or is moved behind code that only looks like one.
   */
  readonly decode: (code: StubCode) => number;
  /** Stubs begin at multiples of this from the start of their section, in bytes. */
  readonly step: number;
  /**
   * What stands before the first stub, between two, and behind the last is no longer than this, in
   * bytes: the first entry of a lazy `.plt`, and one for TLS descriptors at its end.
   */
  readonly maxGap: number;
  /** `r_type` of relocations that fill a slot with the address of a symbol. */
  readonly symbolTypes: readonly number[];
  /** `r_type` of relocations that fill a slot with what a function returns (IRELATIVE). */
  readonly resolverType: number;
}

/** No stub is longer, in bytes. */
export const MAX_STUB_SIZE = 32;

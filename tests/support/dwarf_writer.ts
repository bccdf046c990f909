import { ByteWriter } from "./byte_writer.ts";

/** What the width of a DWARF field depends on. */
export interface DwarfFormat {
  /** 5 by default. */
  readonly version?: number;
  /** The 64-bit format; false by default. */
  readonly is64?: boolean;
  /** Bytes of an address; 8 by default. */
  readonly addressSize?: number;
}

/** Writes the fields that DWARF is made of. */
export class DwarfWriter extends ByteWriter {
  readonly littleEndian: boolean;

  /** Starts empty. */
  constructor(littleEndian = true) {
    super(littleEndian);
    this.littleEndian = littleEndian;
  }

  /** Bytes at the current position. */
  raw(...bytes: number[]): void {
    this.put(this.position, bytes);
  }

  /** An unsigned number of 1, 2, 3, 4 or 8 bytes. */
  number(size: number, value: number | bigint): void {
    const wide = BigInt.asUintN(8 * size, BigInt(value));
    const bytes = Array.from({ length: size }, (_, at) => Number(wide >> BigInt(8 * at) & 0xffn));
    this.raw(...(this.littleEndian ? bytes : bytes.reverse()));
  }

  /** Unsigned LEB128, padded to a length if one is given. */
  uleb(value: number | bigint, length = 1): void {
    let rest = BigInt(value);
    for (let count = 1; rest > 0x7fn || count < length; count++, rest >>= 7n) {
      this.u8(Number(rest & 0x7fn) | 0x80);
    }
    this.u8(Number(rest));
  }

  /** Signed LEB128. */
  sleb(value: number): void {
    let rest = BigInt(value);
    for (; rest < -64n || rest > 63n; rest >>= 7n) this.u8(Number(rest & 0x7fn) | 0x80);
    this.u8(Number(rest & 0x7fn));
  }

  /** A string and the zero byte that ends it. */
  string(text: string): void {
    this.put(this.position, new TextEncoder().encode(text + "\0"));
  }

  /** A length as it is before a unit or a table: of what `write` writes, or another one. */
  counted(is64: boolean, write: () => void, length?: number | bigint): void {
    if (is64) this.u32(0xffffffff);
    const at = this.position;
    this.word(is64, 0);
    const start = this.position;
    write();
    const end = this.position;
    this.position = at;
    this.word(is64, length ?? end - start);
    this.position = end;
  }
}

/** The bytes that a function writes. */
export function written(
  write: (writer: DwarfWriter) => void,
  littleEndian = true,
): Uint8Array<ArrayBuffer> {
  const writer = new DwarfWriter(littleEndian);
  write(writer);
  return writer.bytes();
}

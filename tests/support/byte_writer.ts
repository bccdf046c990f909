/** Writes fields one after the other, or at a place, into bytes that grow as needed. */
export class ByteWriter {
  /** Where the next field is written. */
  position = 0;
  readonly #littleEndian: boolean;
  #view = new DataView(new ArrayBuffer(1 << 12));
  #length = 0;

  /** Starts empty. */
  constructor(littleEndian: boolean) {
    this.#littleEndian = littleEndian;
  }

  /** Unsigned 8 bits. */
  u8(value: number): void {
    const at = this.#advance(1);
    this.#view.setUint8(at, value);
  }

  /** Unsigned 16 bits. */
  u16(value: number): void {
    const at = this.#advance(2);
    this.#view.setUint16(at, value, this.#littleEndian);
  }

  /** Unsigned 32 bits. */
  u32(value: number): void {
    const at = this.#advance(4);
    this.#view.setUint32(at, value, this.#littleEndian);
  }

  /** 64 bits if `is64`, else 32; negative numbers are the upper half. */
  word(is64: boolean, value: number | bigint): void {
    const at = this.#advance(is64 ? 8 : 4);
    const little = this.#littleEndian;
    if (!is64) this.#view.setUint32(at, Number(value), little);
    else this.#view.setBigUint64(at, BigInt.asUintN(64, BigInt(value)), little);
  }

  /** Bytes at a place; moves the position behind them. */
  put(position: number, bytes: ArrayLike<number>): void {
    this.position = position;
    const at = this.#advance(bytes.length);
    new Uint8Array(this.#view.buffer).set(bytes, at);
  }

  /** Makes the file at least this long. */
  padTo(length: number): void {
    this.position = length;
    this.#advance(0);
  }

  /** Everything that was written; zeros where nothing was. */
  bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#view.buffer.slice(0, this.#length));
  }

  #advance(count: number): number {
    const at = this.position;
    this.position += count;
    this.#length = Math.max(this.#length, this.position);
    if (this.#length > this.#view.byteLength) {
      const larger = new Uint8Array(2 * this.#length);
      larger.set(new Uint8Array(this.#view.buffer));
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }
}

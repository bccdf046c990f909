import { FormatError, hex } from "../errors.ts";

/**
 * Random access to the bytes of a file, wherever they are: on disk, in memory, in an archive, on
 * another machine. `readAt` gives exactly the bytes asked for, or throws.
 */
export interface ByteSource {
  /** The name to use in messages: a path, or whatever the user would know it by. */
  readonly name: string;
  /** Length in bytes. */
  readonly size: number;
  /**
   * Gives exactly `length` bytes from `fileOffset` on.
   *
   * @param fileOffset Bytes from the start of the file.
   * @param length How many bytes.
   * @param buffer Memory that may be used for them, if it is large enough: the bytes are then valid
   * until the caller uses it again. Without it they stay valid.
   * @throws {FormatError} If the range does not lie inside the file.
   */
  readAt(fileOffset: number, length: number, buffer?: Uint8Array): Promise<Uint8Array>;
}

/** A {@linkcode ByteSource} over bytes that are already in memory. */
export class MemorySource implements ByteSource {
  readonly name: string;
  readonly #bytes: Uint8Array;

  /** Names the bytes for messages; they are not copied. */
  constructor(name: string, bytes: Uint8Array) {
    this.name = name;
    this.#bytes = bytes;
  }

  /** Length in bytes. */
  get size(): number {
    return this.#bytes.length;
  }

  /** See {@linkcode ByteSource.readAt}. */
  readAt(fileOffset: number, length: number): Promise<Uint8Array> {
    try {
      checkRange(this, fileOffset, length);
    } catch (error) {
      return Promise.reject(error);
    }
    return Promise.resolve(this.#bytes.subarray(fileOffset, fileOffset + length));
  }
}

/**
 * Checks that a range lies inside a source, before anything is allocated or read for it.
 *
 * @throws {FormatError} If it does not.
 */
export function checkRange(source: ByteSource, fileOffset: number, length: number): void {
  if (fileOffset >= 0 && length >= 0 && fileOffset + length <= source.size) return;
  throw new FormatError({
    action: "read bytes",
    source: source.name,
    place: { fileOffset },
    detail: `need ${length} bytes, file ends at ${hex(source.size)}`,
  });
}

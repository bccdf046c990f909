import { type ByteSource, checkRange } from "./byte_source.ts";

/**
 * A {@linkcode ByteSource} over others, one behind the other. Only ranges that reach over the end of
 * one are copied.
 *
 * @example
 * ```ts
 * import { MemorySource } from "./byte_source.ts";
 * import { JoinedSource } from "./joined_source.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const parts = [[1, 2], [3], [4, 5]].map((bytes) => new MemorySource("part", Uint8Array.from(bytes)));
 * const joined = new JoinedSource("whole", parts);
 * assertEquals([...await joined.readAt(1, 3)], [2, 3, 4]);
 * ```
 */
export class JoinedSource implements ByteSource {
  readonly name: string;
  /** Length of all together in bytes. */
  readonly size: number;
  readonly #parts: readonly ByteSource[];

  /** Reads nothing yet. */
  constructor(name: string, parts: readonly ByteSource[]) {
    this.name = name;
    this.#parts = parts;
    this.size = parts.reduce((sum, { size }) => sum + size, 0);
  }

  /** See {@linkcode ByteSource.readAt}. */
  async readAt(fileOffset: number, length: number, buffer?: Uint8Array): Promise<Uint8Array> {
    checkRange(this, fileOffset, length);
    const end = fileOffset + length;
    let bytes: Uint8Array | undefined;
    let partStart = 0;
    for (const part of this.#parts) {
      const partEnd = partStart + part.size;
      const from = Math.max(fileOffset, partStart);
      const to = Math.min(end, partEnd);
      if (from < to) {
        if (to - from === length) return await part.readAt(from - partStart, length, buffer);
        bytes ??= new Uint8Array(length);
        bytes.set(await part.readAt(from - partStart, to - from), from - fileOffset);
      }
      partStart = partEnd;
    }
    return bytes ?? new Uint8Array();
  }
}

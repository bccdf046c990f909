import type { ByteReader } from "./byte_reader.ts";

/** The first bytes of a reader, and the reader as if they had not been read. */
export interface Peeked {
  /** As many bytes as were asked for, or all if there are fewer, or if the reader fails. */
  readonly head: Uint8Array;
  /** Gives all bytes, the first ones too. It is to be used instead of the one that was peeked at. */
  readonly reader: ByteReader;
}

/**
 * Looks at the first bytes of a reader.
 *
 * @param length How many bytes are wanted.
 * @throws What the reader throws before it has given a byte. What it throws later is thrown when the
 * bytes before that were read again.
 *
 * @example
 * ```ts
 * import { peek } from "./peek.ts";
 * import { readerOfBytes } from "./byte_reader.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = Uint8Array.of(1, 2, 3);
 * const { head, reader } = await peek(readerOfBytes("example", bytes), 2);
 * assertEquals([...head], [1, 2]);
 * const into = new Uint8Array(8);
 * assertEquals(await reader.read(into), 2);
 * assertEquals(await reader.read(into), 1);
 * ```
 */
export async function peek(reader: ByteReader, length: number): Promise<Peeked> {
  const buffer = new Uint8Array(length);
  let filled = 0;
  let failure: { readonly error: unknown } | undefined;
  try {
    while (filled < length) {
      const count = await reader.read(buffer.subarray(filled));
      if (count === 0) break;
      filled += count;
    }
  } catch (error) {
    if (filled === 0) throw error;
    failure = { error };
  }
  const head = buffer.subarray(0, filled);
  return { head, reader: withHead(reader, head, failure) };
}

/** The reader with its head again, which fails then if it has failed. */
function withHead(
  reader: ByteReader,
  head: Uint8Array,
  failure: { readonly error: unknown } | undefined,
): ByteReader {
  let rest = head;
  return {
    name: reader.name,
    read(into: Uint8Array): Promise<number> {
      if (rest.length === 0) {
        return failure === undefined ? reader.read(into) : Promise.reject(failure.error);
      }
      const count = Math.min(rest.length, into.length);
      into.set(rest.subarray(0, count));
      rest = rest.subarray(count);
      return Promise.resolve(count);
    },
  };
}

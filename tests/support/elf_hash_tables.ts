import { ByteWriter } from "./byte_writer.ts";

/** A GNU hash table. */
export interface GnuHashSpec {
  /** How many symbols there are, symbol 0 included; all but that are in one bucket. */
  readonly symbolCount?: number;
  /** The first symbol that is hashed; 1 by default. */
  readonly firstSymbol?: number;
  /** The first symbol of each bucket, 0 for an empty one. */
  readonly buckets?: readonly number[];
  /** Of each hashed symbol its hash; the lowest bit says that a bucket ends. */
  readonly chains?: readonly number[];
  /** Words of the Bloom filter: 1 by default. */
  readonly bloomWords?: number;
}

/** The bytes of `.gnu.hash`. */
export function gnuHashTable(
  spec: GnuHashSpec,
  is64: boolean,
  littleEndian: boolean,
): Uint8Array {
  const { symbolCount = 1, firstSymbol = 1, bloomWords = 1 } = spec;
  const hashed = Math.max(0, symbolCount - firstSymbol);
  const buckets = spec.buckets ?? [hashed === 0 ? 0 : firstSymbol];
  const chains = spec.chains ??
    Array.from({ length: hashed }, (_, at) => at === hashed - 1 ? 0x1001 : 0x1000);
  const writer = new ByteWriter(littleEndian);
  for (const word of [buckets.length, firstSymbol, bloomWords, 6]) writer.u32(word);
  for (let at = 0; at < bloomWords; at++) writer.word(is64, 0xffff_ffff);
  for (const word of [...buckets, ...chains]) writer.u32(word);
  return writer.bytes();
}

/** The bytes of `.hash` with one bucket; its words have 8 bytes if `wide`. */
export function sysvHashTable(
  symbolCount: number,
  wide: boolean,
  littleEndian: boolean,
): Uint8Array {
  const writer = new ByteWriter(littleEndian);
  const chains = Array.from({ length: symbolCount }, (_, at) => at === 0 ? 0 : at - 1);
  for (const word of [1, symbolCount, symbolCount - 1, ...chains]) writer.word(wide, word);
  return writer.bytes();
}

import { type ByteReader, readAll } from "../bytes/mod.ts";
import { FormatError } from "../errors.ts";
import { chooseWeight } from "./choose_weight.ts";
import { addressFrame, isMapsLine } from "./heap_text.ts";
import type { ReadRecordingOptions, Recording } from "./recording.ts";
import { RecordingBuilder } from "./recording_builder.ts";

/** In bytes. */
const MAX_SIZE = 1 << 30;
/** Words of the header in front of what later versions may add: 0, its length, version, period. */
const MIN_HEADER = 3;

/**
 * Reads a CPU profile of gperftools (`CPUPROFILE`; docs/cpuprofile-fileformat.adoc of gperftools):
 * words of 32 or 64 bits in either byte order, then the maps of the process as text. The leaf of each
 * stack is exact, its callers are return addresses.
 *
 * A profile that is cut keeps the samples before the cut.
 *
 * @throws {FormatError} If it does not begin as such a profile, has more than 1 GiB, or the weight
 * that is asked for is none of it.
 */
export async function readGperftoolsCpu(
  reader: ByteReader,
  options: ReadRecordingOptions = {},
): Promise<Recording> {
  chooseWeight(reader.name, options.weight, ["samples"]);
  const builder = new RecordingBuilder(reader.name, options.merge);
  const bytes = await readAll(reader, MAX_SIZE, (count) => options.onProgress?.(reader, count));
  const words = wordsOf(bytes);
  if (words === undefined) throw malformed(reader.name, 0, "it has no header of a CPU profile");
  const { end, failure } = readRecords(reader.name, words, builder);
  const text = failure === undefined ? new TextDecoder().decode(bytes.subarray(end)) : "";
  const maps = text.split("\n").filter(isMapsLine).map((line) => line.replace(/\r$/, "") + "\n");
  return builder.recording({ maps: [{ process: undefined, text: maps.join("") }], failure });
}

/** Whether bytes are the beginning of a CPU profile. */
export function isGperftoolsCpu(head: Uint8Array): boolean {
  return wordsOf(head) !== undefined;
}

/** Bytes as words of one kind. */
class Words {
  /** In bytes. */
  readonly size: 4 | 8;
  readonly #view: DataView;
  readonly #isLittle: boolean;

  constructor(bytes: Uint8Array, size: 4 | 8, isLittle: boolean) {
    this.size = size;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#isLittle = isLittle;
  }

  /** How many whole words there are. */
  get length(): number {
    return Math.floor(this.#view.byteLength / this.size);
  }

  /** A word as a count; rounded if it is past 2^53. */
  count(index: number): number {
    if (this.size === 4) return this.#view.getUint32(4 * index, this.#isLittle);
    return Number(this.#view.getBigUint64(8 * index, this.#isLittle));
  }

  /** A word as hexadecimal digits. */
  digits(index: number): string {
    if (this.size === 4) return this.count(index).toString(16);
    return this.#view.getBigUint64(8 * index, this.#isLittle).toString(16);
  }
}

/** The kind of word is the one in which the header makes sense. */
function wordsOf(bytes: Uint8Array): Words | undefined {
  for (const size of [4, 8] as const) {
    for (const isLittle of [true, false]) {
      const words = new Words(bytes, size, isLittle);
      if (words.length < 2 + MIN_HEADER || words.count(0) !== 0 || words.count(2) !== 0) continue;
      const length = words.count(1);
      const period = words.count(3);
      // A count of 32 bits that is 0 is the upper half of one of 64.
      if (length < MIN_HEADER || length > 1 << 12 || period === 0 || period > 1e9) continue;
      return words;
    }
  }
  return undefined;
}

/** Records are a count, the length of the stack and its addresses; one of count 0 is the last. */
function readRecords(
  source: string,
  words: Words,
  builder: RecordingBuilder,
): { end: number; failure: FormatError | undefined } {
  let at = 2 + words.count(1);
  for (;;) {
    if (at + 2 > words.length) {
      return cut(source, words, at, "the profile ends without its end mark");
    }
    const count = words.count(at);
    const depth = words.count(at + 1);
    if (depth > words.length - at - 2) {
      return cut(source, words, at, `its stack has ${depth} frames, the file ends before`);
    }
    if (count === 0 && depth === 1 && words.count(at + 2) === 0) {
      return { end: (at + 3) * words.size, failure: undefined };
    }
    for (let frame = 0; frame < depth; frame++) {
      builder.push(addressFrame(builder, words.digits(at + 2 + frame)));
    }
    const problem = builder.finish(count);
    if (problem !== "") return cut(source, words, at, problem);
    at += 2 + depth;
  }
}

function cut(source: string, words: Words, index: number, detail: string) {
  return { end: 0, failure: malformed(source, index * words.size, detail) };
}

function malformed(source: string, fileOffset: number, detail: string): FormatError {
  return new FormatError({ action: "read a record", source, place: { fileOffset }, detail });
}

import { gunzipSync } from "node:zlib";

/**
 * A profile of pprof as if nobody had looked names up: without functions (proto/profile.proto:
 * `Profile.function`, `Location.line`), and without a mapping's word that it has some.
 *
 * @param bytes Compressed with gzip.
 */
export function pprofWithoutNames(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const profile = new Uint8Array(gunzipSync(bytes));
  const kept: number[] = [];
  for (const field of fieldsOf(profile)) {
    if (field.number === FUNCTION) continue;
    const dropped = field.number === LOCATION ? [LINE] : field.number === MAPPING ? HAS_NAMES : [];
    if (dropped.length === 0) {
      kept.push(...profile.subarray(field.start, field.end));
      continue;
    }
    const message = profile.subarray(field.contentStart, field.end);
    const content = fieldsOf(message).filter(({ number }) => !dropped.includes(number))
      .flatMap(({ start, end }) => [...message.subarray(start, end)]);
    kept.push(field.number << 3 | 2, ...varint(content.length), ...content);
  }
  return Uint8Array.from(kept);
}

const MAPPING = 3;
const LOCATION = 4;
const FUNCTION = 5;
const LINE = 4;
/** has_functions to has_inline_frames. */
const HAS_NAMES: readonly number[] = [7, 8, 9, 10];

interface Field {
  readonly number: number;
  readonly start: number;
  /** Behind the key, and the length if it has one. */
  readonly contentStart: number;
  readonly end: number;
}

/** The fields of a message, which are numbers or have a length. */
function fieldsOf(message: Uint8Array): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const read = (): number => {
    let value = 0;
    for (let factor = 1;; factor *= 128) {
      const byte = message[at++]!;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const start = at;
    const key = read();
    const length = read();
    const contentStart = at;
    if ((key & 7) === 2) at += length;
    fields.push({ number: key >> 3, start, contentStart, end: at });
  }
  return fields;
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [value & 127 | 128, ...varint(value >> 7)];
}

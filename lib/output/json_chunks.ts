/** JSON. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** JSON of which some arrays are made while it is written. */
export type StreamedJson =
  | Json
  | Iterable<Json>
  | Streamed
  | { readonly [key: string]: StreamedJson };

/** An array whose items have streamed arrays in them. */
export class Streamed {
  /** The items, one after the other. */
  readonly items: Iterable<StreamedJson>;

  /** @param items Asked for once. */
  constructor(items: Iterable<StreamedJson>) {
    this.items = items;
  }
}

/** Chunks are about so long, in UTF-16 units. */
const CHUNK_SIZE = 1 << 16;
/** So many items of an array are written at once. */
const SLICE = 1 << 10;

/**
 * Writes JSON in chunks, so that nothing large is ever one string. Lone surrogates are escaped, as
 * `JSON.stringify` does it.
 */
export function* jsonChunks(value: StreamedJson): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  let text = "";
  for (const piece of pieces(value)) {
    text += piece;
    if (text.length < CHUNK_SIZE) continue;
    yield encoder.encode(text);
    text = "";
  }
  yield encoder.encode(text + "\n");
}

function* pieces(value: StreamedJson): Generator<string> {
  if (value === null || typeof value !== "object") {
    yield JSON.stringify(value);
  } else if (Array.isArray(value)) {
    yield "[";
    for (let at = 0; at < value.length; at += SLICE) {
      yield (at > 0 ? "," : "") + JSON.stringify(value.slice(at, at + SLICE)).slice(1, -1);
    }
    yield "]";
  } else if (value instanceof Streamed) {
    let before = "[";
    for (const item of value.items) {
      yield before;
      yield* pieces(item);
      before = ",";
    }
    yield before === "[" ? "[]" : "]";
  } else if (isIterable(value)) {
    let before = "[";
    for (const item of value) {
      yield before + JSON.stringify(item);
      before = ",";
    }
    yield before === "[" ? "[]" : "]";
  } else {
    let before = "{";
    for (const [key, member] of Object.entries(value)) {
      yield `${before}${JSON.stringify(key)}:`;
      yield* pieces(member);
      before = ",";
    }
    yield before === "{" ? "{}" : "}";
  }
}

function isIterable(value: object): value is Iterable<Json> {
  return Symbol.iterator in value;
}

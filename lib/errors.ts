/**
 * The two errors that symfold throws on purpose. Everything that can go wrong without being wrong
 * (an address that no symbol covers) is a value instead: see `UnresolvedReason`.
 *
 * @module
 */

/** Where in a source something is: a byte of a binary file, or a line of a text. */
export type SourcePlace =
  /** Bytes from the start of the file. */
  | { readonly fileOffset: number }
  /** 1-based line number. */
  | { readonly line: number };

/** What a {@linkcode FormatError} is made of. */
export interface FormatErrorOptions {
  /** What was attempted, as an infinitive: `"read program header 3"`. */
  readonly action: string;
  /** The name of the file or stream, as the user knows it. */
  readonly source: string;
  /** Where in the source, if it is known. */
  readonly place?: SourcePlace;
  /** What is there and what is wanted. */
  readonly detail: string;
}

/**
 * A source is malformed. The message names the action, the source, the place and the reason:
 * `Cannot read program header 3 of "libc.so.6" at file offset 0x1f8: need 56 bytes, file ends at 0x200`.
 *
 * @example
 * ```ts
 * import { FormatError } from "./errors.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const error = new FormatError({
 *   action: "read program header 3",
 *   source: "libc.so.6",
 *   place: { fileOffset: 0x1f8 },
 *   detail: "need 56 bytes, file ends at 0x200",
 * });
 * assertEquals(
 *   error.message,
 *   'Cannot read program header 3 of "libc.so.6" at file offset 0x1f8: need 56 bytes, file ends at 0x200',
 * );
 * ```
 */
export class FormatError extends Error {
  /** The name of the file or stream. */
  readonly source: string;
  /** Where in the source; `undefined` if it concerns the source as a whole. */
  readonly place: SourcePlace | undefined;
  /** The part of the message after the colon. */
  readonly detail: string;

  /** Composes the message from its parts. */
  constructor(options: FormatErrorOptions) {
    const { action, source, place, detail } = options;
    super(`Cannot ${action} of "${source}"${placeText(place)}: ${detail}`);
    this.name = "FormatError";
    this.source = source;
    this.place = place;
    this.detail = detail;
  }
}

/** A source is valid, but uses a feature that symfold does not handle. */
export class UnsupportedError extends Error {
  /** The name of the file or stream. */
  readonly source: string;
  /** The feature, as its specification spells it. */
  readonly feature: string;

  /** Composes the message from the source and the feature. */
  constructor(source: string, feature: string) {
    super(`Cannot read "${source}": ${feature} is not supported`);
    this.name = "UnsupportedError";
    this.source = source;
    this.feature = feature;
  }
}

/** Tells whether a value is one of the errors that symfold throws about a source. */
export function isSourceError(error: unknown): error is FormatError | UnsupportedError {
  return error instanceof FormatError || error instanceof UnsupportedError;
}

function placeText(place: SourcePlace | undefined): string {
  if (place === undefined) return "";
  return "line" in place ? `, line ${place.line}` : ` at file offset ${hex(place.fileOffset)}`;
}

/**
 * Spells an address, offset or size in lower-case hexadecimal with `0x`. Negative numbers are the
 * upper half of the 64-bit space: `-0x7f000000` is `0xffffffff81000000`.
 */
export function hex(value: number): string {
  return "0x" + (value < 0 ? BigInt.asUintN(64, BigInt(value)).toString(16) : value.toString(16));
}

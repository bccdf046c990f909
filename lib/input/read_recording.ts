import { type ByteReader, decompressed, peek } from "../bytes/mod.ts";
import { FormatError } from "../errors.ts";
import { checkChoices } from "./check_choices.ts";
import { detectFormat, type FormatName, formatNamed, HEAD_SIZE } from "./formats.ts";
import { isJson, otherFile } from "./other_file.ts";
import type { ReadRecordingOptions, Recording } from "./recording.ts";

/** A recording that was opened: its format is known, and nothing is lost. */
export interface OpenedRecording {
  /** Its format. */
  readonly format: FormatName;
  /** All its bytes, decompressed. It is to be used instead of the one that was opened. */
  readonly reader: ByteReader;
}

/**
 * Finds out which format a recording has. It is decompressed if it begins as gzip or Zstandard does.
 *
 * @param format What it is, if that is known.
 * @throws {FormatError} If compressed data is damaged at its very beginning, or it is a file of
 * another kind, or no text although no format fits.
 */
export async function openRecording(
  reader: ByteReader,
  format?: FormatName,
): Promise<OpenedRecording> {
  const plain = await decompressed(reader);
  if (format !== undefined) return { format, reader: plain };
  const { head, reader: whole } = await peek(plain, HEAD_SIZE);
  const found = detectFormat(head);
  checkIsRecording(head, found, plain.name);
  return { format: found, reader: whole };
}

/** What is folded only because it is nothing else may be anything. */
function checkIsRecording(head: Uint8Array, format: FormatName, source: string): void {
  const text = new TextDecoder().decode(head);
  const detail = otherFile(head, text) ?? (format === "folded" ? noStacks(head, text) : undefined);
  if (detail !== undefined) throw new FormatError({ action: "read the stacks", source, detail });
}

/** The first line of a copy of `/proc/PID/maps` or `smaps`. */
const MAPS_LINE_REGEXP =
  /^\s*[0-9a-f]{1,16}-[0-9a-f]{1,16} [r-][w-][x-][psSm-] [0-9a-f]{1,16} [0-9a-f]+:[0-9a-f]+ +\d+/;

/** Why what begins so cannot be collapsed stacks; undefined if it may. */
function noStacks(head: Uint8Array, text: string): string | undefined {
  if (head.includes(0)) {
    return "it is no text, and no binary format fits; --input says which one it is";
  }
  if (MAPS_LINE_REGEXP.test(text)) return "it is a maps snapshot: give it with --maps";
  if (isJson(text)) return "it is JSON, of which only bpftrace's is read: --input bpftrace";
  return undefined;
}

/**
 * Reads a recording of any format, compressed or not.
 *
 * @param format What it is; found out by how it begins if it is not given.
 * @throws {FormatError} If it cannot be read at all, or has nothing of what the options choose. Where a part could be, see
 * {@linkcode Recording.failure}.
 *
 * @example
 * ```ts
 * import { readRecording } from "./read_recording.ts";
 * import { readerOfBytes } from "../bytes/mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const text = "@[\n    0x7f0000001234\n    0x401136\n, app]: 3\n";
 * const reader = readerOfBytes("out.txt", new TextEncoder().encode(text));
 * const { profile } = await readRecording(reader);
 * const stack = profile.stacks.framesOf(0);
 * assertEquals([...stack].map((frame) => profile.frames.textOf(frame)), [
 *   "app",
 *   "0x401136",
 *   "0x7f0000001234",
 * ]);
 * assertEquals(profile.samples.weightOf(0), 3);
 * ```
 */
export async function readRecording(
  reader: ByteReader,
  options: ReadRecordingOptions = {},
  format?: FormatName,
): Promise<Recording> {
  const opened = await openRecording(reader, format);
  checkChoices(opened.reader.name, opened.format, options);
  return await formatNamed(opened.format)!.read(opened.reader, options);
}

// @ts-types="./text_line_stream.d.ts"
import { TextLineStream } from "@std/streams/text-line-stream";
import { lineTooLong, MAX_LINE_LENGTH } from "../bytes/mod.ts";
import { FormatError } from "../errors.ts";
import type { Mapping } from "./mapping.ts";

/** A line of a snapshot that could not be read. */
export interface InvalidMapsLine {
  /** 1-based. */
  readonly line: number;
  /** The whole line. */
  readonly text: string;
}

/** The mappings of one process at one moment. */
export interface MapsSnapshot {
  /** The name of the file that it came from. */
  readonly name: string;
  /** The PID of the process whose it is; left out if it is that of all stacks. */
  readonly process?: number;
  /** True if the recording has it itself; left out if it is not known to be of the same moment. */
  readonly isRecorded?: boolean;
  /** Sorted by start, as far as the file was; not overlapping in what the kernel writes. */
  readonly mappings: readonly Mapping[];
  /**
   * The largest power of two from 4 KiB to 64 KiB that divides every start, end and file offset: at
   * least the page size of the recorded machine, which the snapshot does not say.
   */
  readonly pageSize: number;
  /** How many lines could not be read. */
  readonly invalidCount: number;
  /** The first of them; undefined if there is none. */
  readonly firstInvalid: InvalidMapsLine | undefined;
}

/**
 * Reads a snapshot of `/proc/PID/maps` or `/proc/PID/smaps` (proc_pid_maps(5)), 32- or 64-bit. A
 * snapshot may list executable mappings only.
 *
 * @param name The file's name, for messages.
 * @param chunks The file's bytes, in pieces of any size.
 * @throws {FormatError} If not a single line is a mapping, or one is longer than 64 MiB.
 *
 * @example
 * ```ts
 * import { parseMaps } from "./parse_maps.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const text = "7f0000000000-7f0000002000 r-xp 00001000 fe:00 42 /opt/my app/libx.so (deleted)\n";
 * const snapshot = await parseMaps("4711.maps", [new TextEncoder().encode(text)]);
 * assertEquals(snapshot.mappings[0]?.path, "/opt/my app/libx.so");
 * assertEquals(snapshot.mappings[0]?.deleted, true);
 * ```
 */
export async function parseMaps(
  name: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<MapsSnapshot> {
  const lines = ReadableStream.from(boundedLines(name, chunks))
    .pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
    .pipeThrough(new TextLineStream());
  const mappings: Mapping[] = [];
  let lineNumber = 0;
  let invalidCount = 0;
  let firstInvalid: InvalidMapsLine | undefined;
  for await (const text of lines) {
    lineNumber++;
    if (text.trim() === "" || SMAPS_ATTRIBUTE_REGEXP.test(text)) continue;
    const mapping = parseMapping(text);
    if (mapping !== undefined) mappings.push(mapping);
    else if (invalidCount++ === 0) firstInvalid = { line: lineNumber, text };
  }
  if (mappings.length === 0) throw noMappings(name, firstInvalid);
  mappings.sort((a, b) => a.start - b.start);
  return { name, mappings, pageSize: pageSizeOf(mappings), invalidCount, firstInvalid };
}

const LINE_FEED = 0x0a;

/** The same chunks, up to where a line is too long to become a string: the file is another one. */
async function* boundedLines(
  name: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let line = 1;
  let length = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (
      let end = chunk.indexOf(LINE_FEED);
      end >= 0;
      start = end + 1, end = chunk.indexOf(LINE_FEED, start)
    ) {
      line++;
      length = 0;
    }
    length += chunk.length - start;
    if (length > MAX_LINE_LENGTH) throw lineTooLong(name, line);
    yield chunk;
  }
}

/** Fields of smaps: `Rss:  132 kB`, `VmFlags: rd ex mr`. */
const SMAPS_ATTRIBUTE_REGEXP = /^[A-Z][A-Za-z_]*:\s/;
/** start-end perms offset device inode path; the path is the rest of the line. */
const MAPPING_REGEXP =
  /^\s*([0-9a-f]{1,16})-([0-9a-f]{1,16}) ([r-])([w-])([x-])[psSm-] ([0-9a-f]{1,16}) ([0-9a-f]+:[0-9a-f]+) +(\d+)(?: *$| +(.*?)\r?$)/s;
const DELETED_SUFFIX = " (deleted)";

function parseMapping(line: string): Mapping | undefined {
  const match = MAPPING_REGEXP.exec(line);
  if (match === null) return undefined;
  const [, start = "", end = "", read, write, execute, offset = "", device = "", inode, rest = ""] =
    match;
  const startAddress = addressOf(start);
  const endAddress = addressOf(end);
  if (!(startAddress < endAddress)) return undefined;
  const deleted = rest.endsWith(DELETED_SUFFIX);
  const path = deleted ? rest.slice(0, -DELETED_SUFFIX.length) : rest;
  return {
    start: startAddress,
    end: endAddress,
    readable: read === "r",
    writable: write === "w",
    executable: execute === "x",
    fileOffset: addressOf(offset),
    device,
    inode: Number(inode),
    path: path.replaceAll("\\012", "\n"),
    deleted,
  };
}

/** The end of the last page of the space, 2^64, is 0 in the form with negative numbers. */
function addressOf(digits: string): number {
  const value = BigInt.asIntN(64, BigInt("0x" + digits));
  return Number(value);
}

function pageSizeOf(mappings: readonly Mapping[]): number {
  let pageSize = 0x10000;
  for (const { start, end, fileOffset } of mappings) {
    while (pageSize > 0x1000 && (start % pageSize || end % pageSize || fileOffset % pageSize)) {
      pageSize /= 2;
    }
  }
  return pageSize;
}

function noMappings(name: string, first: InvalidMapsLine | undefined): FormatError {
  return new FormatError({
    action: "find a mapping",
    source: name,
    ...(first && { place: { line: first.line } }),
    detail: first === undefined
      ? "it has no lines, as that of a process that has ended; want those of /proc/PID/maps"
      : `line is "${first.text.slice(0, 100)}", want one of /proc/PID/maps`,
  });
}

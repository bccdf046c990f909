/** A kind of file that people take for a recording. */
interface OtherFile {
  /** Whether a file begins so; `text` is the head as text. */
  readonly detect: (head: Uint8Array, text: string) => boolean;
  /** What it is, and what to do about it. */
  readonly detail: string;
}

const WANT_RECORDING = "want a recording";
/** What symfold writes and does not read. */
const WANT_SOURCE = "which symfold writes and does not read: give the recording it was made from";
/** What V8 and browsers write has names. */
const HAS_NAMES = "has names already: open it with";

/** Signatures that no recording begins with. */
const OTHER_FILES: readonly OtherFile[] = [
  {
    detect: startsWith("PERFILE2"),
    detail: "it is perf's own file: print it with perf script --show-mmap-events, see Take a " +
      "recording in the README",
  },
  { detect: startsWith("\x7fELF"), detail: `it is an ELF file, ${WANT_RECORDING}` },
  {
    detect: (_, text) => /^(?:JiTD|DTiJ)/.test(text),
    detail: "it is a jitdump: give it with --perf-map",
  },
  {
    detect: (_, text) => /^\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype svg|svg)\b/i.test(text),
    detail: `it is a picture in SVG, ${WANT_RECORDING}`,
  },
  {
    detect: (_, text) => /^\s*<(?:!doctype html|html)\b/i.test(text),
    detail: `it is a page in HTML, ${WANT_RECORDING}`,
  },
  { detect: (_, text) => /^\s*<\?xml\b/.test(text), detail: `it is XML, ${WANT_RECORDING}` },
  { detect: startsWith("\x89PNG"), detail: `it is a picture in PNG, ${WANT_RECORDING}` },
  { detect: startsWith("%PDF-"), detail: `it is a PDF, ${WANT_RECORDING}` },
  {
    detect: startsWith("FLR\0"),
    detail: "it is a recording of Java Flight Recorder: jfrconv makes collapsed stacks of it",
  },
  {
    detect: (_, text) =>
      /^(?:(?:panic|fatal error): .*\n(?:.*\n){0,9}?)?goroutine \d+ .*\[.+\]:\n/.test(text),
    detail:
      "it is a dump of Go's goroutines, which has names already: take /debug/pprof/goroutine " +
      "without debug=2",
  },
  { detect: startsWith("PK\x03\x04"), detail: "it is a zip archive: unpack it first" },
  { detect: startsWith("\xfd7zXZ\0"), detail: "it is compressed with xz: unpack it first" },
  {
    detect: startsWith("\x1f\x8b"),
    detail: "it is compressed with gzip more than three times: unpack it first",
  },
  { detect: startsWith("BZh"), detail: "it is compressed with bzip2: unpack it first" },
  {
    detect: startsWith("ustar", 257),
    detail: "it is a tar archive, want a recording; one of symfold collect is given with --bundle",
  },
  {
    detect: (head) => startsWith("\xff\xfe")(head) || startsWith("\xfe\xff")(head),
    detail: "it is text in UTF-16: convert it first, with iconv -f UTF-16 -t UTF-8",
  },
];

/** JSON of other tools, whose keys may stand in any order. */
const OTHER_JSON: readonly OtherFile[] = [
  {
    detect: (_, text) =>
      /"https:\/\/www\.speedscope\.app\/|"shared"\s*:\s*\{\s*"frames"\s*:|"type"\s*:\s*"(?:sampled|evented)"/
        .test(text),
    detail: `it is a profile for speedscope, ${WANT_SOURCE}`,
  },
  {
    detect: (_, text) => /^\s*\{\s*"linux-perf-json-version"\s*:/.test(text),
    detail: "it is JSON of perf data convert: print perf.data with perf script " +
      "--show-mmap-events, see Take a recording in the README",
  },
  {
    detect: (_, text) =>
      /"traceEvents"\s*:\s*\[/.test(text) || /^\s*\[\s*\{[^]*"ph"\s*:\s*"[A-Za-z]"/.test(text),
    detail: `it is a trace of Chrome, which ${HAS_NAMES} DevTools or ui.perfetto.dev`,
  },
  {
    detect: (_, text) => /"nodes"\s*:\s*\[\s*\{[^]{0,200}"callFrame"\s*:/.test(text),
    detail: `it is a CPU profile of V8, which ${HAS_NAMES} DevTools or speedscope`,
  },
  {
    detect: (_, text) =>
      /^\s*\{\s*"(?:head"\s*:\s*\{\s*"callFrame|snapshot"\s*:\s*\{\s*"meta)"/.test(text),
    detail: `it is a heap profile of V8, which ${HAS_NAMES} DevTools`,
  },
  {
    detect: (_, text) =>
      /^\s*\{\s*"(?:meta|libs)"\s*:|"(?:preprocessedProfileVersion|markerSchema|stackTable)"\s*:/
        .test(text),
    detail: `it is a profile for the Firefox Profiler, ${WANT_SOURCE}, or record with perf`,
  },
];

/** An object with a first key, a list of objects or of lists, or an empty one of both. */
const JSON_REGEXP = /^\s*(?:\[\s*)*\{\s*"(?:[^"\\\n]|\\.)*"\s*:|^\s*(?:\{\s*\}|\[\s*\])\s*$/;

/**
 * Says what a file is that is no recording although people give it as one.
 *
 * @param head Its first bytes, decompressed.
 * @param text The same as text.
 * @returns What it is and what to do, for a message; undefined if it is none that is known.
 *
 * @example
 * ```ts
 * import { otherFile } from "./other_file.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const text = "\x7fELF\x02\x01\x01";
 * assertEquals(otherFile(new TextEncoder().encode(text), text), "it is an ELF file, want a recording");
 * ```
 */
export function otherFile(head: Uint8Array, text: string): string | undefined {
  const kinds = JSON_REGEXP.test(text) ? OTHER_JSON : OTHER_FILES;
  return kinds.find(({ detect }) => detect(head, text))?.detail;
}

/** Whether a file is JSON by how it begins, of whatever tool. */
export function isJson(text: string): boolean {
  return JSON_REGEXP.test(text);
}

/** Tells whether these bytes, a character each, are there. */
function startsWith(signature: string, at = 0): (head: Uint8Array) => boolean {
  const bytes = Uint8Array.from(signature, (character) => character.charCodeAt(0));
  return (head) => bytes.every((byte, index) => head[at + index] === byte);
}

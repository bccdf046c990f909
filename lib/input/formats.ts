import type { ByteReader } from "../bytes/mod.ts";
import { readBpftrace } from "./bpftrace.ts";
import { FoldedReader } from "./folded.ts";
import { readGdb } from "./gdb.ts";
import { readGlibcBacktrace } from "./glibc_backtrace.ts";
import { isGoText, readGoText } from "./go_text.ts";
import { isGperftoolsCpu, readGperftoolsCpu } from "./gperftools_cpu.ts";
import { readGperftoolsHeap } from "./gperftools_heap.ts";
import { readHsErr } from "./hs_err.ts";
import { readJemalloc } from "./jemalloc.ts";
import { readPerfScript } from "./perf_script.ts";
import { readPprof } from "./pprof.ts";
import { isPprof } from "./pprof_tables.ts";
import type { ReadRecordingOptions, Recording } from "./recording.ts";
import { readSanitizer } from "./sanitizer.ts";
import { readTombstone } from "./tombstone.ts";

/** What a format is called on the command line. */
export type FormatName =
  | "folded"
  | "pprof"
  | "gperftools-cpu"
  | "go"
  | "gperftools-heap"
  | "jemalloc"
  | "hs_err"
  | "tombstone"
  | "sanitizer"
  | "gdb"
  | "bpftrace"
  | "perf"
  | "backtrace";

/** A format that recordings may have. */
export interface Format {
  /** What it is called. */
  readonly name: FormatName;
  /** What it is, for people. */
  readonly help: string;
  /** Whether a recording begins so; `text` is the head as text. Absent for what nothing else is. */
  readonly detect?: (head: Uint8Array, text: string) => boolean;
  /** Reads a whole recording, which is not compressed. */
  readonly read: (reader: ByteReader, options: ReadRecordingOptions) => Promise<Recording>;
}

/** How many bytes {@linkcode detectFormat} wants to see. */
export const HEAD_SIZE: number = 1 << 14;

/**
 * All formats. The first is what nothing else is; the others are looked for in this order, those that
 * cannot be mistaken first. To add one, write a file with its reader, and its name above and a row
 * here: detection, `--input` and the help follow.
 */
export const FORMATS: readonly Format[] = [
  {
    name: "folded",
    help: "collapsed stacks",
    read: readFoldedRecording,
  },
  {
    name: "pprof",
    help: "pprof's profile.proto",
    detect: isPprof,
    read: readPprof,
  },
  {
    name: "gperftools-cpu",
    help: "CPU profile of gperftools",
    detect: isGperftoolsCpu,
    read: readGperftoolsCpu,
  },
  {
    name: "go",
    help: "text profile of Go, debug=1",
    detect: (_, text) => isGoText(text),
    read: readGoText,
  },
  {
    name: "gperftools-heap",
    help: "heap profile of gperftools",
    detect: (_, text) => /^(?:heap|growth|fragmentation) profile: /.test(text),
    read: readGperftoolsHeap,
  },
  {
    name: "jemalloc",
    help: "heap profile of jemalloc",
    detect: (_, text) => /^heap_v2\/\d+\s/.test(text),
    read: readJemalloc,
  },
  {
    name: "hs_err",
    help: "error log of a JVM",
    detect: (_, text) => /^# A fatal error has been detected by the Java Runtime/m.test(text),
    read: readHsErr,
  },
  {
    name: "tombstone",
    help: "tombstone of Android",
    detect: (_, text) =>
      /^(?:.*\bDEBUG\b.*: )?(?:\*\*\* ){8}|^(?:.*\bDEBUG\b.*: )? *#00 +pc [0-9a-f]{8,16} /m.test(
        text,
      ),
    read: readTombstone,
  },
  {
    name: "sanitizer",
    help: "report of AddressSanitizer and others",
    detect: (_, text) =>
      /^(?:==\d+==\s*|.*)(?:ERROR|WARNING): \w+Sanitizer\b|^ {4}#0 0x[0-9a-f]+ +(?:in |\()/m.test(
        text,
      ),
    read: readSanitizer,
  },
  {
    name: "gdb",
    help: "bt and info proc mappings of gdb, eu-stack",
    detect: (_, text) =>
      /^\s*Start Addr +End Addr +Size +Offset|^#0 +0x[0-9a-f]{8,16}(?:$| +(?:in |- 1|\S)(?!.* \d+$))|^#0 +\S.*\(.*\)(?: at .*| from .*)?$/m
        .test(text),
    read: readGdb,
  },
  {
    name: "bpftrace",
    help: "maps of bpftrace, text or JSON",
    detect: (_, text) => /^@\w*\[|^\{"type": ?"(?:attached_probes|map)"/m.test(text),
    read: readBpftrace,
  },
  {
    name: "perf",
    help: "text of perf script",
    detect: (_, text) => isPerfScript(text),
    read: readPerfScript,
  },
  {
    name: "backtrace",
    help: "lines of backtrace_symbols(3)",
    detect: (_, text) => /^\s*\S.*\(\S*?(?:\+0x[0-9a-f]+)?\) ?\[0x[0-9a-f]+\]\s*$/m.test(text),
    read: readGlibcBacktrace,
  },
];

/**
 * Tells the format of a recording by how it begins; `folded` if it is none of the others.
 *
 * @param head Its first {@linkcode HEAD_SIZE} bytes, decompressed, or all if there are fewer.
 *
 * @example
 * ```ts
 * import { detectFormat } from "./formats.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const head = (text: string) => new TextEncoder().encode(text);
 * assertEquals(detectFormat(head("heap_v2/524288\n  t*: 1: 2 [0: 0]\n")), "jemalloc");
 * assertEquals(detectFormat(head("main;0x401136 42\n")), "folded");
 * ```
 */
export function detectFormat(head: Uint8Array): FormatName {
  const text = new TextDecoder().decode(head);
  if (isFolded(text) && !isGoText(text)) return "folded";
  const found = FORMATS.find(({ detect }) => detect?.(head, text));
  return found?.name ?? "folded";
}

/** The format of this name; undefined if there is none. */
export function formatNamed(name: string): Format | undefined {
  return FORMATS.find((format) => format.name === name);
}

const COUNT_REGEXP = /\s\d+(?:\.\d*)?\s*$/;

/** Frames may look like anything; but then each line, comments aside, ends with a count. */
function isFolded(text: string): boolean {
  const lines = text.split("\n");
  // The last line may be cut.
  const whole = lines.slice(0, Math.max(1, lines.length - 1))
    .filter((line) => line.trim() !== "" && !line.startsWith("#"));
  return whole.length > 0 && whole.every((line) => COUNT_REGEXP.test(line) && !/^@|\0/.test(line));
}

/** A line of a stack below the line of a sample, or an event. */
const PERF_STACK_REGEXP =
  /^\S.*(?:\s\d+\.\d+:\s.*|:\s*|\s\d+(?:\/\d+)?\s*)\r?\n(?:\t *| {4,})[0-9a-f]{1,16}(?: |\r?$)/m;
const PERF_EVENT_REGEXP = /^.*\d+\.\d+:.*\bPERF_RECORD_[A-Z0-9]+\b/m;
/** A sample of one frame, on one line. */
const PERF_SAMPLE_REGEXP =
  /^\s*\S.*?\s\d+(?:\/\d+)?\s+(?:\[\d+\]\s+)?\d+\.\d+:\s+(?:\d+\s+)?\S+:\s+[0-9a-f]{1,16} .*\)\s*$/m;

function isPerfScript(text: string): boolean {
  return PERF_STACK_REGEXP.test(text) || PERF_EVENT_REGEXP.test(text) ||
    PERF_SAMPLE_REGEXP.test(text) ||
    /^\t *[0-9a-f]{1,16} .*\)\r?$/m.test(text);
}

async function readFoldedRecording(
  reader: ByteReader,
  options: ReadRecordingOptions,
): Promise<Recording> {
  const { merge, onProgress } = options;
  const folded = new FoldedReader({
    ...merge !== undefined && { merge },
    ...onProgress && { onProgress },
  });
  let failure: Error | undefined;
  try {
    await folded.read(reader);
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
  }
  const profile = folded.profile();
  return {
    profile,
    maps: [],
    returnAddresses: "callers",
    buildIds: new Map(),
    notes: [],
    failure,
  };
}

/**
 * Recordings in: bytes become a `RawProfile`, and what a recording says about its processes comes
 * with it as a `Recording`. One file a format; nothing here knows maps or ELF files, a frame's text
 * is only read for what it says, and maps stay text.
 *
 * To add a format: write a file with a reader that puts stacks on a `RecordingBuilder`, leaf first,
 * and a line into the table of `formats.ts`, which detection, `--input` and the help come from; then
 * its tests, and a real sample in `testdata/recorders/`.
 *
 * @example
 * ```ts
 * import { readFolded } from "./mod.ts";
 * import { readerOfBytes } from "../bytes/mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const text = "app;0x7f0000001234 2\napp;0x7f0000001234 3\n";
 * const profile = await readFolded([readerOfBytes("a.folded", new TextEncoder().encode(text))]);
 * assertEquals(profile.samples.size, 1);
 * assertEquals(profile.samples.weightOf(0), 5);
 * assertEquals(profile.locations[1]?.kind, "address");
 * ```
 *
 * @module
 */
export { checkChoices } from "./check_choices.ts";
export { readBpftrace } from "./bpftrace.ts";
export { FoldedReader, readFolded, type ReadFoldedOptions } from "./folded.ts";
export {
  detectFormat,
  type Format,
  type FormatName,
  formatNamed,
  FORMATS,
  HEAD_SIZE,
} from "./formats.ts";
export { readGdb } from "./gdb.ts";
export { readGlibcBacktrace } from "./glibc_backtrace.ts";
export { readGoText } from "./go_text.ts";
export { readGperftoolsCpu } from "./gperftools_cpu.ts";
export { readGperftoolsHeap } from "./gperftools_heap.ts";
export { readHsErr } from "./hs_err.ts";
export { readJemalloc } from "./jemalloc.ts";
export { readPerfScript } from "./perf_script.ts";
export { readPprof } from "./pprof.ts";
export { parseHexAddress, parseRawFrame } from "./raw_frame.ts";
export { type OpenedRecording, openRecording, readRecording } from "./read_recording.ts";
export {
  pidOf,
  type ReadRecordingOptions,
  type RecordedMaps,
  type Recording,
  type RootStyle,
} from "./recording.ts";
export { RecordingBuilder, type RecordingFacts } from "./recording_builder.ts";
export { readSanitizer } from "./sanitizer.ts";
export { type ScanEnd, StackScanner } from "./stack_scanner.ts";
export { readTombstone } from "./tombstone.ts";

import type { ByteReader, LineReader } from "../bytes/mod.ts";
import type { WeightType } from "../profile/mod.ts";
import { chooseWeight } from "./choose_weight.ts";
import { missingEvent } from "./missing_event.ts";
import { parsePerfLine, perfFrame } from "./perf_frame.ts";
import { parsePerfHeader, type PerfHeader } from "./perf_header.ts";
import { GUESSED, PerfProcesses } from "./perf_processes.ts";
import { PerfStack } from "./perf_stack.ts";
import { readLines } from "./read_lines.ts";
import { pidOf, type ReadRecordingOptions, type Recording, type RootStyle } from "./recording.ts";
import { RecordingBuilder } from "./recording_builder.ts";

const SPACE = 0x20;
const TAB = 0x09;
const CARRIAGE_RETURN = 0x0d;
const HASH = 0x23;
const BAR = 0x7c;
/** A recording with so many samples is told about if this share of them has no frames. */
const MIN_SAMPLES = 20;
const MAX_SHARE_WITHOUT_FRAMES = 0.9;
/** Other events than the one that is read, which are named to the user. */
const MAX_EVENTS = 20;

/**
 * Reads the text that `perf script` prints: a line for each sample, its stack below it, leaf first,
 * an address a line, with or without symbols. With `--show-mmap-events` the recording says itself
 * what was mapped where, with `--show-task-events` besides which process forked or ran another
 * program.
 *
 * One event is read, see {@linkcode ReadRecordingOptions.event}. Each sample weighs 1, or its period
 * on request. Source lines are left out; what becomes of functions that perf found inlined, see
 * {@linkcode PerfStack}.
 *
 * @throws {FormatError} If the weight that is asked for is none that perf prints.
 */
export async function readPerfScript(
  reader: ByteReader,
  options: ReadRecordingOptions = {},
): Promise<Recording> {
  const script = new PerfScript(reader.name, options);
  const failure = await readLines(reader, options, (lines) => script.readLine(lines));
  return script.recording(failure);
}

class PerfScript {
  readonly #source: string;
  readonly #builder: RecordingBuilder;
  readonly #roots: RootStyle;
  readonly #usesPeriod: boolean;
  readonly #processes = new PerfProcesses();
  readonly #stack: PerfStack;
  /** The event that is read; the first, if none was asked for. */
  #event: string | undefined;
  readonly #otherEvents = new Set<string>();
  /** Whether a sample of the event was read. */
  #isFound = false;
  #sampleCount = 0;
  /** How many of the samples have no frames. */
  #emptyCount = 0;
  /** The sample whose stack is being read. */
  #sample: PerfHeader | undefined;
  #sampleLine = 0;
  /** Whether the stack is of a sample that is left out. */
  #isUnwanted = false;
  /** A line that is the name of a thread if a stack follows. */
  #unclear: { readonly line: number; readonly text: string } | undefined;

  constructor(source: string, options: ReadRecordingOptions) {
    const { merge, event, weight } = options;
    this.#usesPeriod = chooseWeight(source, weight, ["samples", "period"]) === "period";
    this.#source = source;
    this.#builder = new RecordingBuilder(source, merge);
    this.#stack = new PerfStack(this.#builder);
    this.#roots = options.roots ?? "comm";
    this.#event = event;
  }

  readLine(lines: LineReader): void {
    const { view, start } = lines;
    const end = trimEnd(view, start, lines.end);
    if (end === start) return this.#endSample();
    const first = view.getUint8(start);
    if (first === HASH || first === BAR && SOURCE_REGEXP.test(lines.text())) {
      return this.#builder.skip();
    }
    if (first === TAB || first === SPACE && !isHeader(lines.text())) {
      this.#readFrame(view, start, end);
    } else {
      this.#readHeader(lines.lineNumber, lines.text().replace(/\r$/, ""));
    }
  }

  recording(failure: Error | undefined): Recording {
    this.#endSample();
    this.#rejectUnclear();
    this.#stack.complete();
    const maps = this.#processes.maps();
    // Threads whose process no event names are of the only one that there is.
    const [only = -1, ...others] = new Set(maps.map(({ process }) => pidOf(process!)));
    return this.#builder.recording({
      maps,
      mapsFrom: "perf script --show-mmap-events",
      buildIds: this.#processes.buildIds,
      notes: this.#notes(),
      ...this.#usesPeriod && { weightType: periodType(this.#event ?? "") },
      failure: failure ?? this.#missing(),
    }, (process) => {
      if (process >= 0) return process;
      if (others.length > 0) return -1;
      return process <= GUESSED ? GUESSED - process : only;
    });
  }

  #readFrame(view: DataView, start: number, end: number): void {
    if (this.#isUnwanted) return;
    if (this.#unclear !== undefined) this.#beginUnclear();
    this.#stack.readLine(view, start, end);
  }

  #readHeader(line: number, text: string): void {
    this.#endSample();
    this.#rejectUnclear();
    if (text.includes("PERF_RECORD_")) {
      this.#processes.readEvent(text);
      return this.#builder.skip();
    }
    const header = parsePerfHeader(text);
    if (header === undefined) {
      this.#unclear = { line, text };
      return;
    }
    this.#begin(header, line);
    if (!STACK_REGEXP.test(header.rest)) return;
    // The whole stack is one frame, on the same line.
    const frame = parsePerfLine(header.rest);
    if (!this.#isUnwanted && frame) this.#builder.push(perfFrame(this.#builder, frame));
    this.#endSample();
  }

  #begin(header: PerfHeader, line: number): void {
    this.#event ??= header.event;
    this.#isUnwanted = header.event !== this.#event && header.event !== "";
    if (this.#isUnwanted) {
      if (this.#otherEvents.size < MAX_EVENTS) this.#otherEvents.add(header.event);
      return;
    }
    this.#isFound = true;
    this.#sample = header;
    this.#sampleLine = line;
  }

  #beginUnclear(): void {
    const { line, text } = this.#unclear!;
    this.#unclear = undefined;
    const comm = text.trim().replace(/:$/, "");
    this.#begin({ comm, pid: -1, tid: -1, time: "", event: "", period: NaN, rest: "" }, line);
  }

  #rejectUnclear(): void {
    if (this.#unclear === undefined) return;
    const { line, text } = this.#unclear;
    this.#unclear = undefined;
    this.#builder.addInvalid(line, text, "no sample, frame or event of perf script");
  }

  #endSample(): void {
    this.#stack.finish();
    const sample = this.#sample;
    this.#sample = undefined;
    this.#isUnwanted = false;
    if (sample === undefined) {
      // A stack without a first line, if the user wanted nothing of it printed.
      if (this.#builder.depth > 0) this.#builder.finish(1);
      return;
    }
    this.#sampleCount++;
    if (this.#builder.depth === 0) this.#emptyCount++;
    const root = this.#rootOf(sample);
    if (root !== "") this.#builder.push(this.#builder.frameAt(root, { kind: "name" }));
    const problem = this.#builder.finish(
      this.#usesPeriod ? sample.period : 1,
      this.#processes.find(sample.pid, sample.tid),
    );
    if (problem === "") return;
    const noPeriod = this.#usesPeriod && Number.isNaN(sample.period);
    const detail = noPeriod ? "no period: print it with perf script -F +period" : problem;
    this.#builder.addInvalid(this.#sampleLine, `${sample.comm} ${sample.time}`.trim(), detail);
  }

  #rootOf({ comm, pid, tid }: PerfHeader): string {
    const name = comm.replaceAll(/\s/g, "_");
    if (this.#roots === "comm") return name;
    const known = pid >= 0 ? pid : this.#processes.pidOf(tid);
    const process = `${name}-${known < 0 ? "?" : known}`;
    return this.#roots === "comm-pid" ? process : `${process}/${tid < 0 ? "?" : tid}`;
  }

  #missing(): Error | undefined {
    return this.#isFound
      ? undefined
      : missingEvent(this.#source, this.#event ?? "", this.#otherEvents);
  }

  #notes(): string[] {
    const notes: string[] = [];
    const [empty, all] = [this.#emptyCount, this.#sampleCount];
    if (all >= MIN_SAMPLES && empty > MAX_SHARE_WITHOUT_FRAMES * all) {
      notes.push(
        `${empty} of ${all} samples have no frames: a recording of --call-graph dwarf has to be ` +
          "printed without --symfs",
      );
    }
    if (this.#otherEvents.size === 0 || !this.#isFound) return notes;
    const others = [...this.#otherEvents].map((event) => `"${event}"`).join(", ");
    return [
      ...notes,
      `Read the samples of the event "${this.#event}" only, not of ${others}: ` +
      "--event NAME chooses",
    ];
  }
}

/** What the periods of an event count: the clocks of the kernel count time, the others themselves. */
function periodType(event: string): WeightType {
  const name = event.replace(/:[a-zA-Z]*$/, "") || "period";
  return { name, unit: /^(?:cpu|task)-clock$/.test(name) ? "nanoseconds" : "count" };
}

/** The source of a sample's leaf, `-F +srccode`, and no thread that is called so. */
const SOURCE_REGEXP = /^\|(?=[\d ]{8} )\d+ (?!.*\s\d+\.\d+:\s)|^\|\d+\s*$/;
/** A stack of one frame behind the event. */
const STACK_REGEXP = /^[0-9a-f]{1,16}\s.*\)$|^[0-9a-f]{5,16}(?:\s|$)/i;

/** Names of threads may be padded with blanks, as the lines of stacks are. */
function isHeader(text: string): boolean {
  if (/^\s*[0-9a-f]{1,16}\s.*\)\s*$/i.test(text) && !/\s\d+\.\d+:\s/.test(text)) return false;
  return text.includes("PERF_RECORD_") || /\s\d+\.\d+:(?:\s|$)/.test(text);
}

function trimEnd(view: DataView, start: number, lineEnd: number): number {
  let end = lineEnd;
  for (; end > start; end--) {
    const byte = view.getUint8(end - 1);
    if (byte !== SPACE && byte !== TAB && byte !== CARRIAGE_RETURN) break;
  }
  return end;
}

import type { ByteReader } from "../bytes/mod.ts";
import { BpftraceEntry } from "./bpftrace_entry.ts";
import { chooseWeight } from "./choose_weight.ts";
import { missingEvent } from "./missing_event.ts";
import { readLines } from "./read_lines.ts";
import type { ReadRecordingOptions, Recording } from "./recording.ts";
import { RecordingBuilder } from "./recording_builder.ts";

/** Entries that wait to be told whether their map has stacks. */
const MAX_WAITING = 1 << 16;
/** Maps that are not read, which are named to the user. */
const MAX_MAPS = 20;

/**
 * Reads the maps that bpftrace prints when it ends, as text or as JSON (`-f json`): entries whose key
 * holds a stack, `@[ustack(raw), comm] = count()`. All modes of stacks are understood (`bpftrace`,
 * `perf`, `raw`, `build_id`). Other parts of the key become the root of the stack, in their order; a
 * number among them, if it is the only one, is the process. A kernel stack comes above the user's.
 *
 * One map is read, see {@linkcode ReadRecordingOptions.event}. Maps without stacks are left out.
 *
 * @throws {FormatError} If a weight other than `samples` is asked for.
 */
export async function readBpftrace(
  reader: ByteReader,
  options: ReadRecordingOptions = {},
): Promise<Recording> {
  const output = new BpftraceOutput(reader.name, options);
  const failure = await readLines(reader, options, (lines) => {
    output.readLine(lines.lineNumber, lines.text());
  });
  return output.recording(failure);
}

const BEGIN_REGEXP = /^(@[A-Za-z_]?\w*)\[(.*)$/;
const END_REGEXP = /^(?:,(.*))?\]: ?(.*)$/;
/** The end of a key on the line where it begins. */
const WHOLE_REGEXP = /^(.*)\]: ?(.*)$/;
/** What bpftrace says besides, scalars, rows of histograms, and the braces of newer JSON. */
const CHATTER_REGEXP =
  /^\s*(?:$|Attach(?:ing|ed) \d+ probes?|Lost \d+ events|@\w*: |[[(].*\|.*\|\s*$|\{"type"|WARNING)/;
/** `stats()` gives a total, besides others. */
const TOTAL_REGEXP = /^count \d+, average \d+, total (\d+)$/;

class BpftraceOutput {
  readonly #source: string;
  readonly #builder: RecordingBuilder;
  /** The map that is read; the first with stacks, if none was asked for. */
  #map: string | undefined;
  readonly #otherMaps = new Set<string>();
  /** Whether an entry of the map was read. */
  #isFound = false;
  #entry: BpftraceEntry | undefined;
  /** Entries without a stack, whose map may yet be one with stacks. */
  #waiting: { readonly entry: BpftraceEntry; readonly value: string }[] = [];

  constructor(source: string, { merge, event, weight }: ReadRecordingOptions) {
    chooseWeight(source, weight, ["samples"]);
    this.#source = source;
    this.#builder = new RecordingBuilder(source, merge);
    this.#map = event === undefined || event.startsWith("@") ? event : `@${event}`;
  }

  readLine(line: number, text: string): void {
    const whole = text.replace(/\r$/, "");
    if (this.#entry !== undefined) return this.#continue(this.#entry, line, whole);
    const begin = BEGIN_REGEXP.exec(whole);
    if (begin !== null) return this.#begin(new BpftraceEntry(begin[1]!, line), begin[2]!);
    if (whole.startsWith("{") && this.#readJson(line, whole)) return;
    if (CHATTER_REGEXP.test(whole)) return this.#builder.skip();
    this.#builder.addInvalid(line, whole, "no entry of a bpftrace map");
  }

  recording(failure: Error | undefined): Recording {
    if (this.#entry !== undefined) {
      this.#builder.addInvalid(this.#entry.line, `${this.#entry.map}[`, "its key has no end");
    }
    for (const { entry, value } of this.#waiting) {
      if (entry.map === this.#map) this.#count(entry, value);
      else this.#builder.skip();
    }
    const missing = this.#isFound
      ? undefined
      : missingEvent(this.#source, this.#map ?? "", this.#otherMaps);
    return this.#builder.recording({ notes: this.#notes(), failure: failure ?? missing });
  }

  #begin(entry: BpftraceEntry, rest: string): void {
    const whole = WHOLE_REGEXP.exec(rest);
    entry.addParts(whole === null ? rest : whole[1]!, ", ");
    if (whole === null) this.#entry = entry;
    else this.#end(entry, whole[2]!);
  }

  #continue(entry: BpftraceEntry, line: number, text: string): void {
    const end = END_REGEXP.exec(text);
    if (end !== null) {
      this.#entry = undefined;
      entry.addParts(end[1] ?? "", ", ");
      return this.#end(entry, end[2]!);
    }
    if (text.startsWith("@") && BEGIN_REGEXP.test(text)) {
      // The recording was cut, and something else follows.
      this.#entry = undefined;
      this.#builder.addInvalid(entry.line, `${entry.map}[`, "its key has no end");
      return this.readLine(line, text);
    }
    if (text.startsWith(",")) entry.addParts(text.slice(1), ", ");
    else if (text.trim() !== "") entry.addFrame(text.trim());
  }

  /** A value of `-f json`: keys are texts as above, with commas for commas and blanks. */
  #readJson(line: number, text: string): boolean {
    const maps = mapsOf(text);
    if (maps === undefined) return false;
    for (const [map, entries] of maps) {
      if (typeof entries !== "object" || entries === null) continue;
      for (const [key, value] of Object.entries(entries)) {
        const entry = new BpftraceEntry(map, line);
        for (const [at, part] of key.split("\n").entries()) {
          if (at === 0) entry.addParts(part, ",");
          else if (part.startsWith(",")) entry.addParts(part.slice(1), ",");
          else if (part.trim() !== "") entry.addFrame(part.trim());
        }
        this.#end(entry, valueText(value));
      }
    }
    return true;
  }

  #end(entry: BpftraceEntry, value: string): void {
    if (!entry.hasStack) {
      if (this.#waiting.length < MAX_WAITING) this.#waiting.push({ entry, value });
      else this.#builder.skip();
      return;
    }
    this.#map ??= entry.map;
    if (entry.map === this.#map) return this.#count(entry, value);
    if (this.#otherMaps.size < MAX_MAPS) this.#otherMaps.add(entry.map);
    this.#builder.skip();
  }

  #count(entry: BpftraceEntry, value: string): void {
    this.#isFound = true;
    const digits = TOTAL_REGEXP.exec(value)?.[1] ?? value;
    entry.push(this.#builder);
    const problem = /^\d+$/.test(digits)
      ? this.#builder.finish(Number(digits), entry.process)
      : "its value is no whole number";
    if (problem === "") return;
    this.#builder.drop();
    this.#builder.addInvalid(entry.line, `${entry.map}[..]: ${value}`, problem);
  }

  #notes(): string[] {
    if (this.#otherMaps.size === 0 || !this.#isFound) return [];
    const others = [...this.#otherMaps].join(", ");
    return [`Read the stacks of the map ${this.#map} only, not of ${others}: --event NAME chooses`];
  }
}

/** The maps of a line of JSON; undefined if it is something else. */
function mapsOf(text: string): [string, unknown][] | undefined {
  try {
    const { type, data } = JSON.parse(text);
    if (typeof type !== "string") return undefined;
    return type === "map" && typeof data === "object" && data !== null ? Object.entries(data) : [];
  } catch {
    return undefined;
  }
}

function valueText(value: unknown): string {
  const total = (value as { total?: unknown } | null)?.total ?? value;
  return typeof total === "number" ? String(total) : JSON.stringify(value);
}

import type { ByteReader } from "../bytes/mod.ts";
import { chooseWeight } from "./choose_weight.ts";
import { HEAP_WEIGHTS, type HeapWeight, heapWeight, heapWeightType } from "./heap_counts.ts";
import { isMapsLine, MAPS_REGEXP, pushAddresses } from "./heap_text.ts";
import { readLines } from "./read_lines.ts";
import type { ReadRecordingOptions, Recording } from "./recording.ts";
import { RecordingBuilder } from "./recording_builder.ts";

/** The first line, with the average number of bytes between samples. */
const HEADER_REGEXP = /^heap_v2\/(\d+)\s*$/;
const STACK_REGEXP = /^@(.*)$/;
/** The counts of all threads together, which stand before those of each. */
const ALL_THREADS_REGEXP = /^\s+t\*: (.*)$/;
const THREAD_REGEXP = /^\s+t\d+: /;

/**
 * Reads a heap profile of jemalloc, `heap_v2` (jemalloc(3), "HEAP PROFILE FORMAT"): stacks of
 * allocations, of which all frames are return addresses, and the maps of the process. Weights are
 * corrected for the sampling as `jeprof` does it.
 *
 * @throws {FormatError} If the weight that is asked for is none of a heap profile.
 */
export async function readJemalloc(
  reader: ByteReader,
  options: ReadRecordingOptions = {},
): Promise<Recording> {
  const weight = chooseWeight(reader.name, options.weight, HEAP_WEIGHTS);
  const profile = new JemallocProfile(new RecordingBuilder(reader.name, options.merge), weight);
  const failure = await readLines(reader, options, (lines) => {
    profile.readLine(lines.lineNumber, lines.text().replace(/\r$/, ""));
  });
  return profile.recording(failure);
}

class JemallocProfile {
  readonly #builder: RecordingBuilder;
  readonly #weight: HeapWeight;
  #rate = 1;
  /** Stacks that have counts, all of which may be 0. */
  #counted = 0;
  /** The stack whose counts come next. */
  #stack: { readonly line: number; readonly text: string } | undefined;
  readonly #maps: string[] = [];
  #isInMaps = false;

  constructor(builder: RecordingBuilder, weight: HeapWeight) {
    this.#builder = builder;
    this.#weight = weight;
  }

  readLine(line: number, text: string): void {
    if (this.#isInMaps) return this.#readMap(text);
    const stack = STACK_REGEXP.exec(text);
    if (stack !== null) {
      this.#rejectStack();
      this.#stack = { line, text: stack[1]! };
      return;
    }
    const counts = ALL_THREADS_REGEXP.exec(text);
    if (counts !== null) return this.#readCounts(line, text, counts[1]!);
    const rate = Number(HEADER_REGEXP.exec(text)?.[1]);
    if (rate > 0) this.#rate = rate;
    if (MAPS_REGEXP.test(text)) this.#isInMaps = true;
    if (rate >= 0 || this.#isInMaps || THREAD_REGEXP.test(text) || text.trim() === "") {
      return this.#builder.skip();
    }
    this.#builder.addInvalid(line, text, "no line of a jemalloc heap profile");
  }

  recording(failure: Error | undefined): Recording {
    this.#rejectStack();
    const isEmpty = this.#builder.sampleCount === 0 && this.#counted > 0;
    return this.#builder.recording({
      maps: [{ process: undefined, text: this.#maps.join("") }],
      returnAddresses: "all",
      weightType: heapWeightType(this.#weight),
      notes: isEmpty && this.#weight.startsWith("alloc") ? [noteOf(this.#weight)] : [],
      failure,
    });
  }

  #readMap(text: string): void {
    if (isMapsLine(text)) this.#maps.push(text + "\n");
    this.#builder.skip();
  }

  /** The first counts are those of the whole profile. */
  #readCounts(line: number, text: string, counts: string): void {
    const stack = this.#stack;
    this.#stack = undefined;
    if (stack === undefined) return this.#builder.skip();
    const weight = heapWeight(counts, this.#weight, this.#rate);
    if (!Number.isNaN(weight)) this.#counted++;
    if (weight === 0) return this.#builder.skip();
    const problem = Number.isNaN(weight)
      ? "no counts of a heap profile"
      : pushAddresses(this.#builder, stack.text) || this.#builder.finish(weight);
    if (problem !== "") this.#builder.addInvalid(line, text, problem);
  }

  #rejectStack(): void {
    if (this.#stack === undefined) return;
    const { line, text } = this.#stack;
    this.#stack = undefined;
    this.#builder.addInvalid(line, `@${text}`, "no counts follow it");
  }
}

function noteOf(weight: HeapWeight): string {
  return `All stacks have 0 ${weight}: jemalloc counts that if it runs with ` +
    "MALLOC_CONF=prof:true,prof_accum:true only";
}

import { type ByteReader, peek } from "../bytes/mod.ts";
import { SAMPLES, type WeightType } from "../profile/mod.ts";
import { chooseWeight } from "./choose_weight.ts";
import { HEAP_WEIGHTS, heapWeight, heapWeightType } from "./heap_counts.ts";
import { addressFrame, isMapsLine, MAPS_REGEXP } from "./heap_text.ts";
import { readLines } from "./read_lines.ts";
import type { ReadRecordingOptions, Recording } from "./recording.ts";
import { RecordingBuilder } from "./recording_builder.ts";

/** The first line, by what the profile counts. */
const COUNT_REGEXP = /^[^\s;][^;]* profile: total \d+\s*$/;
const DELAY_REGEXP = /^--- (?:contention|mutex):\s*$/;
const HEAP_REGEXP = /^heap profile: .*@ heap\/(\d+)\s*$/;
/** In front of the stacks of a profile of delays. */
const CYCLES_REGEXP = /^cycles\/second ?= ?(\d+)\s*$/;
const DELAY_FACT_REGEXP = /^(?:sampling period|ms since reset|discarded samples) ?= ?\d+\s*$/;
/** What the stack weighs, and the addresses, leaf first. */
const STACK_REGEXP = /^\s*(\d.*?)\s*@((?:\s+0x[0-9a-f]+)*)\s*$/;
/** One less than an address, the function there with a distance, and the line. */
const NAME_REGEXP = /^#\t0x([0-9a-f]+)\t(.+?)\+0x[0-9a-f]+(?:\t.*)?$/;
/** In bytes; no first line is longer. */
const MAX_FIRST_LINE = 512;

/**
 * Whether a text begins as a profile of Go that was asked for with `debug=1`.
 *
 * @param text Its first lines: gperftools begins its heap profiles alike, but names no functions.
 */
export function isGoText(text: string): boolean {
  const first = firstLineOf(text);
  return COUNT_REGEXP.test(first) || DELAY_REGEXP.test(first) ||
    HEAP_REGEXP.test(first) && /^#\t0x/m.test(text);
}

/**
 * Reads a text profile of Go (`/debug/pprof/NAME?debug=1`): goroutines, threads, contention or the
 * heap. All frames are return addresses. Go has named most of them, with one for each function that
 * is inlined: those keep their names. It leaves out functions of its runtime at the ends.
 *
 * @throws {FormatError} If the profile does not have the weight that is asked for.
 */
export async function readGoText(
  reader: ByteReader,
  options: ReadRecordingOptions = {},
): Promise<Recording> {
  const { head, reader: whole } = await peek(reader, MAX_FIRST_LINE);
  const weights = weightsOf(firstLineOf(new TextDecoder().decode(head)), reader.name, options);
  const builder = new RecordingBuilder(reader.name, options.merge);
  const profile = new GoText(builder, weights);
  const failure = await readLines(whole, options, (lines) => {
    profile.readLine(lines.lineNumber, lines.text().replace(/\r$/, ""));
  });
  profile.endStack();
  return builder.recording({
    maps: [{ process: undefined, text: profile.maps.join("") }],
    returnAddresses: "all",
    weightType: weights.type,
    failure,
  });
}

function firstLineOf(text: string): string {
  return text.slice(0, text.search(/\r?\n|$/));
}

/** How the stacks of a profile are weighed. */
interface Weights {
  readonly type: WeightType;
  /**
   * What is in front of a stack as a weight, NaN if it is none.
   *
   * @param cyclesPerSecond As the profile says; NaN if it has not yet.
   */
  readonly read: (counts: string, cyclesPerSecond: number) => number;
}

function weightsOf(
  firstLine: string,
  source: string,
  { weight }: ReadRecordingOptions,
): Weights {
  const rate = HEAP_REGEXP.exec(firstLine)?.[1];
  if (rate !== undefined) {
    const name = chooseWeight(source, weight, HEAP_WEIGHTS);
    // Go writes twice the rate.
    const bytes = Math.max(1, Number(rate) / 2);
    return { type: heapWeightType(name), read: (counts) => heapWeight(counts, name, bytes) };
  }
  if (!DELAY_REGEXP.test(firstLine)) {
    chooseWeight(source, weight, ["samples"]);
    return { type: SAMPLES, read: (counts) => numbersOf(counts, 1)[0]! };
  }
  if (chooseWeight(source, weight, ["delay", "contentions"]) === "contentions") {
    const type = { name: "contentions", unit: "count" };
    return { type, read: (counts) => numbersOf(counts, 2)[1]! };
  }
  return {
    type: { name: "delay", unit: "nanoseconds" },
    read: (counts, cyclesPerSecond) => Math.round(numbersOf(counts, 2)[0]! / cyclesPerSecond * 1e9),
  };
}

/** As many numbers as are wanted, or NaN for each. */
function numbersOf(text: string, count: number): number[] {
  const words = text.split(/\s+/);
  const isRight = words.length === count && words.every((word) => /^\d+$/.test(word));
  return isRight ? words.map(Number) : Array.from({ length: count }, () => NaN);
}

class GoText {
  /** The lines of `/proc/self/maps`, which programs that are not Go put behind such a profile. */
  readonly maps: string[] = [];
  readonly #builder: RecordingBuilder;
  readonly #weights: Weights;
  #cyclesPerSecond = NaN;
  #isInMaps = false;
  /** The stack whose names come next. */
  #addresses: readonly string[] = [];
  #weight = NaN;
  #line = 0;
  #text = "";
  /** By address, one less than which Go writes. */
  readonly #names = new Map<number, string>();

  constructor(builder: RecordingBuilder, weights: Weights) {
    this.#builder = builder;
    this.#weights = weights;
  }

  readLine(line: number, text: string): void {
    const name = NAME_REGEXP.exec(text);
    if (name !== null) this.#names.set(parseInt(name[1]!, 16) + 1, name[2]!);
    if (text.startsWith("#")) return this.#builder.skip();
    this.endStack();
    const stack = this.#isInMaps ? null : STACK_REGEXP.exec(text);
    if (stack !== null) return this.#beginStack(line, text, stack);
    const cycles = CYCLES_REGEXP.exec(text);
    if (cycles !== null) this.#cyclesPerSecond = Number(cycles[1]);
    if (this.#isInMaps && isMapsLine(text)) this.maps.push(text + "\n");
    if (MAPS_REGEXP.test(text)) this.#isInMaps = true;
    const isKnown = this.#isInMaps || cycles !== null || text.trim() === "" ||
      [COUNT_REGEXP, DELAY_REGEXP, HEAP_REGEXP, DELAY_FACT_REGEXP].some((one) => one.test(text));
    if (isKnown) return this.#builder.skip();
    this.#builder.addInvalid(line, text, "no line of a text profile of Go");
  }

  /** Counts the stack that was read last, if there is one. */
  endStack(): void {
    if (this.#line === 0) return;
    for (const digits of this.#addresses) {
      const name = this.#names.get(parseInt(digits, 16));
      this.#builder.push(
        name === undefined
          ? addressFrame(this.#builder, digits)
          : this.#builder.frameAt(name, { kind: "name" }),
      );
    }
    const problem = this.#weight === 0 ? "" : this.#builder.finish(this.#weight);
    this.#builder.drop();
    if (this.#weight === 0) this.#builder.skip();
    if (problem !== "") this.#builder.addInvalid(this.#line, this.#text, problem);
    this.#line = 0;
  }

  #beginStack(line: number, text: string, [, counts, addresses]: RegExpExecArray): void {
    this.#names.clear();
    const weight = this.#weights.read(counts!, this.#cyclesPerSecond);
    if (Number.isNaN(weight)) {
      return this.#builder.addInvalid(line, text, "no counts of its profile in front of the @");
    }
    const words = addresses!.split(/\s+/).filter((word) => word !== "");
    // Profiles of threads are filled up with zeros.
    this.#addresses = words.map((word) => word.slice(2)).filter((digits) => !/^0+$/.test(digits));
    this.#weight = weight;
    this.#line = line;
    this.#text = text;
  }
}

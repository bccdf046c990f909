import type { ByteReader } from "../bytes/mod.ts";
import { chooseWeight } from "./choose_weight.ts";
import { HEAP_WEIGHTS, heapWeight, heapWeightType } from "./heap_counts.ts";
import { isMapsLine, MAPS_REGEXP, pushAddresses } from "./heap_text.ts";
import { readLines } from "./read_lines.ts";
import type { ReadRecordingOptions, Recording } from "./recording.ts";
import { RecordingBuilder } from "./recording_builder.ts";

/** `heap profile: 1: 2 [3: 4] @ heap_v2/524288`: the sums, how it was made, the sampling rate. */
const HEADER_REGEXP =
  /^(?:heap|growth|fragmentation) profile:.*?(?:@\s*([^/\s]*)(?:\/(\d+))?)?\s*$/;
const STACK_REGEXP = /^\s*(\d+:.*\])\s*@(.*)$/;
/** What tcmalloc takes where the profile does not say how many bytes are between samples. */
const DEFAULT_RATE = 1 << 19;

/**
 * Reads a heap profile of gperftools (`HEAPPROFILE`, `/pprof/heap`), or of those that write it like
 * gperftools: stacks of allocations, of which all frames are return addresses, and the maps of the
 * process. Weights of sampled profiles are corrected as `pprof` does it.
 *
 * @throws {FormatError} If the weight that is asked for is none of a heap profile.
 */
export async function readGperftoolsHeap(
  reader: ByteReader,
  options: ReadRecordingOptions = {},
): Promise<Recording> {
  const weight = chooseWeight(reader.name, options.weight, HEAP_WEIGHTS);
  const builder = new RecordingBuilder(reader.name, options.merge);
  let rate = 1;
  let isInMaps = false;
  const maps: string[] = [];
  const failure = await readLines(reader, options, (lines) => {
    const text = lines.text().replace(/\r$/, "");
    const stack = isInMaps ? null : STACK_REGEXP.exec(text);
    if (stack !== null) {
      const count = heapWeight(stack[1]!, weight, rate);
      if (count === 0) return builder.skip();
      const problem = pushAddresses(builder, stack[2]!) || builder.finish(count);
      if (problem === "") return;
      builder.drop();
      return builder.addInvalid(lines.lineNumber, text, problem);
    }
    const header = HEADER_REGEXP.exec(text);
    if (header !== null) rate = rateOf(header[1] ?? "", header[2]);
    if (isInMaps && isMapsLine(text)) maps.push(text + "\n");
    if (MAPS_REGEXP.test(text)) isInMaps = true;
    // Go's own profiles say so what the addresses are called.
    const isComment = text.startsWith("#") || text.trim() === "";
    if (header !== null || isInMaps || isComment) return builder.skip();
    builder.addInvalid(lines.lineNumber, text, "no line of a gperftools heap profile");
  });
  return builder.recording({
    maps: [{ process: undefined, text: maps.join("") }],
    returnAddresses: "all",
    weightType: heapWeightType(weight),
    failure,
  });
}

/**
 * As `pprof` has it: profiles of the heap profiler (`heapprofile`) hold every allocation, those of
 * tcmalloc's sampling do not, nor those of Go (`heap`), which write twice the rate.
 */
function rateOf(type: string, rate: string | undefined): number {
  if (type === "heapprofile" || !type.includes("heap")) return 1;
  const bytes = Number(rate ?? DEFAULT_RATE);
  return Math.max(1, type.includes("_v2") ? bytes : bytes / 2);
}

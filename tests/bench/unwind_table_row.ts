import { readerOfBytes } from "../../lib/bytes/mod.ts";
import { readFolded } from "../../lib/input/mod.ts";
import { parseMaps } from "../../lib/maps/mod.ts";
import { resolve } from "../../lib/resolve/mod.ts";
import { CountingSource } from "../support/counting_source.ts";
import {
  FUNCTION_COUNT,
  largeStrippedLibrary,
  startOf,
} from "../support/large_stripped_library.ts";
import type { BenchLine, BenchRow } from "./bench_row.ts";
import { mapsText } from "./maps_text.ts";
import { ElfFile } from "../../lib/elf/mod.ts";

/** How little of a large file is read for the bounds of functions without names; counted. */
export const UNWIND_TABLE_ROW: BenchRow = { name: "unwind-table", run };

const ADDRESS_COUNT = 100;
const LIMIT = 1_000_000;
const LOAD_BIAS = 0x7f3c_0000_0000;

async function run(): Promise<BenchLine[]> {
  const source = new CountingSource(largeStrippedLibrary());
  const { loadSegments } = await ElfFile.open(source);
  source.reads.length = 0;
  const maps = mapsText([{ path: "/large.so", loadBias: LOAD_BIAS, segments: loadSegments }]);
  const starts = Array.from(
    { length: ADDRESS_COUNT },
    (_, at) => startOf(Math.floor((at + 0.5) * FUNCTION_COUNT / ADDRESS_COUNT)),
  );
  const folded = starts.map((start) => `0x${(LOAD_BIAS + start + 5).toString(16)} 1\n`);
  const encoder = new TextEncoder();
  const raw = await readFolded(
    [readerOfBytes("100 addresses", encoder.encode(folded.join("")))],
    { merge: false },
  );
  const { profile } = await resolve(raw, {
    snapshots: [await parseMaps("maps", [encoder.encode(maps)])],
    files: { open: () => Promise.resolve({ source }) },
  });
  const problem = starts.map((start, at) => {
    const [wanted, found] = [`[large.so+0x${start.toString(16)}]`, profile.frames.textOf(at)];
    return found === wanted ? undefined : `want "${wanted}", got "${found}"`;
  }).find((text) => text !== undefined);
  const [megabytes, bytes] = [source.size / 1e6, source.bytesRead.toLocaleString("en-US")];
  return [{
    what: `${ADDRESS_COUNT} addresses in a stripped library of ${megabytes} MB with ` +
      `\`.eh_frame_hdr\`: ${bytes} bytes; 1 MB`,
    bytes: { value: source.bytesRead / LIMIT, bar: 1 },
    problem,
  }];
}

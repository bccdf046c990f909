import { FileSource } from "../../lib/bytes/file_source.ts";
import { readerOfBytes } from "../../lib/bytes/mod.ts";
import { ElfFile, findSymbolTables } from "../../lib/elf/mod.ts";
import { readFolded } from "../../lib/input/mod.ts";
import { parseMaps } from "../../lib/maps/mod.ts";
import { resolve } from "../../lib/resolve/mod.ts";
import { CountingSource } from "../support/counting_source.ts";
import type { BenchLine, BenchRow } from "./bench_row.ts";
import { type DwarfJob, LOAD_BIAS } from "./dwarf_job.ts";
import { findTool } from "./find_tool.ts";
import type { Workspace } from "./workspace.ts";

/** How little of much debug information is read for one address; counted, not timed. */
export const INLINES_BYTES_ROW: BenchRow = { name: "inlines-bytes", run };

/** Headers of all units, strings, range lists and the abbreviations come besides. */
const BYTES_BAR = 1.5;

async function run(workspace: Workspace): Promise<BenchLine[]> {
  const what = "one address in the program of `inlines`";
  if (findTool("g++") === undefined || findTool("python3") === undefined) {
    return [{ what, skipped: "install g++ and python3, which make it" }];
  }
  const job = await workspace.dwarfJob();
  using disk = FileSource.open(job.path);
  const tables = await findSymbolTables(await ElfFile.open(disk));
  const needed = tables.reduce((sum, table) => sum + table.count * table.entrySize, job.unitSize);
  const source = new CountingSource(disk);
  const text = await resolveOne(job, source);
  const megabytes = (source.bytesRead / 1e6).toFixed(1);
  return [{
    what: `${what}: ${megabytes} MB; its symbol tables and one unit`,
    bytes: { value: source.bytesRead / needed, bar: BYTES_BAR },
    problem: /^\[\S+:\d+\] \S/.test(text) ? undefined : `want a line and a name, got "${text}"`,
  }];
}

/** The outermost frame of the first address. */
async function resolveOne({ vaddrs, maps }: DwarfJob, source: CountingSource): Promise<string> {
  const line = `0x${(LOAD_BIAS + vaddrs[0]!).toString(16)} 1\n`;
  const recording = readerOfBytes("one address", new TextEncoder().encode(line));
  const { profile } = await resolve(await readFolded([recording]), {
    snapshots: [await parseMaps("maps", [Deno.readFileSync(maps)])],
    files: { open: () => Promise.resolve({ source }) },
    lines: true,
  });
  return profile.frames.textOf(0);
}

/**
 * What the check of return addresses finds where an image has few of them: the second table of the
 * README. Each stack of a recording is taken for a recording of its own, with the right files and
 * with wrong ones, made as in `calibrate.ts`. Of equal ones in an image only one counts.
 *
 * ```
 * deno run --allow-read tests/bench/calibrate_few.ts /tmp/fresh /tmp/dwarf
 * ```
 *
 * @module
 */
import { readerOfBytes } from "../../lib/bytes/mod.ts";
import { DiskFiles } from "../../lib/cli/disk_files.ts";
import { readFolded } from "../../lib/input/mod.ts";
import { parseMaps } from "../../lib/maps/mod.ts";
import { StackTable } from "../../lib/profile/mod.ts";
import { decide, type Decided } from "../../lib/resolve/decide.ts";
import { Evidence } from "../../lib/resolve/evidence/evidence.ts";
import { findCallers } from "../../lib/resolve/evidence/return_keys.ts";
import type { ImageEvidence } from "../../lib/resolve/mod.ts";
import { bytesOf } from "../support/resolve_text.ts";
import {
  calibrationRecordings,
  moveAddresses,
  OTHER_BUILDS,
  WRONG_BASES,
} from "./calibration_recordings.ts";

/** Images with at most so many return addresses are counted. */
const MAX_CHECKED = 5;
/** Of each recording so many stacks, evenly spread. */
const MAX_STACKS = 2000;
/** Of all wrong places so many. */
const WRONG_COUNT = 8;

async function main(folders: readonly string[]): Promise<void> {
  const tables = { right: new Counts(), base: new Counts(), build: new Counts() };
  for (const { folder, sysroot, otherSysroot } of calibrationRecordings(folders)) {
    const read = (name: string) => Deno.readTextFileSync(`${folder}/${name}`);
    const [raw, maps] = [read("raw.folded"), read("maps")];
    await count(raw, maps, sysroot, tables.right);
    for (const distance of WRONG_BASES.slice(0, WRONG_COUNT)) {
      await count(moveAddresses(raw, distance), maps, sysroot, tables.base);
    }
    if (otherSysroot !== undefined) await count(raw, maps, otherSysroot, tables.build);
    else {
      for (const distance of OTHER_BUILDS.slice(0, WRONG_COUNT)) {
        await count(moveAddresses(raw, distance), maps, sysroot, tables.build);
      }
    }
  }
  const names = Object.keys(tables);
  print(
    `| return addresses | ${names.map((name) => `${name} | all | none | proven`).join(" | ")} |\n`,
  );
  print(`|${" --- |".repeat(1 + 4 * names.length)}\n`);
  for (let checked = 1; checked <= MAX_CHECKED; checked++) {
    const cells = Object.values(tables).map((table) => table.cells(checked));
    print(`| ${checked} | ${cells.join(" | ")} |\n`);
  }
}

/** Images by how many return addresses they have, and by what those show. */
class Counts {
  readonly #rows = Array.from({ length: MAX_CHECKED + 1 }, () => ({
    images: 0,
    all: 0,
    none: 0,
    proven: 0,
  }));

  add({ checked, calls, insideCalls, agreeingEdges }: ImageEvidence): void {
    const row = this.#rows[checked];
    if (row === undefined || checked === 0) return;
    const follow = Math.max(calls, insideCalls);
    row.images++;
    if (follow === checked) row.all++;
    if (follow === 0) row.none++;
    if (agreeingEdges > 0 && follow === checked) row.proven++;
  }

  /** How many images there were, and of how many of them all, none, or a call to the next frame fits. */
  cells(checked: number): string {
    const { images, all, none, proven } = this.#rows[checked]!;
    const share = (part: number) => `${(100 * part / images).toFixed(2)} %`;
    return [images, share(all), share(none), share(proven)].join(" | ");
  }
}

async function count(raw: string, maps: string, sysroot: string, counts: Counts): Promise<void> {
  using files = new DiskFiles({ sysroot });
  const recording = await readFolded([readerOfBytes("raw.folded", bytesOf(raw))]);
  const snapshots = [await parseMaps("maps", [bytesOf(maps)])];
  const decided = await decide(recording, { snapshots, files, inlines: false, trustFiles: true });
  const isReturn = findCallers(decided.profile, decided.keys, "callers");
  const seen = new Set<string>();
  const step = Math.max(1, Math.ceil(decided.profile.stacks.size / MAX_STACKS));
  for (let stack = 0; stack < decided.profile.stacks.size; stack += step) {
    for (const [path, evidence] of await evidenceOfStack(decided, isReturn, stack)) {
      const { keys, places, profile: { stacks } } = decided;
      const own = [...keys.subarray(stacks.startOf(stack), stacks.endOf(stack))].filter((key) => {
        const place = places[key];
        return place?.kind === "code" && place.file.request.path === path;
      });
      const key = `${path} ${own.join(" ")}`;
      if (!seen.has(key)) counts.add(evidence);
      seen.add(key);
    }
  }
}

/** What one stack shows of the images that it has frames in. */
async function evidenceOfStack(
  { profile, keys, places, functions }: Decided,
  isReturn: Uint8Array,
  stack: number,
): Promise<Map<string, ImageEvidence>> {
  const [start, end] = [profile.stacks.startOf(stack), profile.stacks.endOf(stack)];
  const own = keys.slice(start, end);
  const stacks = new StackTable();
  for (const frame of profile.stacks.frames.subarray(start, end)) stacks.push(frame);
  stacks.finish();
  const isOwn = new Uint8Array(isReturn.length);
  for (const key of own) isOwn[key] = isReturn[key]!;
  const evidence = await Evidence.read({ ...profile, stacks }, own, places, isOwn, "callers");
  await evidence.judge([...functions], Float64Array.of(1));
  return evidence.byPath();
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

await main(Deno.args);

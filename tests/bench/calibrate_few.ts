/**
 * What is concluded where an image has few return addresses: the second table of the README. Each
 * stack of a recording, and groups of some that are drawn by lot, are taken for recordings of their
 * own, with the right files and with wrong ones, made as in `calibrate.ts`. Of equal ones in an image
 * only one counts.
 *
 * ```
 * deno run --allow-read tests/bench/calibrate_few.ts /tmp/fresh /tmp/dwarf /tmp/arm64
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
import { findTrampolines } from "../../lib/resolve/signal_frames.ts";
import { Random } from "../support/random.ts";
import { bytesOf } from "../support/resolve_text.ts";
import {
  calibrationRecordings,
  moveAddresses,
  OTHER_BUILDS,
  WRONG_BASES,
} from "./calibration_recordings.ts";

/** Images are counted together that have so many return addresses, from one number to another. */
const ROWS = [[1, 1], [2, 2], [3, 3], [4, 5], [6, 8], [9, 11], [12, 20]] as const;
/** Of each recording so many stacks, evenly spread. */
const MAX_STACKS = 1000;
/** So many groups of stacks of each size. */
const GROUPS = 100;
const GROUP_SIZES = [2, 4, 8, 16];
/** Of all wrong places so many. */
const WRONG_COUNT = 4;

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
  const kinds = Object.keys(tables);
  print(`| return addresses | ${kinds.map((kind) => `${kind} | fits | differs`).join(" | ")} |\n`);
  print(`|${" --- |".repeat(1 + 3 * kinds.length)}\n`);
  for (const [row, [first, last]] of ROWS.entries()) {
    const cells = Object.values(tables).map((table) => table.cells(row));
    print(`| ${first === last ? first : `${first} to ${last}`} | ${cells.join(" | ")} |\n`);
  }
}

/** Images by how many return addresses they have, and by what is concluded. */
class Counts {
  readonly #rows = ROWS.map(() => ({ images: 0, fits: 0, differs: 0 }));

  add({ checked, verdict }: ImageEvidence): void {
    const row = this.#rows[ROWS.findIndex(([first, last]) => checked >= first && checked <= last)];
    if (row === undefined) return;
    row.images++;
    if (verdict === "differs") row.differs++;
    else if (verdict !== "not-judged") row.fits++;
  }

  /** How many images there were, and the shares that fit, and that do not. */
  cells(at: number): string {
    const { images, fits, differs } = this.#rows[at]!;
    const share = (part: number) => `${(100 * part / images).toFixed(2)} %`;
    return [images, share(fits), share(differs)].join(" | ");
  }
}

async function count(raw: string, maps: string, sysroot: string, counts: Counts): Promise<void> {
  using files = new DiskFiles({ sysroot });
  const recording = await readFolded([readerOfBytes("raw.folded", bytesOf(raw))]);
  const snapshots = [await parseMaps("maps", [bytesOf(maps)])];
  const decided = await decide(recording, { snapshots, files, inlines: false, trustFiles: true });
  const isReturn = findCallers(decided.profile, decided.keys, "callers");
  const { keys, places, profile: { stacks } } = decided;
  const seen = new Set<string>();
  for (const group of groupsOf(stacks.size)) {
    const own = group.flatMap((
      stack,
    ) => [...keys.subarray(stacks.startOf(stack), stacks.endOf(stack))]);
    for (const [path, evidence] of await evidenceOfStacks(decided, isReturn, group, files)) {
      const frames = new Set(own.filter((key) => {
        const place = places[key];
        return place?.kind === "code" && place.file.request.path === path;
      }));
      const key = `${path} ${[...frames].sort().join(" ")}`;
      if (!seen.has(key)) counts.add(evidence);
      seen.add(key);
    }
  }
}

/** Each stack alone, and groups of several. */
function* groupsOf(size: number): Generator<number[]> {
  const step = Math.max(1, Math.ceil(size / MAX_STACKS));
  for (let stack = 0; stack < size; stack += step) yield [stack];
  const random = new Random(20261128);
  for (const groupSize of GROUP_SIZES) {
    for (let group = 0; group < GROUPS; group++) {
      yield Array.from({ length: groupSize }, () => random.below(size));
    }
  }
}

/** What some stacks show of the images that they have frames in. */
async function evidenceOfStacks(
  { profile, keys, places, functions }: Decided,
  isReturn: Uint8Array,
  group: readonly number[],
  files: DiskFiles,
): Promise<Map<string, ImageEvidence>> {
  const stacks = new StackTable();
  const own: number[] = [];
  const isOwn = new Uint8Array(isReturn.length);
  for (const stack of group) {
    for (let at = profile.stacks.startOf(stack); at < profile.stacks.endOf(stack); at++) {
      const key = keys[at]!;
      stacks.push(profile.stacks.frames[at]!);
      own.push(key);
      isOwn[key] = isReturn[key]!;
    }
    stacks.finish();
  }
  const part = { ...profile, stacks };
  const evidence = await Evidence.read(part, Uint32Array.from(own), places, isOwn, "callers");
  const isTrampoline = findTrampolines(functions, evidence.signalReturns);
  await evidence.judge([...functions], isTrampoline, new Float64Array(group.length).fill(1), files);
  return evidence.byPath();
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

await main(Deno.args);

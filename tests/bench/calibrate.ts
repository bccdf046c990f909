/**
 * What the check of return addresses finds in recordings of real programs, and what it finds in the
 * same recordings with wrong files: a table in Markdown. The one in the README was made so:
 *
 * ```
 * testdata/sources/recordings/fresh_recording.sh /tmp/fresh
 * testdata/sources/recordings/dwarf_recording.sh /tmp/dwarf
 * testdata/sources/recordings/arm64_recording.sh /tmp/arm64
 * deno run --allow-read tests/bench/calibrate.ts /tmp/fresh /tmp/dwarf /tmp/arm64
 * ```
 *
 * A wrong base is that of addresses which are some pages further; another build is that of addresses
 * which are 16 to 256 bytes further, as if its first function were longer. Where there is a real
 * other build (testdata/evidence), it is that. Of several wrong ones the best counts.
 *
 * @module
 */
import type { ImageCounts, ImageEvidence } from "../../lib/resolve/mod.ts";
import { resolveText } from "../support/resolve_text.ts";
import {
  calibrationRecordings,
  moveAddresses,
  OTHER_BUILDS,
  WRONG_BASES,
} from "./calibration_recordings.ts";

/** With fewer return addresses an image shows nothing. */
const MIN_CHECKED = 20;

await main(Deno.args);

async function main(folders: readonly string[]): Promise<void> {
  print("| recording | image | return addresses | follow a call | excess | edges agree | strays ");
  print("| wrong base | excess | another build | excess |\n");
  print(`|${" --- |".repeat(11)}\n`);
  for (const recording of calibrationRecordings(folders)) {
    const read = (name: string) => Deno.readTextFileSync(`${recording.folder}/${name}`);
    const [raw, maps] = [read("raw.folded"), read("maps")];
    const { sysroot, otherSysroot } = recording;
    const images = await imagesOf(raw, maps, sysroot);
    const moved = async (distances: readonly number[]) => {
      const all = [];
      for (const distance of distances) {
        all.push(await imagesOf(moveAddresses(raw, distance), maps, sysroot));
      }
      return all;
    };
    const wrongBase = await moved(WRONG_BASES);
    const otherBuild = otherSysroot === undefined
      ? await moved(OTHER_BUILDS)
      : [await imagesOf(raw, maps, otherSysroot)];
    for (const [path, evidence] of images) {
      if (evidence.checked < MIN_CHECKED) continue;
      const name = path.slice(path.lastIndexOf("/") + 1);
      print(`| ${recording.name} | ${name} | ${rightCells(evidence)} `);
      print(`| ${wrongCells(path, wrongBase)} | ${wrongCells(path, otherBuild)} |\n`);
    }
  }
}

type Images = ReadonlyMap<string, ImageEvidence>;

async function imagesOf(raw: string, maps: string, sysroot: string): Promise<Images> {
  const { report } = await resolveText(raw, { maps, sysroot });
  const isChecked = (image: ImageCounts): image is ImageCounts & { evidence: ImageEvidence } =>
    image.evidence !== undefined;
  return new Map(report.images.filter(isChecked).map(({ image, evidence }) => [image, evidence]));
}

function rightCells(evidence: ImageEvidence): string {
  const { checked, excess, edges, agreeingEdges, strays } = evidence;
  const agreement = edges === 0 ? "" : percent(agreeingEdges, edges);
  return [checked, shareOf(evidence), excess, agreement, strays].join(" | ");
}

/** The best of several wrong ones that have enough return addresses. */
function wrongCells(path: string, wrong: readonly Images[]): string {
  const all = wrong.map((images) => images.get(path))
    .filter((evidence) => evidence !== undefined)
    .filter(({ checked }) => checked >= MIN_CHECKED);
  if (all.length === 0) return " | ";
  const best = all.reduce((one, other) => fitting(one) < fitting(other) ? other : one);
  return `${shareOf(best)} | ${Math.min(...all.map(({ excess }) => excess))}`;
}

function shareOf(evidence: ImageEvidence): string {
  const inside = evidence.insideCalls > evidence.calls ? " (inside)" : "";
  return percent(Math.max(evidence.calls, evidence.insideCalls), evidence.checked) + inside;
}

function fitting({ calls, insideCalls, checked }: ImageEvidence): number {
  return Math.max(calls, insideCalls) / checked;
}

function percent(part: number, whole: number): string {
  return `${(100 * part / whole).toFixed(1)} %`;
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

import type { BundleManifest, BundlePlan, MissingFile } from "../bundle/mod.ts";
import { printable } from "../output/printable.ts";
import { UNRESOLVED_REASONS } from "../profile/mod.ts";

/** The list of `--dry-run`: what is taken, and of how much, largest first. */
export function planText({ manifest, entries }: BundlePlan, path: string, size: number): string {
  const files = new Map(manifest.files.map((file) => [file.entry, file]));
  const rows = entries.map(({ name, extents }) => {
    const kept = extents.reduce((sum, { length }) => sum + length, 0);
    const file = files.get(name);
    const of = file === undefined ? "" : sizeText(file.size);
    const what = file === undefined ? name : `${file.path}${file.deleted ? " (deleted)" : ""}`;
    return { kept, cells: [sizeText(kept), of, printable(what)] as const };
  });
  rows.sort((a, b) => b.kept - a.kept);
  const unpacked = rows.reduce((sum, { kept }) => sum + kept, 0);
  const table = [HEADER, ...rows.map(({ cells }) => cells)].map(([kept, of, what]) =>
    `${kept.padStart(SIZE_WIDTH)}  ${of.padStart(SIZE_WIDTH)}  ${what}\n`
  );
  const head = `${path} would have ${sizeText(size)} with ${rows.length} entries, ` +
    `which unpack to ${sizeText(unpacked)}:\n\n`;
  return head + table.join("");
}

/** What was written, in a line; of how much, if files were cut. */
export function writtenText({ files }: BundleManifest, path: string, size: number): string {
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const count = files.length === 1 ? "1 file" : `${files.length} files`;
  return `Wrote "${path}": ${sizeText(size)} for ${count} of ${sizeText(total)}`;
}

/** The files that are not in the bundle, a line for each. */
export function missingText(files: readonly MissingFile[]): string[] {
  return files.map(({ path, deleted, reason, detail }) => {
    const { meaning } = UNRESOLVED_REASONS[reason];
    const why = detail === "" ? meaning : `${meaning}: ${detail}`;
    return `Not taken: "${path}"${deleted ? " (deleted)" : ""}: ${why}`;
  });
}

/** Of the longest size. */
const SIZE_WIDTH = 9;
const HEADER = ["taken", "of", ""] as const;
const UNITS = ["B", "kB", "MB", "GB"];

function sizeText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.95 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

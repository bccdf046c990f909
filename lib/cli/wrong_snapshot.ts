import { isFileBacked, type MapsSnapshot } from "../maps/mod.ts";
import type { UnresolvedReason } from "../profile/mod.ts";
import type { Report } from "../resolve/mod.ts";

/** Why an address is in no code that a snapshot has. */
const OUTSIDE_REASONS: ReadonlySet<UnresolvedReason> = new Set([
  "outside-mappings",
  "not-executable",
]);

/** So many snapshots are named. */
const MAX_NAMED = 3;

/**
 * Tells whether the maps snapshots that were given are not those of what was recorded: none of them
 * has code at any address. Broken unwinding leaves such addresses, too, but beside others; where there
 * is less than one a stack, the recorder has named the others, and nothing is told.
 *
 * @returns What is the matter, for the user; undefined if nothing is.
 */
export function wrongSnapshotText(
  { images, sampleWeight }: Report,
  snapshots: readonly MapsSnapshot[],
): string | undefined {
  if (snapshots.length === 0) return undefined;
  let weight = 0;
  for (const image of images) {
    // The kernel has no mappings.
    if (image.image === "[kernel]") continue;
    for (const reason of image.reasons) {
      if (!OUTSIDE_REASONS.has(reason.reason) || reason.namedWeight !== undefined) return undefined;
      weight += reason.weight;
    }
    if (image.resolvedWeight > 0) return undefined;
  }
  if (weight === 0 || weight < sampleWeight) return undefined;
  const more = snapshots.length - MAX_NAMED;
  const named = snapshots.slice(0, MAX_NAMED).map(snapshotText).join(" or ") +
    (more > 0 ? ` or ${more} more` : "");
  return `Cannot resolve addresses: no code is mapped at any of them in ${named}: ` +
    "give the snapshot of the recorded process itself, taken after it called exec";
}

/** Names a snapshot, with the program that it is of. */
function snapshotText({ name, mappings }: MapsSnapshot): string {
  const files = mappings.filter(isFileBacked);
  const program = files.find(({ executable }) => executable) ?? files[0];
  return `"${name}"` + (program === undefined ? "" : `, which is of "${program.path}"`);
}

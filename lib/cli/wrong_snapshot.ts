import { isFileBacked, type MapsSnapshot } from "../maps/mod.ts";
import type { UnresolvedReason } from "../profile/mod.ts";
import type { Report } from "../resolve/mod.ts";

/** Why an address is in no code that a snapshot has. */
const OUTSIDE_REASONS: ReadonlySet<UnresolvedReason> = new Set([
  "outside-mappings",
  "not-executable",
]);

/**
 * Tells whether the maps snapshots that were given are not those of what was recorded: none of them
 * has code at any address. Broken unwinding leaves such addresses, too, but not in every frame; where
 * the recorder has named the others, as those with less than one in a stack show, nothing is told.
 *
 * @returns What is the matter, for the user; undefined if nothing is.
 */
export function wrongSnapshotText(
  { images, sampleWeight }: Report,
  snapshots: readonly MapsSnapshot[],
): string | undefined {
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
  const of = snapshots.map(snapshotText);
  return `Cannot resolve addresses: no code is mapped at any of them in ${
    of.join(" or ")
  }: give the ` +
    "snapshot of the recorded process itself, taken after it called exec";
}

/** Names a snapshot, with the program that it is of. */
function snapshotText({ name, mappings }: MapsSnapshot): string {
  const files = mappings.filter(isFileBacked);
  const program = files.find(({ executable }) => executable) ?? files[0];
  return `"${name}"` + (program === undefined ? "" : `, which is of "${program.path}"`);
}

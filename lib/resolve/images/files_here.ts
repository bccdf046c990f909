import { isFileBacked, type MapsSnapshot } from "../../maps/mod.ts";
import type { FileProvider } from "../file_provider.ts";

/**
 * Whether a file with code of the snapshots is at its own path on this machine, and is taken from
 * there. A sysroot would take the place of all of them.
 */
export async function areFilesHere(
  snapshots: readonly MapsSnapshot[],
  files: FileProvider,
): Promise<boolean> {
  if (files.isThisMachine !== true) return false;
  const paths = new Set(
    snapshots.flatMap(({ mappings }) => mappings)
      .filter((mapping) => mapping.executable && !mapping.deleted && isFileBacked(mapping))
      .map(({ path }) => path),
  );
  for (const path of paths) {
    const answer = await files.open({ path, deleted: false });
    if ("source" in answer && answer.source.name === path) return true;
  }
  return false;
}

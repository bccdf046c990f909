import { isFileBacked, type MapsSnapshot } from "../../maps/mod.ts";
import type { FileProvider } from "../file_provider.ts";
import { familyOf, type FetchContext } from "./fetch_commands.ts";

/** What the snapshots, and the files that are here, say of the machines. */
export async function fetchContextOf(
  snapshots: readonly MapsSnapshot[],
  files: FileProvider,
  sysroot: string | undefined,
): Promise<FetchContext> {
  return {
    sysroot,
    areFilesHere: await areFilesHere(snapshots, files),
    family: familyOf(snapshots.flatMap(({ mappings }) => mappings.map(({ path }) => path))),
  };
}

/**
 * Whether a file with code of the snapshots is at its own path on this machine, and is taken from
 * there. A sysroot would take the place of all of them.
 */
async function areFilesHere(
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

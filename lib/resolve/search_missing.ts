import { baseName } from "../profile/mod.ts";
import { findMappedFile, type FoundFile } from "../symbols/mod.ts";
import { chooseFile, isContradicted } from "./choose_file.ts";
import type { FileProvider } from "./file_provider.ts";
import type { RecordedFile } from "./recorded_file.ts";
import type { SnapshotIndex } from "./snapshot_index.ts";

/**
 * Looks for files that are not at their paths among those that the provider has besides. A layout
 * alone proves little: no file is taken for it in which most return addresses follow no call. Where
 * several fit, the code before return addresses decides, or else the name.
 *
 * @param returnsOf The return addresses of the process that a snapshot is of.
 */
export async function searchMissing(
  needed: Iterable<RecordedFile>,
  indexes: readonly SnapshotIndex[],
  provider: FileProvider,
  returnsOf: (index: SnapshotIndex) => Iterable<number>,
): Promise<void> {
  if (provider.searchFiles === undefined) return;
  for (const file of needed) {
    if (!SEARCHED_REASONS.has(file.failure?.reason ?? "")) continue;
    const search = await findMappedFile(provider.searchFiles(), {
      buildId: provider.buildIdsOf?.(file.request.path).at(-1) ?? "",
      compareLayout: (elf) =>
        indexes.map((index) => index.compareLayout(file, elf)).find((one) => one !== "") ?? "",
    });
    if ("found" in search && search.found.how === "build-id") {
      file.adopt(search.found.elf);
      continue;
    }
    const fits = "found" in search ? [search.found] : search.reason === "none" ? [] : search.files;
    if (fits.length === 0) continue;
    const chosen = await choose(fits, file, indexes, returnsOf);
    if ("elf" in chosen) file.adopt(chosen.elf);
    else file.failure = { ...file.failure!, detail: chosen.detail };
  }
}

/** Why a file may be elsewhere than at its path. */
const SEARCHED_REASONS: ReadonlySet<string> = new Set([
  "file-deleted",
  "file-not-found",
  "build-id-mismatch",
]);

/** The file that is meant of one or more whose layout fits, or what is known of them. */
async function choose(
  fits: readonly FoundFile[],
  file: RecordedFile,
  indexes: readonly SnapshotIndex[],
  returnsOf: (index: SnapshotIndex) => Iterable<number>,
): Promise<FoundFile | { readonly detail: string }> {
  const candidates = fits.map((candidate) => {
    const { elf } = candidate;
    const vaddrs = indexes.flatMap((index) => index.vaddrsIn(file, elf, returnsOf(index)));
    // Snapshots of one process have the same addresses.
    return { candidate, elf, vaddrs: [...new Set(vaddrs)] };
  });
  if (fits.length > 1) {
    const proven = await chooseFile(candidates);
    if (proven !== undefined) return proven;
  }
  const named = candidates.filter(({ candidate: { path } }) => baseName(path) === file.baseName);
  const [likely, ...others] = fits.length > 1 ? named : candidates;
  if (likely === undefined || others.length > 0) {
    return { detail: `it may be "${fits.map(({ path }) => path).join('", "')}"` };
  }
  if (!await isContradicted(likely)) return likely.candidate;
  const { path } = likely.candidate;
  return { detail: `"${path}" has the layout, but return addresses follow no calls in it` };
}

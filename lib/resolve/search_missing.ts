import type { FrameLocation } from "../profile/mod.ts";
import { findMappedFile } from "../symbols/mod.ts";
import { chooseFile } from "./choose_file.ts";
import type { FileProvider } from "./file_provider.ts";
import type { RecordedFile } from "./recorded_file.ts";
import type { SnapshotIndex } from "./snapshot_index.ts";

/**
 * Looks for files that are not at their paths among those that the provider has besides. Where
 * several fit, the code before return addresses decides.
 */
export async function searchMissing(
  needed: Iterable<RecordedFile>,
  indexes: readonly SnapshotIndex[],
  provider: FileProvider,
  returns: readonly FrameLocation[],
): Promise<void> {
  if (provider.searchFiles === undefined) return;
  for (const file of needed) {
    if (!SEARCHED_REASONS.has(file.failure?.reason ?? "")) continue;
    const search = await findMappedFile(provider.searchFiles(), {
      buildId: provider.buildIdsOf?.(file.request.path).at(-1) ?? "",
      compareLayout: (elf) =>
        indexes.map((index) => index.compareLayout(file, elf)).find((one) => one !== "") ?? "",
    });
    if ("found" in search) file.adopt(search.found.elf);
    else if (search.reason === "ambiguous") {
      const addresses = returns.flatMap((location) =>
        location.kind === "address" ? [location.address] : []
      );
      const chosen = await chooseFile(search.files.map(({ elf }) => ({
        candidate: elf,
        elf,
        vaddrs: indexes.flatMap((index) => index.vaddrsIn(file, elf, addresses)),
      })));
      if (chosen === undefined) file.failure = { ...file.failure!, detail: search.detail };
      else file.adopt(chosen);
    }
  }
}

/** Why a file may be elsewhere than at its path. */
const SEARCHED_REASONS: ReadonlySet<string> = new Set([
  "file-deleted",
  "file-not-found",
  "build-id-mismatch",
]);

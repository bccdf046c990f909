import type { ElfFile } from "../elf/mod.ts";
import type { FrameLocation } from "../profile/mod.ts";
import { chooseFile } from "./choose_file.ts";
import type { RecordedFile } from "./recorded_file.ts";
import type { RecordedFiles } from "./recorded_files.ts";

/**
 * Decides between the files that have the name which frames give, by the calls before return
 * addresses.
 *
 * @param returns The frames that are return addresses.
 * @param moduleOf The name of the file that a frame's number counts in; empty if it is an address.
 * @returns By name the file that it means, where several have it and the calls decide.
 */
export async function chooseModules(
  files: RecordedFiles,
  returns: readonly FrameLocation[],
  moduleOf: (location: FrameLocation) => string,
): Promise<Map<string, RecordedFile>> {
  const byModule = new Map<string, FrameLocation[]>();
  for (const location of returns) {
    const module = moduleOf(location);
    if (module === "" || files.here(module).length < 2) continue;
    const group = byModule.get(module);
    if (group === undefined) byModule.set(module, [location]);
    else group.push(location);
  }
  const chosen = new Map<string, RecordedFile>();
  for (const [module, group] of byModule) {
    const candidates = files.here(module).flatMap((candidate) => {
      const { elf } = candidate;
      if (elf === undefined) return [];
      return [{ candidate, elf, vaddrs: group.map((location) => vaddrIn(elf, location)) }];
    });
    const file = await chooseFile(candidates);
    if (file !== undefined) chosen.set(module, file);
  }
  return chosen;
}

/** The vaddr that a frame means if it is one of a file; NaN if the file has none there. */
function vaddrIn(elf: ElfFile, location: FrameLocation): number {
  if (location.kind === "vaddr") return location.vaddr;
  if (location.kind === "name") return NaN;
  const fileOffset = location.kind === "address" ? location.address : location.fileOffset;
  return elf.vaddrOf(fileOffset) ?? NaN;
}

import type { SourceFrameLookup } from "../dwarf/mod.ts";
import type { ElfFile } from "../elf/mod.ts";
import { openAlternateFile } from "./alternate_debug_file.ts";
import { type DebugFile, findDebugFiles } from "./debug_file_search.ts";
import { dwarfOfElf, hasDwarf } from "./dwarf_of_elf.ts";
import type { DebugFilePlaces } from "./debug_file_places.ts";
import { SplitDebugFiles } from "./split_debug_files.ts";

/** What {@linkcode findSourceFrames} found. */
export interface SourceFrameSearch extends SourceFrameLookup {
  /** The path of the file whose debug information was used; empty if none was found. */
  readonly from: string;
}

/**
 * Finds the inlined functions and source lines of vaddrs of a file, from its own debug information
 * or that of its debug file, with all that these refer to: what `dwz` moved to a shared file, and
 * split units in `.dwo` files or a package.
 *
 * @param path The file's path on the recorded machine.
 * @param vaddrs Ascending and different.
 * @param hasLines Whether files and lines are wanted, and not only functions.
 * @param debugFiles Those that {@linkcode findDebugFiles} found, if that was asked already.
 */
export async function findSourceFrames(
  elf: ElfFile,
  path: string,
  vaddrs: Float64Array,
  places: DebugFilePlaces,
  hasLines: boolean,
  debugFiles?: readonly DebugFile[],
): Promise<SourceFrameSearch> {
  const file = await findDwarf(elf, path, places, debugFiles);
  if (file === undefined) {
    return {
      frames: new Array(vaddrs.length).fill(undefined),
      isIncomplete: new Array(vaddrs.length).fill(false),
      hasLostInlined: new Array(vaddrs.length).fill(false),
      problems: [],
      from: "",
    };
  }
  const alternate = async () => {
    const found = await openAlternateFile(file.elf, file.path, places);
    return found && dwarfOfElf(found);
  };
  const split = new SplitDebugFiles([path, file.path], places);
  const files = {
    main: dwarfOfElf(file.elf),
    alternate,
    split: (request: Parameters<SplitDebugFiles["find"]>[0]) => split.find(request),
  };
  // Loaded here, because many files have no debug information.
  const dwarf = await import("../dwarf/mod.ts");
  return { ...await dwarf.findSourceFrames(files, vaddrs, hasLines), from: file.path };
}

async function findDwarf(
  elf: ElfFile,
  path: string,
  places: DebugFilePlaces,
  debugFiles: readonly DebugFile[] | undefined,
): Promise<Pick<DebugFile, "elf" | "path"> | undefined> {
  if (await hasDwarf(elf)) return { elf, path };
  const { openDebugFile, debugDirs } = places;
  const found = debugFiles ?? (await findDebugFiles(elf, path, openDebugFile, debugDirs)).found;
  for (const file of found) if (await hasDwarf(file.elf)) return file;
  return undefined;
}

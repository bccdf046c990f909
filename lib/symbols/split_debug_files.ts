import type { DwarfFile, SplitUnitRequest } from "../dwarf/mod.ts";
import { ElfFile } from "../elf/mod.ts";
import { FormatError, isSourceError } from "../errors.ts";
import { dwarfOfElf } from "./dwarf_of_elf.ts";
import type { DebugFilePlaces } from "./debug_file_places.ts";

/**
 * Finds the files that hold split debug information: a package beside the program or its debug
 * file, or else a `.dwo` file for each unit. What they hold is checked by the ids of their units,
 * not here.
 */
export class SplitDebugFiles {
  readonly #paths: readonly string[];
  readonly #places: DebugFilePlaces;
  readonly #files = new Map<string, Promise<DwarfFile | undefined>>();

  /** @param paths Of the program, and of the file with its skeleton units. */
  constructor(paths: readonly string[], places: DebugFilePlaces) {
    this.#paths = [...new Set(paths)];
    this.#places = places;
  }

  /**
   * See `DwarfFiles.split`.
   *
   * @throws {FormatError | UnsupportedError} If the file is no ELF file, or cannot be read.
   */
  async find(request: SplitUnitRequest): Promise<DwarfFile | undefined> {
    const { debugDirs } = this.#places;
    for (const candidate of listPackages(this.#paths, debugDirs)) {
      const file = await this.#open(candidate);
      if (file !== undefined) return file;
    }
    for (const candidate of listSplitFiles(request, this.#paths, debugDirs)) {
      const file = await this.#open(candidate);
      if (file !== undefined) return file;
    }
    return undefined;
  }

  #open(path: string): Promise<DwarfFile | undefined> {
    let file = this.#files.get(path);
    if (file === undefined) {
      this.#files.set(path, file = this.#openNew(path));
    }
    return file;
  }

  async #openNew(path: string): Promise<DwarfFile | undefined> {
    try {
      const source = await this.#places.openDebugFile(path);
      return source && dwarfOfElf(await ElfFile.open(source));
    } catch (error) {
      if (!(error instanceof Error) || isSourceError(error)) throw error;
      const [action, detail] = ["open the split debug information", error.message];
      throw new FormatError({ action, source: path, detail });
    }
  }
}

/**
 * Lists where a package of split units may be (GDB manual, "Debugging Information in Separate
 * Files"): beside a file, as its name with `.dwp` behind it, and below the folders with debug files.
 */
export function listPackages(paths: readonly string[], debugDirs: readonly string[]): string[] {
  const names = paths.flatMap((path) => {
    const plain = path.replace(/\.debug$/, "");
    return plain === path ? [`${path}.dwp`] : [`${path}.dwp`, `${plain}.dwp`];
  });
  const below = withoutEndSlashes(debugDirs).flatMap((dir) => names.map((name) => dir + name));
  return [...new Set([...names, ...below])];
}

/**
 * Lists where the `.dwo` file of a unit may be, in the order to try: where the compiler wrote it,
 * beside the program, and below the folders with debug files, at its full path or alone.
 *
 * @example
 * ```ts
 * import { listSplitFiles } from "./split_debug_files.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const request = { dwoName: "obj/a.dwo", compilationDirectory: "/build", dwoId: 1n };
 * assertEquals(listSplitFiles(request, ["/opt/bin/prog"], ["/srv/debug"]), [
 *   "/build/obj/a.dwo",
 *   "/opt/bin/obj/a.dwo",
 *   "/opt/bin/a.dwo",
 *   "/srv/debug/build/obj/a.dwo",
 *   "/srv/debug/obj/a.dwo",
 *   "/srv/debug/a.dwo",
 * ]);
 * ```
 */
export function listSplitFiles(
  { dwoName, compilationDirectory }: SplitUnitRequest,
  paths: readonly string[],
  debugDirs: readonly string[],
): string[] {
  if (dwoName === "") return [];
  const base = dwoName.slice(dwoName.lastIndexOf("/") + 1);
  const isAbsolute = dwoName.startsWith("/");
  const full = isAbsolute ? dwoName : `${compilationDirectory}/${dwoName}`;
  const places = full.startsWith("/") ? [full] : [];
  for (const path of paths) {
    const folder = path.slice(0, path.lastIndexOf("/"));
    if (!isAbsolute) places.push(`${folder}/${dwoName}`);
    places.push(`${folder}/${base}`);
  }
  for (const dir of withoutEndSlashes(debugDirs)) {
    places.push(`${dir}${full.startsWith("/") ? "" : "/"}${full}`);
    if (!isAbsolute) places.push(`${dir}/${dwoName}`);
    places.push(`${dir}/${base}`);
  }
  return [...new Set(places)];
}

function withoutEndSlashes(folders: readonly string[]): string[] {
  return folders.map((folder) => folder.replace(/\/+$/, ""));
}

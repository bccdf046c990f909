import {
  type AltDebugLink,
  readAltDebugLink,
  readSupplementaryChecksum,
} from "../elf/debug_link.ts";
import { readDebugFileBuildId } from "../elf/debug_file_build_id.ts";
import { ElfFile } from "../elf/mod.ts";
import { FormatError, isSourceError } from "../errors.ts";
import type { DebugFilePlaces } from "./debug_file_places.ts";

/**
 * Opens the file that `dwz` moved debug information to which several files share.
 *
 * @param elf A file with debug information.
 * @param path Where that is.
 * @returns Undefined if it refers to no such file.
 * @throws {FormatError} If the file that it refers to is not there, or is another one.
 */
export async function openAlternateFile(
  elf: ElfFile,
  path: string,
  { debugDirs, openDebugFile }: DebugFilePlaces,
): Promise<ElfFile | undefined> {
  const link = await readAltDebugLink(elf);
  if (link === undefined) return undefined;
  let refused = "";
  for (const candidate of listAlternates(link, path, debugDirs)) {
    try {
      const source = await openDebugFile(candidate);
      if (source === undefined) continue;
      const alternate = await ElfFile.open(source);
      const checksum = await readSupplementaryChecksum(alternate);
      const buildId = checksum || await readDebugFileBuildId(alternate);
      if (buildId === link.buildId) return alternate;
      refused ||= `"${candidate}" has build-id ${buildId || "none"}`;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      refused ||= isSourceError(error) ? error.message : `"${candidate}": ${error.message}`;
    }
  }
  throw new FormatError({
    action: "find the shared debug information",
    source: elf.source.name,
    detail: `${refused || `"${link.path}" is not there`}, want build-id ${link.buildId}`,
  });
}

/**
 * Lists where such a file may be, in the order to try (`dwz(1)`): where the link leads, which may be
 * relative to the folder of the file; below the folders with debug files, at the same place, or
 * by its build-id, or as a debuginfod cache has it.
 *
 * @param path The path of the file that has the link.
 * @returns Each path once.
 *
 * @example
 * ```ts
 * import { listAlternates } from "./alternate_debug_file.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const link = { path: "../.dwz/shared.debug", buildId: "abcdef" };
 * assertEquals(listAlternates(link, "/srv/debug/lib/one.debug", ["/opt/debug"]), [
 *   "/srv/debug/.dwz/shared.debug",
 *   "/opt/debug/.dwz/shared.debug",
 *   "/opt/debug/.build-id/ab/cdef.debug",
 *   "/opt/debug/abcdef/debuginfo",
 * ]);
 * ```
 */
export function listAlternates(
  { path: linked, buildId }: AltDebugLink,
  path: string,
  debugDirs: readonly string[],
): string[] {
  const dirs = debugDirs.map((dir) => dir.replace(/\/+$/, ""));
  const folder = path.slice(0, path.lastIndexOf("/"));
  const own = normalize(linked.startsWith("/") ? linked : `${folder}/${linked}`);
  const shared = own.lastIndexOf("/.dwz/");
  const places = [own];
  if (shared >= 0) places.push(...dirs.map((dir) => dir + own.slice(shared)));
  places.push(
    ...dirs.map((dir) => `${dir}/.build-id/${buildId.slice(0, 2)}/${buildId.slice(2)}.debug`),
  );
  places.push(...dirs.map((dir) => `${dir}/${buildId}/debuginfo`));
  return [...new Set(places)];
}

/** Without `.` and `..`, which then mean the same in every sysroot. */
function normalize(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

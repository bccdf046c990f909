/** A place where a file with debug information may be. */
export interface DebugFileCandidate {
  /** From the root, as the mapped file's is. */
  readonly path: string;
  /** Which rule leads there: a folder of build-ids, a debuginfod cache, or `.gnu_debuglink`. */
  readonly how: "build-id" | "debuginfod" | "debuglink";
}

/** A build-id of one byte has no file name below its folder. */
const MIN_BUILD_ID_LENGTH = 4;

/**
 * Lists where the debug file of a mapped file may be, in the order to try (GDB manual, "Debugging
 * Information in Separate Files"; `debuginfod_find_debuginfo(3)`, "CACHE"):
 *
 * 1. `DIR/.build-id/ab/cdef.debug` for each DIR, the build-id being `abcdef`;
 * 2. `DIR/abcdef/debuginfo` for each DIR: a cache of debuginfod;
 * 3. if there is a link: its name in the folder of the mapped file, in `.debug/` below that, and in
 *    that folder below each DIR.
 *
 * @param path The path of the mapped file, from the root. Of another path only the folder itself
 * and `.debug/` below it are looked into for a link.
 * @param buildId Lower-case hexadecimal; empty if it has none.
 * @param linkName The file name in `.gnu_debuglink`; undefined if there is none.
 * @param debugDirs Folders such as `/usr/lib/debug`.
 * @returns Each path once.
 *
 * @example
 * ```ts
 * import { listDebugFiles } from "./debug_file_candidates.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const files = listDebugFiles("/lib/libz.so", "abcdef", "libz.debug", ["/usr/lib/debug"]);
 * assertEquals(files.map(({ path }) => path), [
 *   "/usr/lib/debug/.build-id/ab/cdef.debug",
 *   "/usr/lib/debug/abcdef/debuginfo",
 *   "/lib/libz.debug",
 *   "/lib/.debug/libz.debug",
 *   "/usr/lib/debug/lib/libz.debug",
 * ]);
 * ```
 */
export function listDebugFiles(
  path: string,
  buildId: string,
  linkName: string | undefined,
  debugDirs: readonly string[],
): DebugFileCandidate[] {
  const dirs = debugDirs.map((dir) => dir.replace(/\/+$/, ""));
  const candidates: DebugFileCandidate[] = [];
  if (buildId.length >= MIN_BUILD_ID_LENGTH) {
    const inFolder = `.build-id/${buildId.slice(0, 2)}/${buildId.slice(2)}.debug`;
    for (const dir of dirs) candidates.push({ path: `${dir}/${inFolder}`, how: "build-id" });
    for (const dir of dirs) {
      candidates.push({ path: `${dir}/${buildId}/debuginfo`, how: "debuginfod" });
    }
  }
  if (linkName !== undefined) {
    const folder = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : ".";
    const inDirs = path.startsWith("/") ? dirs.map((dir) => dir + folder) : [];
    for (const place of [folder, `${folder}/.debug`, ...inDirs]) {
      candidates.push({ path: `${place}/${linkName}`, how: "debuglink" });
    }
  }
  const seen = new Set<string>();
  return candidates.filter((candidate) => {
    if (seen.has(candidate.path)) return false;
    seen.add(candidate.path);
    return true;
  });
}

import type { Text } from "./string_pool.ts";

/** A source file's path, in the parts that DWARF has; complete once all strings are loaded. */
export interface SourcePath {
  /** `DW_AT_comp_dir`, or directory 0 of a line table. */
  readonly compilationDirectory: Text | undefined;
  /** A directory of the line table. */
  readonly directory: Text | undefined;
  /** A file of the line table. */
  readonly name: Text;
}

const ABSOLUTE_REGEXP = /^(?:[/\\]|[A-Za-z]:[/\\])/;

/**
 * Spells the full path: whatever is relative is so to what comes before it (DWARF 5, section
 * 6.2.4). `..` stays as it was written. Empty if the file has no name.
 *
 * Since DWARF 5 the compilation directory is a directory of the line table too; if it is relative
 * itself, it is then twice in the path, as it is with addr2line and llvm-symbolizer.
 *
 * @example
 * ```ts
 * import { spellPath } from "./source_path.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const path = spellPath({
 *   compilationDirectory: { value: "/build" },
 *   directory: { value: "../include" },
 *   name: { value: "vector" },
 * });
 * assertEquals(path, "/build/../include/vector");
 * ```
 */
export function spellPath({ compilationDirectory, directory, name }: SourcePath): string {
  let path = name.value;
  if (path === "") return "";
  for (const folder of [directory?.value ?? "", compilationDirectory?.value ?? ""]) {
    if (ABSOLUTE_REGEXP.test(path)) break;
    if (folder !== "") path = /[/\\]$/.test(folder) ? folder + path : `${folder}/${path}`;
  }
  return path;
}

import type { Options } from "./options.ts";
import { codeMapFile, mapsFiles } from "./process_files.ts";

/** A file that an option names, to be read. */
export interface NamedFile {
  /** The option, without dashes. */
  readonly option: string;
  readonly path: string;
  /** What is in it, as a clause behind "which is". */
  readonly what: string;
}

/** The files that options name besides the recordings; of a folder of snapshots, those in it. */
export function namedFiles(options: Options): NamedFile[] {
  const { maps, perfMaps, buildIds, bundle, kallsyms, vmlinux, vdso } = options;
  const files = [
    ...maps.flatMap(snapshotPaths).map((path) => ["maps", path, "a maps snapshot"] as const),
    ...perfMaps.map((value) => ["perf-map", codeMapFile(value).path, "a perf map"] as const),
    ["build-ids", buildIds, "the list of build-ids"],
    ["bundle", bundle, "the bundle"],
    ["kallsyms", kallsyms, "the kallsyms snapshot"],
    ["vmlinux", vmlinux, "vmlinux"],
    ["vdso", vdso, "the vDSO"],
  ] as const;
  return files.flatMap(([option, path, what]) =>
    path === undefined ? [] : [{ option, path, what }]
  );
}

/** The files that a value of `--maps` stands for. */
function snapshotPaths(value: string): string[] {
  try {
    return mapsFiles(value).map(({ path }) => path);
  } catch {
    // A folder without snapshots: whoever reads it will say so.
    return [];
  }
}

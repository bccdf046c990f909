/** What a list of build-ids says. */
export interface BuildIdList {
  /**
   * Of each path its build-ids, lower-case hexadecimal, different ones in order. More than one if
   * the file was replaced during the recording.
   */
  readonly buildIds: ReadonlyMap<string, readonly string[]>;
  /** Lines that are none, which were left out. */
  readonly invalid: readonly InvalidBuildIdLine[];
}

/** A line of a list of build-ids that is none. */
export interface InvalidBuildIdLine {
  /** 1-based. */
  readonly line: number;
  /** The line without its end. */
  readonly text: string;
}

/** A build-id of any size, blanks, and a path or label, which may have blanks in it. */
const LINE_REGEXP = /^\s*((?:[0-9a-f]{2}){1,64})\s+(\S.*?)\s*$/i;

/**
 * Reads a list of build-ids as `perf buildid-list` prints it: a line for each file with its build-id
 * and its path, or a label such as `[kernel.kallsyms]` or `[vdso]`.
 *
 * @example
 * ```ts
 * import { parseBuildIdList } from "./build_id_list.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { buildIds } = parseBuildIdList("abcdef0123 /usr/lib/libz.so.1\n0a0b0c0d [vdso]\n");
 * assertEquals(buildIds.get("/usr/lib/libz.so.1"), ["abcdef0123"]);
 * ```
 */
export function parseBuildIdList(text: string): BuildIdList {
  const buildIds = new Map<string, string[]>();
  const invalid: InvalidBuildIdLine[] = [];
  for (const [at, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const match = LINE_REGEXP.exec(line);
    if (match === null) {
      invalid.push({ line: at + 1, text: line });
      continue;
    }
    const [, buildId, path] = match as unknown as [string, string, string];
    addTo(buildIds, path, buildId.toLowerCase());
  }
  return { buildIds, invalid };
}

/** Digits of the 20 bytes that perf had for a build-id before 5.10. */
const PADDED_LENGTH = 40;

/**
 * Whether two build-ids are the same. Older versions of perf filled shorter ones up with zeros to 20
 * bytes: `abcd` is the same as `abcd`, followed by 36 zeros.
 */
export function isSameBuildId(first: string, second: string): boolean {
  if (first === second) return true;
  const [short, long] = first.length < second.length ? [first, second] : [second, first];
  return short !== "" && long.length === PADDED_LENGTH && short.padEnd(PADDED_LENGTH, "0") === long;
}

function addTo(buildIds: Map<string, string[]>, path: string, buildId: string): void {
  const known = buildIds.get(path);
  if (known === undefined) buildIds.set(path, [buildId]);
  else if (!known.includes(buildId)) known.push(buildId);
}

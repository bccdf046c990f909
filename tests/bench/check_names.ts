import type { FileFunction } from "./large_files.ts";
import type { LargeAddress } from "./large_process.ts";

/** How many names have to be those of the peer. The rest are choices between nested symbols. */
const MIN_SHARE = 0.995;

/** What {@linkcode checkNames} found. */
export interface NameCheck {
  /** For `--times`: how many names differ, and the first few that do. */
  readonly summary: string;
  /** What is wrong; undefined if nothing is. */
  readonly problem: string | undefined;
}

/**
 * Compares names, as the symbol tables spell them, with those that a peer gives: the same, or
 * another name for the same start.
 *
 * @param ours The name of each address; in brackets if there is none.
 * @param theirs The same from the peer, of the first addresses or of all; `??` if there is none.
 */
export function checkNames(
  addresses: readonly LargeAddress[],
  ours: readonly string[],
  theirs: readonly string[],
): NameCheck {
  const count = theirs.length;
  const files = new Set(addresses.map(({ file }) => file));
  const starts = new Map(Iterator.from(files).map((file) => [file, startsByName(file.functions)]));
  const different = theirs.flatMap((name, at) => {
    const { file, vaddr } = addresses[at]!;
    if (areAliases(starts.get(file)!, name, ours[at] ?? "")) return [];
    return [`0x${vaddr.toString(16)} in "${file.path}" is "${ours[at]}", want "${name}"`];
  });
  const summary = [`${different.length} of ${count} names differ`, ...different.slice(0, 5)]
    .join("\n  ");
  const isFine = count > 0 && different.length <= (1 - MIN_SHARE) * count;
  return { summary, problem: isFine ? undefined : summary.split("\n  ", 2).join("; ") };
}

function startsByName(functions: readonly FileFunction[]): Map<string, Set<number>> {
  const starts = new Map<string, Set<number>>();
  for (const { name, start } of functions) {
    const key = withoutVersion(name);
    const known = starts.get(key);
    if (known === undefined) starts.set(key, new Set([start]));
    else known.add(start);
  }
  return starts;
}

function areAliases(starts: Map<string, Set<number>>, a: string, b: string): boolean {
  if (withoutVersion(a) === withoutVersion(b)) return true;
  const left = starts.get(withoutVersion(a));
  const right = starts.get(withoutVersion(b));
  return left !== undefined && right !== undefined && !left.isDisjointFrom(right);
}

function withoutVersion(name: string): string {
  return name.replace(/@.*$/, "");
}

import type { Random } from "./random.ts";
import { runTool } from "./run_tool.ts";

/**
 * Picks vaddrs at random from the functions of a file, each byte of code as likely as another.
 *
 * @param path A file with a symbol table; `nm` reads it.
 * @param most Fewer if there is not as much code.
 * @returns Ascending and different.
 */
export async function codeAddresses(
  path: string,
  most: number,
  random: Random,
): Promise<Float64Array> {
  const functions = functionsOf(await runTool("nm", ["-S", "--defined-only", path], ""));
  let end = 0;
  const ends = functions.map(({ size }) => end += size);
  const vaddrs = new Set<number>();
  const wanted = Math.min(most, Math.floor(end / 2));
  while (vaddrs.size < wanted) {
    const at = random.below(end);
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (ends[middle]! <= at) low = middle + 1;
      else high = middle;
    }
    const { start, size } = functions[low]!;
    vaddrs.add(start + at - (ends[low]! - size));
  }
  return Float64Array.from(vaddrs).sort();
}

/** Each start once: the code of aliases is not more likely. */
function functionsOf(text: string): { start: number; size: number }[] {
  const sizes = new Map<number, number>();
  for (const [, start, size] of text.matchAll(/^([0-9a-f]+) ([0-9a-f]+) [tTwWi] /gm)) {
    const [from, length] = [parseInt(start!, 16), parseInt(size!, 16)];
    sizes.set(from, Math.max(sizes.get(from) ?? 0, length));
  }
  return [...sizes].map(([start, size]) => ({ start, size })).filter(({ size }) => size > 0);
}

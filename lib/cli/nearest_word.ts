// @ts-types="./levenshtein_distance.d.ts"
import { levenshteinDistance } from "@std/text/levenshtein-distance";

/** Letters that may be wrong, missing or too many. */
const MAX_DISTANCE = 2;
/** Letters that say enough of a word that was cut. */
const MIN_PREFIX = 3;
/** In letters. No word of ours is half as long. */
const MAX_LENGTH = 40;

/**
 * The word that was most likely meant: one that differs in two letters at most, and of which two
 * letters at least are right, or else the first that begins so.
 *
 * @param typed What the user typed.
 * @param words What it may be.
 * @returns Undefined if none is near.
 *
 * @example
 * ```ts
 * import { nearestWord } from "./nearest_word.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(nearestWord("exlpain", ["diff", "explain"]), "explain");
 * assertEquals(nearestWord("raw.txt", ["diff", "explain"]), undefined);
 * ```
 */
export function nearestWord(typed: string, words: readonly string[]): string | undefined {
  if (typed.length > MAX_LENGTH) return undefined;
  let nearest: string | undefined;
  let least = Math.min(MAX_DISTANCE + 1, typed.length - 1);
  for (const word of words) {
    const distance = levenshteinDistance(typed, word);
    if (distance >= least) continue;
    nearest = word;
    least = distance;
  }
  if (nearest !== undefined || typed.length < MIN_PREFIX) return nearest;
  return words.find((word) => word.startsWith(typed));
}

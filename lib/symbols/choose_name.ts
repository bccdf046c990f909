/** A version that is the default one; another (`memcpy@GLIBC_2.2.5`) is another function. */
const DEFAULT_VERSION_REGEXP = /@@[^@]*$/;

/**
 * Chooses one of several names of the same code: fewer leading underscores, then the shorter, then
 * the one that is smaller byte by byte. Default versions (`@@GLIBC_2.17`) are cut off before.
 *
 * @param names In any order; empty ones do not count.
 * @returns Empty if there is none.
 *
 * @example
 * ```ts
 * import { chooseName } from "./choose_name.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(chooseName(["__libc_memmove", "memmove@@GLIBC_2.2.5", "__memmove"]), "memmove");
 * ```
 */
export function chooseName(names: readonly string[]): string {
  let best = "";
  for (const name of names) {
    const candidate = withoutVersion(name);
    if (candidate !== "" && (best === "" || compareNames(candidate, best) < 0)) best = candidate;
  }
  return best;
}

/** Which of the rules of {@linkcode chooseName} tells two names apart. */
export type NameRule = "underscores" | "length" | "bytes";

/** The rule that decides between two names; undefined if they are the same without versions. */
export function decidingNameRule(first: string, second: string): NameRule | undefined {
  const [a, b] = [first, second].map(withoutVersion);
  return RULES.find(({ compare }) => compare(a!, b!) !== 0)?.rule;
}

function withoutVersion(name: string): string {
  return name.includes("@@") ? name.replace(DEFAULT_VERSION_REGEXP, "") : name;
}

const RULES: readonly {
  readonly rule: NameRule;
  readonly compare: (a: string, b: string) => number;
}[] = [
  { rule: "underscores", compare: (a, b) => underscoresOf(a) - underscoresOf(b) },
  { rule: "length", compare: (a, b) => a.length - b.length },
  { rule: "bytes", compare: compareBytes },
];

function compareNames(a: string, b: string): number {
  for (const { compare } of RULES) {
    const order = compare(a, b);
    if (order !== 0) return order;
  }
  return 0;
}

function underscoresOf(name: string): number {
  let count = 0;
  while (name[count] === "_") count++;
  return count;
}

/** By code point, which is the order of the bytes of UTF-8. */
function compareBytes(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  let at = 0;
  while (at < length && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  // In the middle of a surrogate pair this compares the halves that differ.
  return at < length ? a.codePointAt(at)! - b.codePointAt(at)! : a.length - b.length;
}

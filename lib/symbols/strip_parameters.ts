/**
 * Cuts the parameter lists, and the qualifiers behind them, from a demangled C++ name. What stands
 * in `<>`, `{}` or `[]` stays, as do `(anonymous namespace)` and `operator()`. Plain for speed: names
 * of templates have some thousands of characters (see the bench "inlines").
 *
 * @example
 * ```ts
 * import { stripParameters } from "./strip_parameters.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   stripParameters("ns::run(int)::{lambda(char)#1}::operator()(char) const [clone .cold]"),
 *   "ns::run::{lambda(char)#1}::operator() [clone .cold]",
 * );
 * assertEquals(stripParameters("std::less<void (int)>::operator()(int)"), "std::less<void (int)>::operator()");
 * ```
 */
export function stripParameters(name: string): string {
  let kept = "";
  let keptUntil = 0;
  let depth = 0;
  for (let at = 0; at < name.length; at++) {
    switch (name.charCodeAt(at)) {
      case LETTER_O:
        at += Math.max(0, operatorLength(name, at) - 1);
        break;
      case ROUND:
        if (depth === 0 && !name.startsWith(ANONYMOUS, at)) {
          kept += name.slice(keptUntil, at);
          at = endOfList(name, at);
          if (at < 0) return name;
          keptUntil = at + 1;
        } else depth++;
        break;
      case SQUARE:
      case ANGLE:
      case CURLY:
        depth++;
        break;
      case ROUND_END:
      case SQUARE_END:
      case ANGLE_END:
      case CURLY_END:
        depth--;
        break;
    }
  }
  kept = (kept + name.slice(keptUntil)).trim();
  // Unbalanced: something here is not what it looks like.
  return depth === 0 && kept !== "" ? kept : name;
}

const LETTER_O = 0x6f;
const [ROUND, ROUND_END] = [0x28, 0x29];
const [ANGLE, ANGLE_END] = [0x3c, 0x3e];
const [SQUARE, SQUARE_END] = [0x5b, 0x5d];
const [CURLY, CURLY_END] = [0x7b, 0x7d];
const ANONYMOUS = "(anonymous namespace)";
/** Operators whose names hold brackets or blanks. */
const OPERATOR_REGEXP =
  /operator(?:\(\)|\[\]|<=>|<<=?|>>=?|->\*?|<=?|>=?|-|,| new(?:\[\])?| delete(?:\[\])?)/y;
const QUALIFIERS_REGEXP = /(?: (?:const|volatile|noexcept)| ?&&?(?!\w))*/y;

/** The length of the operator that begins at an index; 0 if none with brackets in its name does. */
function operatorLength(name: string, at: number): number {
  if (!name.startsWith("operator", at) || at > 0 && /\w/.test(name[at - 1]!)) return 0;
  OPERATOR_REGEXP.lastIndex = at;
  return OPERATOR_REGEXP.exec(name)?.[0].length ?? 0;
}

/** The index of the last character of a parameter list and its qualifiers; -1 if it has no end. */
function endOfList(name: string, start: number): number {
  let depth = 0;
  let at = start;
  for (; at < name.length; at++) {
    if (name[at] === "(") depth++;
    else if (name[at] === ")" && --depth === 0) break;
  }
  if (at === name.length) return -1;
  QUALIFIERS_REGEXP.lastIndex = at + 1;
  return at + (QUALIFIERS_REGEXP.exec(name)?.[0].length ?? 0);
}

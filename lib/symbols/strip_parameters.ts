/**
 * Cuts the parameter lists, and the qualifiers behind them, from a demangled C++ name. What stands
 * in `<>`, `{}` or `[]` stays, as do `(anonymous namespace)` and `operator()`.
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
  /** Where what is not yet in `kept` begins: pieces are taken, as characters would cost more. */
  let from = 0;
  let depth = 0;
  for (let at = 0; at < name.length; at++) {
    switch (name[at]) {
      case "o":
        at += Math.max(0, operatorAt(name, at).length - 1);
        break;
      case "(":
        if (depth !== 0 || name.startsWith(ANONYMOUS, at)) {
          depth++;
          break;
        }
        kept += name.slice(from, at);
        at = endOfList(name, at);
        if (at < 0) return name;
        from = at + 1;
        break;
      case "<":
      case "{":
      case "[":
        depth++;
        break;
      case ")":
      case ">":
      case "}":
      case "]":
        depth--;
        break;
    }
  }
  kept = (kept + name.slice(from)).trim();
  // Unbalanced: something here is not what it looks like.
  return depth === 0 && kept !== "" ? kept : name;
}

const ANONYMOUS = "(anonymous namespace)";
/** Operators whose names hold brackets or blanks. */
const OPERATOR_REGEXP =
  /operator(?:\(\)|\[\]|<=>|<<=?|>>=?|->\*?|<=?|>=?|-|,| new(?:\[\])?| delete(?:\[\])?)/y;
const QUALIFIERS_REGEXP = /(?: (?:const|volatile|noexcept)| ?&&?(?!\w))*/y;

/** The operator that begins at an index; empty if none with brackets in its name does. */
function operatorAt(name: string, at: number): string {
  if (!name.startsWith("operator", at) || at > 0 && /\w/.test(name[at - 1]!)) return "";
  OPERATOR_REGEXP.lastIndex = at;
  return OPERATOR_REGEXP.exec(name)?.[0] ?? "";
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

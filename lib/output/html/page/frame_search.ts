import { type FlameTree, ROOT } from "./flame_tree.ts";

/** What a search found. */
export interface SearchResult {
  /** Of each function 1 if its name matches. */
  readonly matches: Uint8Array;
  /** How many functions match. */
  readonly functionCount: number;
  /** What is wrong with the expression; empty if nothing is. */
  readonly error: string;
}

/**
 * Finds the functions that a regular expression matches somewhere in their names. Without an
 * upper-case letter in it, case does not matter.
 *
 * @returns Undefined if the expression is empty.
 */
export function searchFunctions(
  { functions }: Pick<FlameTree, "functions">,
  expression: string,
): SearchResult | undefined {
  if (expression === "") return undefined;
  const matches = new Uint8Array(functions.length);
  const regexp = compile(expression);
  if (typeof regexp === "string") return { matches, functionCount: 0, error: regexp };
  let functionCount = 0;
  for (const [of, { name }] of functions.entries()) {
    if (!regexp.test(name)) continue;
    matches[of] = 1;
    functionCount++;
  }
  return { matches, functionCount, error: "" };
}

/** The expression that finds this name and no other. */
export function expressionOf(name: string): string {
  return `^${name.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")}$`;
}

/** The topmost matching nodes in the subtree of a node, in order: what is below one does not count. */
export function* topMatches(
  { functionOf, endOf }: FlameTree,
  { matches }: SearchResult,
  within: number,
): Generator<number> {
  for (let node = within; node < endOf[within]!;) {
    const isMatch = node !== ROOT && matches[functionOf[node]!] === 1;
    if (isMatch) yield node;
    node = isMatch ? endOf[node]! : node + 1;
  }
}

/** What the matching nodes in the subtree of a node weigh together, nested ones counted once. */
export function matchedWeight(
  tree: FlameTree,
  result: SearchResult,
  within: number,
  totalOf: Float64Array = tree.totalOf,
): number {
  let weight = 0;
  for (const node of topMatches(tree, result, within)) weight += totalOf[node]!;
  return weight;
}

/** The expression, or what is wrong with it. */
function compile(expression: string): RegExp | string {
  // Escapes such as \B and \S are no upper-case letters.
  const flags = /\p{Lu}/u.test(expression.replace(/\\./gsu, "")) ? "" : "i";
  try {
    return new RegExp(expression, flags);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return message.slice(message.lastIndexOf(": ") + 1).trim();
  }
}

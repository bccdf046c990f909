import { type FlameTree, ROOT, type Weights } from "./flame_tree.ts";

/** What a function weighs in a part of a tree. */
export interface FunctionTotal {
  /** The number of the function. */
  readonly function: number;
  /** The weight of the stacks that end in it. */
  readonly self: number;
  /** The weight of the stacks that it is in, however often. */
  readonly total: number;
  /** The same of the base, 0 if the profile is not differential. */
  readonly baseSelf: number;
  readonly baseTotal: number;
}

/** The columns that functions are sorted by, the changes by their size. */
export type TotalColumn = "self" | "total" | "selfChange" | "totalChange" | "name";

/** Adds up what each function weighs in the subtree of a node; functions that are not there are left out. */
export function functionTotals(tree: FlameTree, within: number): FunctionTotal[] {
  const after = totalsIn(tree, within, tree);
  const before = tree.base === undefined ? undefined : totalsIn(tree, within, tree.base);
  const totals: FunctionTotal[] = [];
  for (const [of, total] of after.totalOf.entries()) {
    const baseTotal = before?.totalOf[of] ?? 0;
    if (total === 0 && baseTotal === 0) continue;
    const baseSelf = before?.selfOf[of] ?? 0;
    totals.push({ function: of, self: after.selfOf[of]!, total, baseSelf, baseTotal });
  }
  return totals;
}

/** Sorts in place, the largest first; by name the first first. Equal ones stand by name. */
export function sortTotals(
  totals: FunctionTotal[],
  { functions }: Pick<FlameTree, "functions">,
  column: TotalColumn,
  isAscending: boolean,
): FunctionTotal[] {
  const byName = (a: FunctionTotal, b: FunctionTotal) => {
    const [left, right] = [functions[a.function]!.name, functions[b.function]!.name];
    return left < right ? -1 : left > right ? 1 : 0;
  };
  const sign = isAscending ? 1 : -1;
  return totals.sort((a, b) =>
    column === "name"
      ? sign * byName(a, b)
      : sign * (valueOf(a, column) - valueOf(b, column)) || byName(a, b)
  );
}

function valueOf(of: FunctionTotal, column: Exclude<TotalColumn, "name">): number {
  switch (column) {
    case "self":
      return of.self;
    case "total":
      return of.total;
    case "selfChange":
      return Math.abs(of.self - of.baseSelf);
    case "totalChange":
      return Math.abs(of.total - of.baseTotal);
  }
}

/** By function. A recursive call is in the stacks of the outer one already. */
function totalsIn(
  { functions, functionOf, endOf }: FlameTree,
  within: number,
  weights: Weights,
): Weights {
  const selfOf = new Float64Array(functions.length);
  const totalOf = new Float64Array(functions.length);
  // Where the outermost call of each function that is open now ends.
  const openUntil = new Int32Array(functions.length);
  for (let node = Math.max(within, ROOT + 1); node < endOf[within]!; node++) {
    const of = functionOf[node]!;
    selfOf[of]! += weights.selfOf[node]!;
    if (node < openUntil[of]!) continue;
    openUntil[of] = endOf[node]!;
    totalOf[of]! += weights.totalOf[node]!;
  }
  return { selfOf, totalOf };
}

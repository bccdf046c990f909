import { type CallTree, childrenOf, ROOT } from "./call_tree.ts";

/** Callees that weigh less than this part of all have no line. */
export const MIN_SHARE = 0.005;

/** One call of a tree as a line of text. */
export interface TreeLine {
  /** Lines that show where in the tree it is, and the name. */
  readonly text: string;
  /** The weight of the call with all that is called from there. */
  readonly total: number;
  /** The weight of the stacks that end there. */
  readonly self: number;
  /** The total of the base; 0 if the tree has none. */
  readonly base: number;
  /** The callees that have no line. */
  readonly leftOut: LeftOut;
}

/** Callees that have no line, each with all that is called from there. */
export interface LeftOut {
  /** How many they are. */
  readonly count: number;
  /** What they weigh together. */
  readonly total: number;
  /** The same of the base; 0 if the tree has none. */
  readonly base: number;
}

/**
 * Lays out a call tree: the callees of each function, the heaviest first, or those that changed most
 * if the tree has a base. An only callee stands right below its caller, as far to the right. What is
 * less than {@linkcode MIN_SHARE} of all, before and after, has no line: a total is the sum of its
 * self, the totals of its callees, and what is left out of them.
 */
export function* treeLines(tree: CallTree): Generator<TreeLine> {
  const { functions, functionOf, totalOf, selfOf, base } = tree;
  const places: Place[] = [{ node: ROOT, lead: "", indent: "" }];
  for (let place = places.pop(); place !== undefined; place = places.pop()) {
    const { node, lead, indent } = place;
    const { shown, leftOut } = calleesOf(tree, node);
    yield {
      text: lead + (node === ROOT ? "all" : functions[functionOf[node]!]!.name),
      total: totalOf[node]!,
      self: selfOf[node]!,
      base: base?.totalOf[node] ?? 0,
      leftOut,
    };
    // The first is to be the next one.
    for (let at = shown.length - 1; at >= 0; at--) {
      const isLast = at === shown.length - 1;
      places.push(
        shown.length === 1 ? { node: shown[at]!, lead: indent, indent } : {
          node: shown[at]!,
          lead: `${indent}${isLast ? "└─ " : "├─ "}`,
          indent: `${indent}${isLast ? "   " : "│  "}`,
        },
      );
    }
  }
}

interface Place {
  readonly node: number;
  /** In front of the name of the node. */
  readonly lead: string;
  /** In front of what is below it. */
  readonly indent: string;
}

/** What is called from a node. */
function calleesOf(
  tree: CallTree,
  node: number,
): { readonly shown: readonly number[]; readonly leftOut: LeftOut } {
  const { totalOf, base } = tree;
  const shown: number[] = [];
  const leftOut = { count: 0, total: 0, base: 0 };
  for (const child of childrenOf(tree, node)) {
    if (isLarge(totalOf, child) || base !== undefined && isLarge(base.totalOf, child)) {
      shown.push(child);
      continue;
    }
    leftOut.count++;
    leftOut.total += totalOf[child]!;
    leftOut.base += base?.totalOf[child] ?? 0;
  }
  const interestOf = (child: number) => Math.abs(totalOf[child]! - (base?.totalOf[child] ?? 0));
  shown.sort((a, b) => interestOf(b) - interestOf(a) || totalOf[b]! - totalOf[a]!);
  return { shown, leftOut };
}

function isLarge(totalOf: Float64Array, node: number): boolean {
  return totalOf[node]! > 0 && totalOf[node]! >= MIN_SHARE * totalOf[ROOT]!;
}

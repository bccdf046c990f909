import { childrenOf, type FlameTree, ROOT } from "./flame_tree.ts";

/** In which order the children of a node stand. */
export type ChildOrder = "name" | "weight";
/** Which weight of a differential profile is the width: the later one, the base, the larger. */
export type WidthOf = "after" | "before" | "both";

/** Where each node is, in weights from the left: it does not change when the user zooms. */
export interface FlameLayout {
  /** How wide each node is. Those that are 0 are nowhere. */
  readonly widthOf: Float64Array;
  /** Where each node begins. */
  readonly startOf: Float64Array;
  /** The nodes of all levels, one level after the other, from left to right. */
  readonly nodes: Int32Array;
  /** Where each level begins in {@linkcode nodes}; one more than there are levels. */
  readonly levelStarts: Int32Array;
}

/** Lays out a tree: a child stands above its parent, the first where that begins, without gaps. */
export function layOut(tree: FlameTree, order: ChildOrder, widths: WidthOf): FlameLayout {
  const widthOf = widthsOf(tree, widths);
  const startOf = new Float64Array(tree.size);
  const nodes = new Int32Array(tree.size);
  const levelStarts = [0];
  let count = widthOf[ROOT]! > 0 ? 1 : 0;
  for (let at = 0; at < count;) {
    const levelEnd = count;
    for (; at < levelEnd; at++) {
      let x = startOf[nodes[at]!]!;
      for (const child of orderedChildren(tree, nodes[at]!, order, widthOf)) {
        startOf[child] = x;
        x += widthOf[child]!;
        nodes[count++] = child;
      }
    }
    levelStarts.push(levelEnd);
  }
  return {
    widthOf,
    startOf,
    nodes: nodes.subarray(0, count),
    levelStarts: Int32Array.from(levelStarts),
  };
}

/** How many levels a layout has. */
export function levelCountOf({ levelStarts }: FlameLayout): number {
  return levelStarts.length - 1;
}

/**
 * The place in `layout.nodes` of the first node of a level that ends behind `x`; the end of the level
 * if there is none.
 */
export function firstAfter(layout: FlameLayout, level: number, x: number): number {
  const { nodes, startOf, widthOf, levelStarts } = layout;
  let low = levelStarts[level]!;
  let high = levelStarts[level + 1]!;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const node = nodes[middle]!;
    if (startOf[node]! + widthOf[node]! > x) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The node of a level that `x` is in; -1 if there is none. */
export function nodeAt(layout: FlameLayout, level: number, x: number): number {
  if (level < 0 || level >= levelCountOf(layout)) return -1;
  const at = firstAfter(layout, level, x);
  if (at === layout.levelStarts[level + 1]) return -1;
  const node = layout.nodes[at]!;
  return layout.startOf[node]! <= x ? node : -1;
}

/** The children that are somewhere. */
export function orderedChildren(
  tree: FlameTree,
  node: number,
  order: ChildOrder,
  widthOf: Float64Array,
): number[] {
  const children = [...childrenOf(tree, node)].filter((child) => widthOf[child]! > 0);
  // The sort is stable: those of equal weight stay in the order of their names.
  if (order === "weight") children.sort((a, b) => widthOf[b]! - widthOf[a]!);
  return children;
}

function widthsOf({ totalOf, selfOf, parentOf, base }: FlameTree, widths: WidthOf): Float64Array {
  if (base === undefined || widths === "after") return totalOf;
  if (widths === "before") return base.totalOf;
  const widthOf = selfOf.map((self, node) => Math.max(self, base.selfOf[node]!));
  for (let node = widthOf.length - 1; node > ROOT; node--) {
    widthOf[parentOf[node]!]! += widthOf[node]!;
  }
  return widthOf;
}

import { firstAfter, type FlameLayout } from "./flame_layout.ts";
import { childrenOf, type FlameTree } from "./flame_tree.ts";

/** Where the focus may go: the parent, the widest child, along the level. */
export type FocusMove = "out" | "in" | "previous" | "next" | "first" | "last";

/**
 * The frame that gets the focus.
 *
 * @param zoom The node that is as wide as the page; what is beside it has no focus.
 * @returns The same node if there is nothing in that direction.
 */
export function moveFocus(
  tree: FlameTree,
  layout: FlameLayout,
  zoom: number,
  focus: number,
  move: FocusMove,
): number {
  if (move === "out") return Math.max(0, tree.parentOf[focus]!);
  if (move === "in") return widestChild(tree, layout, focus);
  const { nodes, startOf, widthOf, levelStarts } = layout;
  const level = tree.levelOf[focus]!;
  const to = startOf[zoom]! + widthOf[zoom]!;
  const first = firstAfter(layout, level, startOf[zoom]!);
  const behind = firstAfter(layout, level, to);
  // The view ends where a node begins, or inside of one that is above the zoom.
  const isInside = behind < levelStarts[level + 1]! && startOf[nodes[behind]!]! < to;
  const last = isInside ? behind : behind - 1;
  const at = firstAfter(layout, level, startOf[focus]!);
  const wanted = { first, last, next: at + 1, previous: at - 1 }[move];
  return nodes[Math.min(last, Math.max(first, wanted))] ?? focus;
}

function widestChild(tree: FlameTree, { widthOf }: FlameLayout, node: number): number {
  let widest = node;
  for (const child of childrenOf(tree, node)) {
    if (widthOf[child]! > (widest === node ? 0 : widthOf[widest]!)) widest = child;
  }
  return widest;
}

import { firstAfter, type FlameLayout, levelCountOf } from "./flame_layout.ts";

/** A part of a layout, as wide as the page. */
export interface View {
  /** Where it begins and ends, in weights. */
  readonly from: number;
  readonly to: number;
  /** How many pixels it is wide. */
  readonly pixels: number;
}

/**
 * Goes through what is to be drawn of a level, from left to right. What is narrower than a pixel is
 * drawn as one, for all that begin in it: the cost follows the pixels and not the nodes.
 *
 * @param visit Gets a node, where it begins, and how wide it is, in pixels.
 */
export function visitBoxes(
  layout: FlameLayout,
  level: number,
  { from, to, pixels }: View,
  visit: (node: number, x: number, width: number) => void,
): void {
  const { nodes, startOf, widthOf, levelStarts } = layout;
  const scale = pixels / (to - from);
  const end = levelStarts[level + 1]!;
  for (let at = firstAfter(layout, level, from); at < end;) {
    const node = nodes[at]!;
    if (startOf[node]! >= to) return;
    const left = Math.max(0, (startOf[node]! - from) * scale);
    const right = Math.min(pixels, (startOf[node]! + widthOf[node]! - from) * scale);
    at++;
    if (right - left >= 1) {
      visit(node, left, right - left);
      continue;
    }
    visit(node, Math.floor(left), 1);
    at = Math.max(at, firstAfter(layout, level, from + (Math.floor(left) + 1) / scale));
  }
}

/** How many levels have something in a view. */
export function levelsIn(layout: FlameLayout, { from, to }: View): number {
  const { nodes, startOf, levelStarts } = layout;
  let level = 0;
  for (; level < levelCountOf(layout); level++) {
    const at = firstAfter(layout, level, from);
    if (at === levelStarts[level + 1] || startOf[nodes[at]!]! >= to) break;
  }
  return level;
}

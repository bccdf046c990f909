import { type CallTree, childrenOf, ROOT } from "../call_tree.ts";

/** A box of a flame graph: a call, or callees that would be too narrow. */
export interface FlameBox {
  /** The node of the tree; of callees that would be too narrow, that which calls them. */
  readonly node: number;
  /** How many calls are below it; 0 of the root. */
  readonly depth: number;
  /** The weight that is to the left of it. */
  readonly start: number;
  /** How wide it is. */
  readonly weight: number;
  /** How many calls it stands for that weigh something and would be too narrow; 0 if it is a call. */
  readonly leftOut: number;
}

/**
 * Places a call tree as a flame graph, callers before their callees. The width of a call is its
 * weight. Calls narrower than a limit are one box together at the right of their caller, if that is
 * as wide at least, so that what is beside it is the caller itself.
 *
 * @param minWeight Greater than 0.
 */
export function* flameBoxes(tree: CallTree, minWeight: number): Generator<FlameBox> {
  const { totalOf } = tree;
  const sizeOf = sizesOf(tree);
  const boxes: FlameBox[] = [];
  let box: FlameBox | undefined = {
    node: ROOT,
    depth: 0,
    start: 0,
    weight: totalOf[ROOT]!,
    leftOut: 0,
  };
  for (; box !== undefined; box = boxes.pop()) {
    yield box;
    const depth = box.depth + 1;
    let { start } = box;
    let narrow = 0;
    let leftOut = 0;
    const callees: FlameBox[] = [];
    for (const node of childrenOf(tree, box.node)) {
      const weight = totalOf[node]!;
      if (weight < minWeight) {
        narrow += weight;
        leftOut += sizeOf[node]!;
        continue;
      }
      callees.push({ node, depth, start, weight, leftOut: 0 });
      start += weight;
    }
    if (narrow >= minWeight) yield { node: box.node, depth, start, weight: narrow, leftOut };
    // The first is to be the next one.
    for (let at = callees.length - 1; at >= 0; at--) boxes.push(callees[at]!);
  }
}

/**
 * Of each node how many nodes that weigh something it is, with all below it. Children come behind
 * their parents.
 */
function sizesOf({ size, parentOf, totalOf }: CallTree): Uint32Array {
  const sizeOf = Uint32Array.from(totalOf, (total) => total > 0 ? 1 : 0);
  for (let node = size - 1; node > ROOT; node--) sizeOf[parentOf[node]!]! += sizeOf[node]!;
  return sizeOf;
}

import { type CallTree, childrenOf, NO_NODE, ROOT } from "./call_tree.ts";

/**
 * The order that a tree has when it is drawn with the heaviest child of each node first: a node,
 * then all that is below its first child, and so on. Of children that weigh the same the one whose
 * name is bytewise smaller comes first. Weight is that of a node and its base together.
 *
 * @returns All nodes but the root.
 */
export function heaviestFirst(tree: CallTree): Uint32Array {
  const order = new Uint32Array(tree.size - 1);
  let size = 0;
  // The last one is the next.
  const waiting = lightestFirst(tree, ROOT);
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    order[size++] = node;
    if (tree.firstChildOf[node] === NO_NODE) continue;
    for (const child of lightestFirst(tree, node)) waiting.push(child);
  }
  return order;
}

/** Of those that weigh the same the one with the greatest name comes first. */
function lightestFirst(tree: CallTree, node: number): number[] {
  const { totalOf, base } = tree;
  const weightOf = (child: number) => totalOf[child]! + (base?.totalOf[child] ?? 0);
  return childrenOf(tree, node).reverse().sort((a, b) => weightOf(a) - weightOf(b));
}

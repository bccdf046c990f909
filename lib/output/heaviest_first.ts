import { type CallTree, NO_NODE, ROOT } from "./call_tree.ts";

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
  const waiting = childrenOf(tree, ROOT);
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    order[size++] = node;
    if (tree.firstChildOf[node] === NO_NODE) continue;
    for (const child of childrenOf(tree, node)) waiting.push(child);
  }
  return order;
}

/** The lightest first, and of those that weigh the same the one with the greatest name. */
function childrenOf({ firstChildOf, nextSiblingOf, totalOf, base }: CallTree, node: number) {
  const children: number[] = [];
  for (let child = firstChildOf[node]!; child !== NO_NODE; child = nextSiblingOf[child]!) {
    children.push(child);
  }
  const weightOf = (child: number) => totalOf[child]! + (base?.totalOf[child] ?? 0);
  return children.reverse().sort((a, b) => weightOf(a) - weightOf(b));
}

import { type CallTree, NO_NODE, ROOT } from "./call_tree.ts";

/** What functions weigh, by their number in `CallTree.functions`. */
export interface FunctionWeights {
  /** The weight of the stacks that end in the function. */
  readonly selfOf: Float64Array;
  /** The weight of the stacks that the function is in, counted once if it is in one several times. */
  readonly totalOf: Float64Array;
}

/**
 * Adds up what the functions of a call tree weigh.
 *
 * @param weights Those of the tree, or those of its base.
 */
export function functionWeightsOf(
  tree: CallTree,
  weights: Pick<CallTree, "selfOf" | "totalOf"> = tree,
): FunctionWeights {
  const { firstChildOf, nextSiblingOf, parentOf, functionOf, functions } = tree;
  const selfOf = new Float64Array(functions.length);
  const totalOf = new Float64Array(functions.length);
  /** How often each function is on the way from the root to the node. */
  const depthOf = new Uint32Array(functions.length);
  let node = firstChildOf[ROOT]!;
  while (node > ROOT) {
    const of = functionOf[node]!;
    selfOf[of]! += weights.selfOf[node]!;
    if (depthOf[of]!++ === 0) totalOf[of]! += weights.totalOf[node]!;
    let next = firstChildOf[node]!;
    for (; next === NO_NODE && node > ROOT; node = parentOf[node]!) {
      depthOf[functionOf[node]!]!--;
      next = nextSiblingOf[node]!;
    }
    node = next;
  }
  return { selfOf, totalOf };
}

import type { Profile } from "../profile/mod.ts";
import { functionsOf, type OutputFunction } from "./functions.ts";
import { sortKey } from "./line_keys.ts";
import { weightsOfStacks } from "./stack_weights.ts";

/** The node that stands for all stacks. */
export const ROOT = 0;
/** Stands for no node. */
export const NO_NODE = -1;

/**
 * The stacks of a profile as one tree: stacks with the same callers share nodes. Columns by node
 * number; node {@linkcode ROOT} is no function and is above all others. A parent has a smaller
 * number than its children.
 */
export interface CallTree {
  /** How many nodes there are, with the root. */
  readonly size: number;
  /** What {@linkcode CallTree.functionOf} refers to. */
  readonly functions: readonly OutputFunction[];
  /** Of each frame of the profile its function, `NO_FUNCTION` if no sample has it. */
  readonly functionOfFrame: Uint32Array;
  /** Of each node its function; 0 of the root, where it means nothing. */
  readonly functionOf: Uint32Array;
  /** Of each node a frame of the profile: one of its heaviest stack. 0 of the root. */
  readonly frameOf: Uint32Array;
  /** {@linkcode NO_NODE} of the root. */
  readonly parentOf: Int32Array;
  /** The first child in the bytewise order of names; {@linkcode NO_NODE} if it has none. */
  readonly firstChildOf: Int32Array;
  /** The next child of the same parent in that order; {@linkcode NO_NODE} if it is the last. */
  readonly nextSiblingOf: Int32Array;
  /** The weight of the stacks that end in the node. */
  readonly selfOf: Float64Array;
  /** The weight of the stacks that go through the node or end in it. */
  readonly totalOf: Float64Array;
  /** Of each stack of the profile the node that it ends in; {@linkcode NO_NODE} without a sample. */
  readonly nodeOfStack: Int32Array;
  /**
   * The weights of the base, the earlier of two weights, 0 where a sample has none; undefined if no
   * sample has one.
   */
  readonly base: { readonly selfOf: Float64Array; readonly totalOf: Float64Array } | undefined;
}

/**
 * Makes the tree of a profile. Weights are whole numbers, see `Profile.decimals`.
 *
 * @throws {FormatError} If all weights together are more than 2^53 - 1.
 */
export function callTreeOf(profile: Profile): CallTree {
  const { stacks } = profile;
  const { functions, ofFrame } = functionsOf(profile);
  const nodes = new Nodes();
  const nodeOfStack = new Int32Array(stacks.size).fill(NO_NODE);
  const { weights, bases } = weightsOfStacks(profile);
  for (let stack = 0; stack < stacks.size; stack++) {
    const weight = weights[stack]!;
    const base = bases?.[stack] ?? 0;
    if (Number.isNaN(weight)) continue;
    let node = ROOT;
    for (let at = stacks.startOf(stack); at < stacks.endOf(stack); at++) {
      const frame = stacks.frames[at]!;
      node = nodes.child(node, ofFrame[frame]!, frame, Math.max(weight, base));
    }
    nodeOfStack[stack] = node;
    nodes.selfs[node]! += weight;
    if (bases !== undefined) nodes.bases[node]! += base;
  }
  const parentOf = Int32Array.from(nodes.parents);
  const functionOf = Uint32Array.from(nodes.functions);
  const selfOf = Float64Array.from(nodes.selfs);
  return {
    size: parentOf.length,
    functions,
    functionOfFrame: ofFrame,
    functionOf,
    frameOf: Uint32Array.from(nodes.frames),
    parentOf,
    ...orderOf(parentOf, functionOf, functions),
    selfOf,
    totalOf: totalsOf(parentOf, selfOf),
    nodeOfStack,
    base: bases && baseOf(parentOf, Float64Array.from(nodes.bases)),
  };
}

/** The children of a node in the order of their names. */
export function childrenOf(
  { firstChildOf, nextSiblingOf }: Pick<CallTree, "firstChildOf" | "nextSiblingOf">,
  node: number,
): number[] {
  const children: number[] = [];
  for (let child = firstChildOf[node]!; child !== NO_NODE; child = nextSiblingOf[child]!) {
    children.push(child);
  }
  return children;
}

function baseOf(parentOf: Int32Array, selfOf: Float64Array): CallTree["base"] {
  return { selfOf, totalOf: totalsOf(parentOf, selfOf) };
}

/** Nodes while they come. */
class Nodes {
  readonly parents: number[] = [NO_NODE];
  readonly functions: number[] = [0];
  readonly frames: number[] = [0];
  readonly selfs: number[] = [0];
  readonly bases: number[] = [0];
  /** Of each node what its heaviest stack so far weighs. */
  readonly #heaviest: number[] = [0];
  /** By function, the node of each parent. */
  readonly #children: Map<number, number>[] = [];

  /** The node of a function below another; made if it is not there. */
  child(parent: number, of: number, frame: number, weight: number): number {
    const nodes = this.#children[of] ??= new Map();
    const known = nodes.get(parent);
    if (known === undefined) return this.#add(nodes, parent, of, frame, weight);
    if (weight > this.#heaviest[known]!) {
      this.#heaviest[known] = weight;
      this.frames[known] = frame;
    }
    return known;
  }

  #add(
    nodes: Map<number, number>,
    parent: number,
    of: number,
    frame: number,
    weight: number,
  ): number {
    const node = this.parents.push(parent) - 1;
    this.functions.push(of);
    this.frames.push(frame);
    this.selfs.push(0);
    this.bases.push(0);
    this.#heaviest.push(weight);
    nodes.set(parent, node);
    return node;
  }
}

/** Children come behind their parents, so that one pass from the end adds all up. */
function totalsOf(parentOf: Int32Array, selfOf: Float64Array): Float64Array {
  const totals = selfOf.slice();
  for (let node = totals.length - 1; node > ROOT; node--) totals[parentOf[node]!]! += totals[node]!;
  return totals;
}

/** Links the children of each node in the order of their names. */
function orderOf(
  parentOf: Int32Array,
  functionOf: Uint32Array,
  functions: readonly OutputFunction[],
): Pick<CallTree, "firstChildOf" | "nextSiblingOf"> {
  const keys = functions.map(({ name }) => sortKey(name));
  const rankOf = new Uint32Array(functions.length);
  Array.from(keys.keys())
    .sort((a, b) => keys[a]! < keys[b]! ? -1 : keys[a]! > keys[b]! ? 1 : a - b)
    .forEach((of, rank) => rankOf[of] = rank);
  const nodes = Uint32Array.from({ length: parentOf.length - 1 }, (_, at) => at + 1)
    .sort((a, b) => rankOf[functionOf[b]!]! - rankOf[functionOf[a]!]!);
  const firstChildOf = new Int32Array(parentOf.length).fill(NO_NODE);
  const nextSiblingOf = new Int32Array(parentOf.length).fill(NO_NODE);
  // From the last name to the first, each goes in front of those that are there.
  for (const node of nodes) {
    const parent = parentOf[node]!;
    nextSiblingOf[node] = firstChildOf[parent]!;
    firstChildOf[parent] = node;
  }
  return { firstChildOf, nextSiblingOf };
}

import { PAGE_KINDS, type PageData } from "../page_data.ts";

/** The node that stands for all stacks. */
export const ROOT = 0;
/** What {@linkcode ROOT} is called. */
export const ROOT_NAME = "all";

/** A function of a page. */
export interface PageFunction {
  readonly name: string;
  /** The path of the file with its code, or a label; empty if that is not known. */
  readonly image: string;
  readonly kind: (typeof PAGE_KINDS)[number];
  /** Whether one of its places has no name. */
  readonly isUnresolved: boolean;
}

/** What nodes of one function may differ in. */
export interface PagePlace {
  /** The number of its function. */
  readonly function: number;
  /** The source file; empty if it is not known. */
  readonly file: string;
  /** 1-based; 0 if it is not known. */
  readonly line: number;
  /** Why it has no name; empty if it has one. */
  readonly reason: string;
}

/**
 * The call tree of a page in columns by node, each node in front of its children: those of node `n`
 * are in `[n + 1, endOf[n])`, and so are theirs.
 */
export interface FlameTree {
  readonly size: number;
  readonly functions: readonly PageFunction[];
  readonly places: readonly PagePlace[];
  /** -1 of {@linkcode ROOT}. */
  readonly functionOf: Int32Array;
  /** -1 of {@linkcode ROOT}. */
  readonly placeOf: Int32Array;
  /** -1 of {@linkcode ROOT}. */
  readonly parentOf: Int32Array;
  /** 0 of {@linkcode ROOT}. */
  readonly levelOf: Int32Array;
  readonly endOf: Int32Array;
  /** The weight of the stacks that end in a node, and of those that go through it besides. */
  readonly selfOf: Float64Array;
  readonly totalOf: Float64Array;
  /** The same of the base; undefined if the profile is not differential. */
  readonly base: Weights | undefined;
}

/** The two weights of all nodes. */
export interface Weights {
  readonly selfOf: Float64Array;
  readonly totalOf: Float64Array;
}

/** Makes the tree of what a page holds. */
export function flameTreeOf(data: PageData): FlameTree {
  const { nodes } = data;
  const size = nodes.up.length + 1;
  const places = placesOf(data);
  const parentOf = new Int32Array(size).fill(-1);
  const levelOf = new Int32Array(size);
  const endOf = new Int32Array(size).fill(size);
  const placeOf = new Int32Array(size).fill(-1);
  const functionOf = new Int32Array(size).fill(-1);
  let placeCount = 0;
  for (let node = 1; node < size; node++) {
    let parent = node - 1;
    for (let up = nodes.up[node - 1]!; up > 0; up--) {
      endOf[parent] = node;
      parent = parentOf[parent]!;
    }
    parentOf[node] = parent;
    levelOf[node] = levelOf[parent]! + 1;
    const back = nodes.place[node - 1]!;
    const place = back === 0 ? placeCount++ : placeCount - back;
    placeOf[node] = place;
    functionOf[node] = places[place]!.function;
  }
  return {
    size,
    functions: functionsOf(data, places),
    places,
    functionOf,
    placeOf,
    parentOf,
    levelOf,
    endOf,
    ...weightsOf(nodes.self, parentOf),
    base: nodes.base && weightsOf(nodes.base, parentOf),
  };
}

/** The name of a node. */
export function nameOf(tree: FlameTree, node: number): string {
  return node === ROOT ? ROOT_NAME : tree.functions[tree.functionOf[node]!]!.name;
}

/** The children of a node in the order of their names. */
export function* childrenOf({ endOf }: FlameTree, node: number): Generator<number> {
  for (let child = node + 1; child < endOf[node]!; child = endOf[child]!) yield child;
}

function placesOf({ strings, places }: PageData): PagePlace[] {
  let functionCount = 0;
  return places.function.map((back, place) => ({
    function: back === 0 ? functionCount++ : functionCount - back,
    file: strings[places.file[place]!]!,
    line: places.line[place]!,
    reason: strings[places.reason[place]!]!,
  }));
}

function functionsOf({ strings, functions }: PageData, places: readonly PagePlace[]) {
  const unresolved = new Set(places.filter(({ reason }) => reason !== "").map((of) => of.function));
  return functions.name.map((name, of) => ({
    name: strings[name]!,
    image: strings[functions.image[of]!]!,
    kind: PAGE_KINDS[functions.kind[of]!]!,
    isUnresolved: unresolved.has(of),
  }));
}

/** Children come behind their parents, so that one pass from the end adds all up. */
function weightsOf(selfs: readonly number[], parentOf: Int32Array): Weights {
  const selfOf = new Float64Array(parentOf.length);
  selfOf.set(selfs, 1);
  const totalOf = selfOf.slice();
  for (let node = totalOf.length - 1; node > ROOT; node--) {
    totalOf[parentOf[node]!]! += totalOf[node]!;
  }
  return { selfOf, totalOf };
}

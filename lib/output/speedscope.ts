import type { Profile, SourcePosition } from "../profile/mod.ts";
import { type CallTree, callTreeOf, ROOT } from "./call_tree.ts";
import type { WriteOptions } from "./profile_writer.ts";
import { NO_FUNCTION } from "./functions.ts";
import { heaviestFirst } from "./heaviest_first.ts";
import { type Json, jsonChunks, Streamed, type StreamedJson } from "./json_chunks.ts";
import { threadRootsOf } from "./thread_roots.ts";

/**
 * Writes a profile as speedscope's own JSON (file-format-spec.ts of speedscope): frames are
 * functions, each stack is one sample with its weight. Where the first frame of every stack is a
 * thread or a process, each of these is a profile of its own, which speedscope lets one choose. A
 * differential profile has two of each: what it weighs, and what it weighed before.
 *
 * Samples are in the order of the call tree with the heaviest child of each node first, so that the
 * "time order" view, which nothing here knows times for, is in order all the same.
 *
 * @throws {FormatError} If all weights together are more than 2^53 - 1.
 */
export function* writeSpeedscope(
  profile: Profile,
  { title = "symfold", exporter = "symfold" }: WriteOptions = {},
): Generator<Uint8Array> {
  const tree = callTreeOf(profile);
  const { frames, ofFunction } = framesOf(profile, tree);
  const unit = profile.weightType?.unit ?? "count";
  const views = viewsOf(tree, title);
  yield* jsonChunks({
    $schema: "https://www.speedscope.app/file-format-schema.json",
    exporter,
    name: title,
    activeProfileIndex: 0,
    shared: { frames },
    profiles: new Streamed(views.map((view) => ({
      type: "sampled",
      name: view.name,
      unit: UNITS.has(unit) ? unit : "none",
      startValue: 0,
      ...samplesOf(view, tree, ofFunction, 10 ** profile.decimals),
    }))),
  });
}

/** What speedscope has units for; everything else is a number to it. */
const UNITS: ReadonlySet<string> = new Set([
  "nanoseconds",
  "microseconds",
  "milliseconds",
  "seconds",
  "bytes",
]);

/** What becomes a profile of the file. */
interface View {
  readonly name: string;
  /** Nodes of the call tree in their order. */
  readonly nodes: Uint32Array;
  /** Of each node of the tree the weight of the stacks that end in it. */
  readonly selfOf: Float64Array;
}

function viewsOf(tree: CallTree, title: string): View[] {
  const order = heaviestFirst(tree);
  const hasThreads = threadRootsOf(tree) !== undefined;
  const starts = [...order.keys()].filter((at) => hasThreads && tree.parentOf[order[at]!] === ROOT);
  if (starts.length < 2) return viewsOfNodes(tree, title, order);
  return starts.flatMap((start, at) => {
    const { name } = tree.functions[tree.functionOf[order[start]!]!]!;
    return viewsOfNodes(tree, name, order.subarray(start, starts[at + 1]));
  });
}

function viewsOfNodes({ selfOf, base }: CallTree, name: string, nodes: Uint32Array): View[] {
  const view = { name, nodes, selfOf };
  return base === undefined
    ? [view]
    : [view, { name: `${name} (before)`, nodes, selfOf: base.selfOf }];
}

/** @param unit So much of a weight is 1 in the file. */
function samplesOf(
  { nodes, selfOf }: View,
  tree: CallTree,
  ofFunction: Uint32Array,
  unit: number,
): { readonly [key: string]: StreamedJson } {
  const sampled = nodes.filter((node) => selfOf[node]! > 0);
  const total = sampled.reduce((sum, node) => sum + selfOf[node]!, 0);
  return {
    endValue: total / unit,
    samples: pathsOf(nodes, selfOf, tree, ofFunction),
    weights: Array.from(sampled, (node) => selfOf[node]! / unit),
  };
}

/** The frames of each node that has weight, root first; valid until the next one is asked for. */
function* pathsOf(
  nodes: Uint32Array,
  selfOf: Float64Array,
  { parentOf, functionOf }: CallTree,
  ofFunction: Uint32Array,
): Generator<number[]> {
  const path: number[] = [];
  const ancestors: number[] = [];
  for (const node of nodes) {
    while (ancestors.length > 0 && ancestors.at(-1) !== parentOf[node]) {
      ancestors.pop();
      path.pop();
    }
    ancestors.push(node);
    path.push(ofFunction[functionOf[node]!]!);
    if (selfOf[node]! > 0) yield path;
  }
}

/**
 * The frames of the file. speedscope takes each for a function, which the view "sandwich" has once:
 * functions that differ in nothing that the file says are one frame, and a line is written only if
 * the function has no other.
 */
function framesOf(profile: Profile, { functions, functionOfFrame }: CallTree) {
  const places = placesOf(profile, functionOfFrame);
  const frames: Json[] = [];
  const known = new Map<string, number>();
  const ofFunction = Uint32Array.from(functions, ({ name, image }, number) => {
    const { file, line, column } = places.get(number) ?? { file: image, line: 0, column: 0 };
    const frame = {
      name,
      ...file !== "" && { file },
      ...line > 0 && { line },
      ...line > 0 && column > 0 && { col: column },
    };
    const key = JSON.stringify(frame);
    const same = known.get(key);
    if (same !== undefined) return same;
    known.set(key, frames.length);
    return frames.push(frame) - 1;
  });
  return { frames, ofFunction };
}

/** By function, what the positions of its frames have in common; none if they have no file so. */
function placesOf({ details = [] }: Profile, functionOfFrame: Uint32Array) {
  const places = new Map<number, SourcePosition>();
  for (const [frame, { position }] of details.entries()) {
    const of = functionOfFrame[frame]!;
    if (of === NO_FUNCTION) continue;
    const { file, line, column } = position ?? { file: "", line: 0, column: 0 };
    const known = places.get(of) ?? { file, line, column };
    places.set(of, {
      file: known.file === file ? file : "",
      line: known.line === line ? line : 0,
      column: known.column === column ? column : 0,
    });
  }
  return new Map([...places].filter(([, { file }]) => file !== ""));
}

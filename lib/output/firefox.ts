import { type Profile, SAMPLES } from "../profile/mod.ts";
import { type CallTree, callTreeOf, ROOT } from "./call_tree.ts";
import { CATEGORIES } from "./firefox_categories.ts";
import { FirefoxLibraries } from "./firefox_libraries.ts";
import { type FirefoxSource, FirefoxThread, type FirefoxWeights } from "./firefox_thread.ts";
import type { WriteOptions } from "./profile_writer.ts";
import { heaviestFirst } from "./heaviest_first.ts";
import { jsonChunks, Streamed } from "./json_chunks.ts";
import { placedFramesOf } from "./placed_frames.ts";
import { weightsOfStacks } from "./stack_weights.ts";
import { type ThreadRoot, threadRootsOf } from "./thread_roots.ts";

/**
 * The version of the format, which the published crate fxprof-processed-profile 0.8.1 of Mozilla's
 * samply writes too. The Firefox Profiler brings older ones up to its own.
 */
const PROCESSED_PROFILE_VERSION = 55;

/**
 * Writes a profile in the "processed profile format" of the Firefox Profiler: one sample a stack,
 * with its weight. Where the first frame of every stack is a thread or a process, each of these is a
 * thread of the file. The samples of a differential profile are its own and, with negative weights,
 * those of the base, as in the Profiler's own comparisons.
 *
 * Samples are in the order of the call tree with the heaviest child of each node first, and each
 * lasts as long as it is heavy: nothing here knows times.
 *
 * @throws {FormatError} If all weights together are more than 2^53 - 1.
 */
export function* writeFirefox(
  profile: Profile,
  { title = "symfold", exporter = "symfold" }: WriteOptions = {},
): Generator<Uint8Array> {
  const tree = callTreeOf(profile);
  const libraries = new FirefoxLibraries(profile);
  const source = {
    profile,
    functions: tree,
    placed: placedFramesOf(profile),
    libraries,
    weights: firefoxWeights(profile),
  };
  yield* jsonChunks({
    meta: {
      categories: CATEGORIES,
      debug: false,
      extensions: { baseURL: [], id: [], length: 0, name: [] },
      importedFrom: exporter,
      interval: 1,
      preprocessedProfileVersion: PROCESSED_PROFILE_VERSION,
      processType: 0,
      product: title,
      startTime: 0,
      symbolicated: true,
      pausedRanges: [],
      version: 24,
      usesOnlyOneStackType: true,
      sourceCodeIsNotOnSearchfox: true,
      markerSchema: [],
      initialSelectedThreads: [0],
    },
    libs: libraries.list.map((library) => ({ ...library })),
    threads: new Streamed(threadJson(source, threadsOf(tree), title)),
    pages: [],
    profilerOverhead: [],
    counters: [],
  });
}

/** The stacks of a thread, in the order of its samples. */
interface ThreadStacks {
  /** Undefined if the recording names no threads. */
  readonly root: ThreadRoot | undefined;
  readonly stacks: readonly number[];
}

function threadsOf(tree: CallTree): ThreadStacks[] {
  const stacksOf = new Map<number, number[]>();
  for (const [stack, node] of tree.nodeOfStack.entries()) {
    if (node < 0) continue;
    const stacks = stacksOf.get(node);
    if (stacks === undefined) stacksOf.set(node, [stack]);
    else stacks.push(stack);
  }
  const roots = threadRootsOf(tree);
  const rootOf = new Map(roots?.map((root) => [root.node, root]));
  const threads: { root: ThreadRoot | undefined; stacks: number[] }[] = [];
  if (roots === undefined) threads.push({ root: undefined, stacks: [] });
  for (const node of heaviestFirst(tree)) {
    if (roots !== undefined && tree.parentOf[node] === ROOT) {
      threads.push({ root: rootOf.get(node), stacks: [] });
    }
    const { stacks } = threads.at(-1)!;
    for (const stack of stacksOf.get(node) ?? []) stacks.push(stack);
  }
  return threads;
}

function* threadJson(source: FirefoxSource, threads: readonly ThreadStacks[], title: string) {
  const mainOf = mainThreads(threads);
  for (const { root, stacks } of threads) {
    const tables = new FirefoxThread(source);
    const samples = tables.samples(stacks);
    const pid = root?.pid || root?.tid || "0";
    const name = root?.command || title;
    yield {
      ...tables.tables(),
      samples,
      markers: {
        length: 0,
        category: [],
        data: [],
        endTime: [],
        name: [],
        phase: [],
        startTime: [],
      },
      name,
      isMainThread: root === undefined || mainOf.get(pid) === root,
      pausedRanges: [],
      pid,
      processName: mainOf.get(pid)?.command || title,
      processShutdownTime: null,
      processStartupTime: 0,
      processType: "default",
      registerTime: 0,
      tid: root?.tid || pid,
      unregisterTime: null,
      showMarkersInTimeline: false,
    };
  }
}

/** Of each process the thread that it began with, or the heaviest if that is not there. */
function mainThreads(threads: readonly ThreadStacks[]): Map<string, ThreadRoot> {
  const mains = new Map<string, ThreadRoot>();
  for (const { root } of threads) {
    if (root === undefined) continue;
    const pid = root.pid || root.tid || "0";
    if (!mains.has(pid) || root.tid !== "" && root.tid === root.pid) mains.set(pid, root);
  }
  return mains;
}

/** How many of each unit are a millisecond. */
const PER_MILLISECOND: Readonly<Record<string, number>> = {
  nanoseconds: 1e6,
  microseconds: 1e3,
  milliseconds: 1,
  seconds: 1e-3,
};

function firefoxWeights(profile: Profile): FirefoxWeights {
  const { unit } = profile.weightType ?? SAMPLES;
  const perMillisecond = PER_MILLISECOND[unit];
  const type = perMillisecond !== undefined ? "tracing-ms" : unit === "bytes" ? "bytes" : "samples";
  return {
    ...weightsOfStacks(profile),
    type,
    divisor: (perMillisecond ?? 1) * 10 ** profile.decimals,
  };
}

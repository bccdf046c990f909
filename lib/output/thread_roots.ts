import { type CallTree, ROOT } from "./call_tree.ts";

/** A thread, or a process, that the first frame of stacks names. */
export interface ThreadRoot {
  /** The node of that frame in the call tree: a child of its root. */
  readonly node: number;
  /** What the thread or the process is called; empty if that is not known. */
  readonly command: string;
  /** Decimal; empty if it is not known. */
  readonly pid: string;
  /** Decimal; empty if it is not known. */
  readonly tid: string;
}

/**
 * The threads of a profile, if the first frame of every stack is one: `command-PID/TID` or
 * `command-PID` as `--threads`, `--pids` and `stackcollapse-perf.pl` write it, `[command tid=TID]`
 * as async-profiler does, `PID=PID` as that of elfutils does, `PPID` as austin does.
 *
 * @returns Undefined if it has none.
 */
export function threadRootsOf(tree: CallTree): ThreadRoot[] | undefined {
  const threads: ThreadRoot[] = [];
  for (let node = ROOT + 1; node < tree.size; node++) {
    if (tree.parentOf[node] !== ROOT) continue;
    const root = threadRootOf(tree.functions[tree.functionOf[node]!]!.name);
    if (root === undefined) return undefined;
    threads.push({ node, ...root });
  }
  return threads.length === 0 ? undefined : threads;
}

const COMMAND_REGEXP = /^(?<command>.*)-(?:(?<pid>\d+)|\?)(?:\/(?<tid>\d+))?$/;
const ASYNC_PROFILER_REGEXP = /^\[(?:(?<command>.*) )?tid=(?<tid>\d+)\]$/;
const PID_REGEXP = /^P(?:ID=)?(?<pid>\d+)$/;

function threadRootOf(name: string): Omit<ThreadRoot, "node"> | undefined {
  const groups = (COMMAND_REGEXP.exec(name) ?? ASYNC_PROFILER_REGEXP.exec(name) ??
    PID_REGEXP.exec(name))?.groups;
  if (groups === undefined) return undefined;
  const { command = "", pid = "", tid = "" } = groups;
  return { command, pid, tid };
}

import { type FrameLocation, type RawProfile, StackTable } from "../profile/mod.ts";

/** Stands for a process that a stack does not tell. */
export const UNKNOWN_PROCESS = -1;

/**
 * Tells the frames of different processes apart: an address means something in its own process only.
 * Each address becomes a frame for each process that has it, whose location says the process. The
 * kernel's addresses and names are the same in all.
 *
 * The process of a stack is what the recording says of it (`processes`), or else its first frame:
 * `comm-PID`, `comm-PID/TID`, `PID=123`, `P123`, or `[thread tid=123]`, where the thread is taken for
 * the process if there are snapshots of it. A stack that does not say it is of the only process that
 * there are snapshots of, if that is one.
 *
 * @param known The processes that there are snapshots of.
 */
export function splitByProcess(profile: RawProfile, known: ReadonlySet<number>): RawProfile {
  const { stacks, processes } = profile;
  const frames = profile.frames.copy();
  const locations: FrameLocation[] = [...profile.locations];
  const split = new StackTable();
  const processOfRoot = new Map<number, number>();
  const copies = new Map<string, number>();
  for (let stack = 0; stack < stacks.size; stack++) {
    const start = stacks.startOf(stack);
    const root = stacks.frames[start]!;
    let process = processes?.[stack] ?? processOfRoot.get(root);
    if (process === undefined) {
      process = processOf(frames.textOf(root), known);
      processOfRoot.set(root, process);
    }
    for (let at = start; at < stacks.endOf(stack); at++) {
      const frame = stacks.frames[at]!;
      const location = profile.locations[frame]!;
      if (location.kind !== "address" || location.address < 0) {
        split.push(frame);
        continue;
      }
      const key = `${frame} ${process}`;
      let copy = copies.get(key);
      if (copy === undefined) {
        // The first one is the frame itself, so that none is left that is of no process.
        const isFirst = locations[frame] === location;
        copy = isFirst ? frame : frames.append(frames.textOf(frame));
        copies.set(key, copy);
        locations[copy] = { ...location, process };
      }
      split.push(copy);
    }
    split.finish();
  }
  return { ...profile, frames, stacks: split, locations };
}

/** What the profilers and collapsers write as the first frame; the number is the process's. */
const ROOTS: readonly RegExp[] = [
  /^.*-(\d+)(?:\/(?:\d+|\?))?$/, // perf's collapsers with --pid or --tid
  /^PID=(\d+)$/, // elfutils
  /^P(\d+)$/, // austin
];
const THREAD_ROOT = /^\[(?:.* )?tid=(\d+)\]$/; // async-profiler

function processOf(root: string, known: ReadonlySet<number>): number {
  for (const pattern of ROOTS) {
    const match = pattern.exec(root);
    if (match !== null) return Number(match[1]);
  }
  const thread = Number(THREAD_ROOT.exec(root)?.[1]);
  if (known.has(thread)) return thread;
  const [only, ...others] = known;
  return only === undefined || others.length > 0 ? UNKNOWN_PROCESS : only;
}

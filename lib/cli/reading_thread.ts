import {
  addBatch,
  profileOf,
  type StackBatch,
  type StackCounts,
  StackParser,
} from "../input/mod.ts";
import { type RawProfile, type SampleColumns, SampleTable } from "../profile/mod.ts";
import { type ReadEvents, readRecordings, type Recordings } from "./read_recordings.ts";

/** What the main thread tells the reading thread. */
export type ToReader =
  | { readonly kind: "read"; readonly recordings: Recordings }
  /** A batch was worked on, its memory is free. */
  | { readonly kind: "taken"; readonly batch: StackBatch };

/** What the reading thread tells the main thread. */
export type FromReader =
  | { readonly kind: "progress"; readonly of: Parameters<ReadEvents["onProgress"]> }
  | { readonly kind: "failure"; readonly message: string }
  | { readonly kind: "stacks"; readonly batch: StackBatch }
  | {
    readonly kind: "done";
    readonly counts: Omit<StackCounts, "samples">;
    readonly samples: SampleColumns;
  };

/** In bytes. With less, starting a thread costs as much as it saves. */
const LARGE = 1 << 24;
const WORKER = new URL("./read_worker.ts", import.meta.url);

/**
 * Reads recordings. With large files two threads share the work, see the bench "folded": one cuts
 * the lines, numbers their stacks and adds up the weights, this one splits new stacks into frames.
 * All comes out as if there was one.
 */
export async function readProfile(
  recordings: Recordings,
  events: ReadEvents,
): Promise<RawProfile> {
  const isForThread = recordings.opened === undefined && areLarge(recordings);
  if (isForThread && mayStartThread()) return await readInTwoThreads(recordings, events);
  const parser = new StackParser();
  return profileOf(parser, await readRecordings(recordings, parser, events));
}

/**
 * The same, always with a second thread.
 *
 * @throws {Error} If the thread fails.
 */
export async function readInTwoThreads(
  recordings: Recordings,
  events: ReadEvents,
): Promise<RawProfile> {
  const parser = new StackParser();
  const { promise, resolve, reject } = Promise.withResolvers<RawProfile>();
  const worker = new Worker(WORKER, { type: "module" });
  const tell = (message: ToReader, transfer: ArrayBuffer[] = []) =>
    worker.postMessage(message, transfer);
  worker.onmessage = ({ data }: MessageEvent<FromReader>) => {
    switch (data.kind) {
      case "progress":
        return events.onProgress(...data.of);
      case "failure":
        return events.onFailure(data.message);
      case "stacks":
        addBatch(data.batch, parser);
        return tell({ kind: "taken", batch: data.batch }, transferOf(data.batch));
      case "done":
        return resolve(
          profileOf(parser, { ...data.counts, samples: SampleTable.of(data.samples) }),
        );
    }
  };
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new Error(`Cannot read the recordings: ${event.message}`));
  };
  tell({ kind: "read", recordings });
  try {
    return await promise;
  } finally {
    worker.terminate();
  }
}

/** What goes to the other thread with a batch, and is gone here. */
export function transferOf({ view, ends }: StackBatch): ArrayBuffer[] {
  return [view.buffer, ends.buffer];
}

function areLarge({ paths }: Recordings): boolean {
  let size = 0;
  for (const path of paths) size += path === "-" ? 0 : sizeOf(path);
  return size >= LARGE;
}

function sizeOf(path: string): number {
  try {
    const { isFile, size } = Deno.statSync(path);
    return isFile ? size : 0;
  } catch {
    // Whoever opens it will say what is wrong.
    return 0;
  }
}

/** A thread's source is read when it starts, which Deno may have been told not to allow. */
function mayStartThread(): boolean {
  return WORKER.protocol === "file:" &&
    Deno.permissions.querySync({ name: "read", path: WORKER }).state === "granted";
}

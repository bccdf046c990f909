/// <reference lib="deno.worker" />
/**
 * The thread of {@linkcode readInTwoThreads}: reads recordings, sends new stacks as it finds them and
 * everything else at the end.
 *
 * @module
 */
import { StackBatcher } from "../input/mod.ts";
import { readRecordings } from "./read_recordings.ts";
import { type FromReader, type ToReader, transferOf } from "./reading_thread.ts";

const BATCH_SIZE = 1 << 18;
/** Batches that the main thread may be behind; together 32 MB, however large the recording is. */
const MAX_AHEAD = 96;
const PROGRESS_EVERY_MS = 100;

const batcher = new StackBatcher();
let ahead = 0;
let onTaken = () => {};
let nextProgress = 0;

self.onmessage = async ({ data }: MessageEvent<ToReader>) => {
  if (data.kind === "taken") {
    ahead--;
    batcher.giveBack(data.batch);
    onTaken();
    return;
  }
  const { samples, ...counts } = await readRecordings(data.recordings, batcher, {
    onProgress(...of) {
      if (performance.now() < nextProgress) return;
      nextProgress = performance.now() + PROGRESS_EVERY_MS;
      tell({ kind: "progress", of });
    },
    onFailure: (message) => tell({ kind: "failure", message }),
    beforeRead: () => batcher.size < BATCH_SIZE ? undefined : sendBatch(),
  });
  await sendBatch();
  const columns = samples.columns();
  const { stacks, weights, bases } = columns;
  tell(
    { kind: "done", counts, samples: columns },
    [stacks.buffer, weights.buffer, ...bases === undefined ? [] : [bases.buffer]],
  );
};

/** Waits if the main thread is too far behind. */
async function sendBatch(): Promise<void> {
  const batch = batcher.take();
  tell({ kind: "stacks", batch }, transferOf(batch));
  ahead++;
  while (ahead > MAX_AHEAD) await new Promise<void>((resolve) => onTaken = resolve);
}

function tell(message: FromReader, transfer: ArrayBuffer[] = []): void {
  self.postMessage(message, transfer);
}

import { assertEquals } from "@std/assert";
import { gunzipSync } from "node:zlib";
import { readerOfBytes, readerOfChunks } from "../../lib/bytes/mod.ts";
import { isSourceError } from "../../lib/errors.ts";
import { detectFormat, readRecording, type Recording } from "../../lib/input/mod.ts";
import { chunksAtRandom, Random } from "../support/random.ts";
import { recorderFile, valuesOf, weightOf } from "../support/recording_text.ts";

/** A recording of each format, and of each dialect. */
const PATHS = [
  "perf/named.txt",
  "perf/plain.txt",
  "perf/processes.txt",
  "perf/flat.txt",
  "bpftrace/default.txt",
  "bpftrace/several.txt",
  "bpftrace/json.txt",
  "heap/jemalloc.heap",
  "heap/gperftools.heap",
  "cpu/gperftools.prof",
  "cpu/pprof.pb.gz",
  "go/goroutine.txt",
  "go/heap.txt",
  "go/block.txt",
  "crash/gdb.txt",
  "crash/hs_err.log",
  "crash/asan.txt",
  "crash/backtrace.txt",
  "documented/tombstone.txt",
];
/** Prefixes that are tried of each recording: those of a small one, and some of a large one. */
const PREFIXES = 300;

function bytesOfRecording(path: string): Uint8Array {
  const bytes = recorderFile(path);
  return path.endsWith(".gz") ? new Uint8Array(gunzipSync(bytes)) : bytes;
}

/** Fails if anything but our own errors is thrown, or something is wrong with what was read. */
async function readAnything(bytes: Uint8Array, format: ReturnType<typeof detectFormat>) {
  let recording: Recording;
  try {
    recording = await readRecording(readerOfBytes("test", bytes), {}, format);
  } catch (error) {
    if (!isSourceError(error)) throw error;
    return;
  }
  const { profile, failure } = recording;
  if (failure !== undefined && !isSourceError(failure)) throw failure;
  assertEquals(profile.locations.length, profile.frames.size);
  for (let stack = 0; stack < profile.stacks.size; stack++) {
    assertEquals(profile.stacks.framesOf(stack).length > 0, true);
  }
  if (profile.processes !== undefined) {
    assertEquals(profile.processes.length, profile.stacks.size);
  }
}

for (const path of PATHS) {
  const bytes = bytesOfRecording(path);
  const format = detectFormat(bytes.subarray(0, 1 << 14));

  for (const seed of [1, 2]) {
    Deno.test(`readRecording() reads ${path} alike in any chunks, seed ${seed}`, async () => {
      const whole = await readRecording(readerOfBytes("test", bytes));
      const chunks = chunksAtRandom(bytes, new Random(seed), seed === 1 ? 20 : 5000);
      const pieces = await readRecording(readerOfChunks("test", chunks));
      assertEquals(valuesOf(pieces), valuesOf(whole));
      assertEquals(weightOf(whole) > 0, true);
    });
  }

  Deno.test(`readRecording() takes prefixes of ${path}`, async () => {
    const random = new Random(bytes.length);
    for (let count = 0; count < PREFIXES; count++) {
      const length = count < PREFIXES / 3 ? count * 3 : random.below(bytes.length);
      await readAnything(bytes.subarray(0, length), format);
    }
  });

  Deno.test(`readRecording() takes ${path} with bytes changed`, async () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = new Random(seed);
      const changed = bytes.slice();
      for (let count = 0; count < 1 + seed % 8; count++) {
        changed[random.below(changed.length)]! ^= 1 << random.below(8);
      }
      await readAnything(changed, format);
    }
  });
}

Deno.test("readRecording() takes every prefix of a profile of pprof", async () => {
  const bytes = bytesOfRecording("cpu/pprof.pb.gz");
  for (let length = 0; length < bytes.length; length++) {
    await readAnything(bytes.subarray(0, length), "pprof");
  }
});

Deno.test("readRecording() takes any recording for any format", async () => {
  const formats = [...new Set(PATHS.map((path) => detectFormat(bytesOfRecording(path))))];
  for (const path of PATHS) {
    const bytes = bytesOfRecording(path).subarray(0, 4000);
    for (const format of formats) await readAnything(bytes, format);
  }
});

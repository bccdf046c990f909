import { assertEquals } from "@std/assert";
import { gzipSync } from "node:zlib";
import { readerOfBytes } from "../../lib/bytes/mod.ts";
import { openRecording, readRecording } from "../../lib/input/mod.ts";
import { debugFile, readAllOf } from "../support/debug_files.ts";
import { recorderFile, samplesOf, valuesOf } from "../support/recording_text.ts";
import { readAll } from "../support/read_all.ts";
import { bytesOf } from "../support/resolve_text.ts";

Deno.test("readRecording() reads gzip", async () => {
  const plain = recorderFile("perf/raw.txt");
  const packed = new Uint8Array(gzipSync(plain));
  const [a, b] = await Promise.all(
    [plain, packed].map((bytes) => readRecording(readerOfBytes("test", bytes))),
  );
  assertEquals(valuesOf(b!), valuesOf(a!));
});

Deno.test("readRecording() reads what was compressed several times", async () => {
  const plain = recorderFile("cpu/gperftools.prof");
  const zstd = new Uint8Array(gzipSync(await readAllOf(debugFile("streams/text.zst"))));
  const twice = new Uint8Array(gzipSync(gzipSync(plain)));
  const { format, reader } = await openRecording(readerOfBytes("test", twice));
  assertEquals(format, "gperftools-cpu");
  assertEquals((await readAll(reader)).bytes, new Uint8Array(plain));
  const opened = await openRecording(readerOfBytes("test", zstd));
  assertEquals((await readAll(opened.reader)).bytes, await readAllOf(debugFile("streams/text")));
});

Deno.test("readRecording() keeps what comes before a cut of what was compressed twice", async () => {
  const packed = new Uint8Array(gzipSync(gzipSync(bytesOf("a;0x401136 3\nb;0x401136 4\n"))));
  const recording = await readRecording(readerOfBytes("a.gz", packed.subarray(0, -9)));
  assertEquals(
    recording.failure?.message,
    'Cannot decompress the gzip data of "a.gz": unexpected end of file',
  );
  assertEquals(samplesOf(recording)[0], "a;0x401136 3");
});

Deno.test("readRecording() keeps what comes before a cut of gzip", async () => {
  const packed = new Uint8Array(gzipSync(bytesOf("@[\n    0x401136\n]: 3\n".repeat(9999))));
  const recording = await readRecording(readerOfBytes("a.gz", packed.subarray(0, -9)));
  assertEquals(
    recording.failure?.message,
    'Cannot decompress the gzip data of "a.gz": unexpected end of file',
  );
  assertEquals(samplesOf(recording).length, 1);
});

Deno.test("readRecording() reads folded stacks as every format", async () => {
  const reader = readerOfBytes("test", bytesOf("a;0x401136 3\nbad\n"));
  const recording = await readRecording(reader);
  assertEquals(samplesOf(recording), ["a;0x401136 3"]);
  assertEquals(recording.profile.skipped.invalid, 1);
  assertEquals([recording.maps, recording.returnAddresses], [[], "callers"]);
});

Deno.test("readRecording() does as it is told about the format", async () => {
  const reader = readerOfBytes("test", bytesOf("@[\n    0x401136\n]: 3\n"));
  const recording = await readRecording(reader, {}, "folded");
  assertEquals(recording.profile.samples.size, 1);
  assertEquals(recording.profile.skipped.invalid, 2);
});

Deno.test("openRecording() loses nothing", async () => {
  const bytes = recorderFile("cpu/gperftools.prof");
  const { format, reader } = await openRecording(readerOfBytes("test", bytes));
  assertEquals(format, "gperftools-cpu");
  assertEquals((await readAll(reader)).bytes, new Uint8Array(bytes));
});

Deno.test("openRecording() decompresses Zstandard", async () => {
  const packed = await readAllOf(debugFile("streams/text.zst"));
  const plain = await readAllOf(debugFile("streams/text"));
  const { format, reader } = await openRecording(readerOfBytes("test", packed));
  assertEquals(format, "folded");
  assertEquals((await readAll(reader)).bytes, plain);
});

for (
  const path of [
    "bpftrace/default.txt",
    "bpftrace/json.txt",
    "bpftrace/perf.txt",
    "crash/asan.txt",
    "crash/backtrace.txt",
    "crash/gdb.txt",
    "crash/hs_err.log",
    "documented/tombstone.txt",
    "heap/gperftools.heap",
    "heap/jemalloc.heap",
    "perf/processes.txt",
    "perf/raw.txt",
  ]
) {
  Deno.test(`readRecording() reads ${path} with CRLF line ends`, async () => {
    const plain = recorderFile(path);
    const text = new TextDecoder().decode(plain).replaceAll("\n", "\r\n");
    const [a, b] = await Promise.all(
      [plain, bytesOf(text)].map((bytes) => readRecording(readerOfBytes("test", bytes))),
    );
    assertEquals(valuesOf(b!), valuesOf(a!));
  });
}

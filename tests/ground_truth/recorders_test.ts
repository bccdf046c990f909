import { assert, assertEquals, assertGreater } from "@std/assert";
import { MemorySource, readerOfBytes } from "../../lib/bytes/mod.ts";
import { readRecording, type ReadRecordingOptions, type Recording } from "../../lib/input/mod.ts";
import { type MapsSnapshot, parseMaps } from "../../lib/maps/mod.ts";
import type { FileProvider } from "../../lib/resolve/mod.ts";
import {
  compareStacks,
  compareWithPprof,
  isUnnamed,
  type NameOptions,
  NO_FILES,
  pprofStacks,
  stacksOf,
} from "../support/recorder_names.ts";
import { recorderFile, samplesOf, weightOf } from "../support/recording_text.ts";
import { testdata } from "../support/testdata.ts";

// What the recorder, or the tool that belongs to it, calls a frame, and what symfold makes of its
// address. Only files of our own are there, so that the names do not depend on the machine.

const SYSROOTS = ["recordings/cpp-x86_64/sysroot", "recordings/rust-x86_64/sysroot"] as const;

/** The files of the programs that were recorded. */
const FILES: FileProvider = {
  open({ path }) {
    for (const sysroot of [...SYSROOTS, "recorders/crash/sysroot"]) {
      const here = testdata(`${sysroot}${path}`);
      try {
        return Promise.resolve({ source: new MemorySource(path, Deno.readFileSync(here)) });
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
    return Promise.resolve({ reason: "file-not-found", detail: "" });
  },
};

function read(path: string, options: ReadRecordingOptions = {}): Promise<Recording> {
  return readRecording(readerOfBytes(path, recorderFile(path)), options);
}

/** The stacks with the names that our own files give. */
function named(recording: Recording, options: Partial<NameOptions> = {}): Promise<string[][]> {
  return stacksOf(recording, { files: FILES, ...options });
}

function textOf(path: string): string {
  return new TextDecoder().decode(recorderFile(path));
}

function mapsOf(path: string): Promise<MapsSnapshot> {
  return parseMaps(path, [recorderFile(path)]);
}

for (const event of ["cpu-clock", "task-clock"]) {
  Deno.test(`perf: ${event}: frames have the names that perf gives`, async () => {
    const options = { event, merge: false };
    const stacks = await named(await read("perf/raw.txt", options));
    const truth = await named(await read("perf/named.txt", options), { files: NO_FILES });
    assertGreater(compareStacks(stacks, truth), 100);
    const own = stacks.flat().filter((frame) => /prism::|geometry::/.test(frame));
    assertGreater(own.length, 100);
  });
}

Deno.test("perf: frames of recordings without maps have their names, too", async () => {
  const stacks = await named(await read("perf/plain.txt"));
  const own = stacks.flat().filter((frame) => /prism::|geometry::/.test(frame));
  assertGreater(own.length, 20);
  const [worker] = stacks.filter(([root]) => root === "render-0");
  assert(worker!.includes("prism::(anonymous namespace)::render_main"), worker!.join(";"));
});

Deno.test("perf: each process has the names of its own program", async () => {
  const options = { roots: "comm-pid", merge: false } as const;
  const recording = await read("perf/processes.txt", options);
  const stacks = await named(recording);
  const truth = await named(recording, { files: NO_FILES });
  const clean = (name: string) => name.replace(/ \(inlined\)$/, "");
  assertGreater(compareStacks(stacks, truth, { clean }), 50);
  const programs = new Set(recording.profile.processes);
  assertGreater(programs.size, 1);
});

const BPFTRACE = ["default", "perf", "several", "json"] as const;

for (const name of BPFTRACE) {
  Deno.test(`bpftrace: all frames of the program in ${name}.txt have names`, async () => {
    const recording = await read(
      `bpftrace/${name}.txt`,
      name === "several" ? { event: "stacks" } : {},
    );
    const snapshot = await mapsOf(`bpftrace/${name}.maps`);
    const stacks = await named(recording, { snapshots: [snapshot] });
    const image = snapshot.mappings.filter(({ path }) => path.startsWith("/opt/cpp-demo/"));
    const raw = samplesOf(recording).map((line) => line.replace(/ \d+$/, "").split(";"));
    let count = 0;
    for (const [at, stack] of raw.entries()) {
      for (const [depth, frame] of stack.entries()) {
        const address = Number(/^0x[0-9a-f]+$/.exec(frame)?.[0]);
        if (!image.some(({ start, end }) => address >= start && address < end)) continue;
        assert(!isUnnamed(stacks[at]![depth]!), `${frame}: ${stacks[at]![depth]}`);
        count++;
      }
    }
    assertGreater(count, 20);
  });
}

for (
  const [path, tool] of [
    ["heap/jemalloc.heap", "heap/jemalloc.jeprof"],
    ["heap/gperftools.heap", "heap/gperftools.google-pprof"],
  ] as const
) {
  Deno.test(`${path}: it weighs what ${tool.split(".")[1]} says`, async () => {
    const recording = await read(path);
    const wanted = [...pprofStacks(textOf(tool)).values()];
    // Each of them cuts what is behind the point.
    const difference = weightOf(recording) - wanted.reduce((a, b) => a + b);
    assert(Math.abs(difference) <= wanted.length, `${difference}`);
  });
}

Deno.test("heap/gperftools.heap: frames have the names that google-pprof gives", async () => {
  const stacks = await named(await read("heap/gperftools.heap"));
  assertGreater(compareWithPprof(stacks, textOf("heap/gperftools.google-pprof")), 50);
});

Deno.test("cpu/gperftools.prof: frames have the names that google-pprof gives", async () => {
  const stacks = await named(await read("cpu/gperftools.prof"));
  assertGreater(compareWithPprof(stacks, textOf("cpu/gperftools.google-pprof")), 50);
});

Deno.test("pprof: the profile that pprof made of gperftools' is the same", async () => {
  const legacy = await named(await read("cpu/gperftools.prof"), { unresolved: "file" });
  const proto = await named(await read("cpu/pprof.pb.gz", { weight: "samples" }), {
    unresolved: "file",
  });
  const sorted = (stacks: string[][]) => stacks.map((stack) => stack.join(";")).sort();
  assertEquals(sorted(proto), sorted(legacy));
});

Deno.test("gdb: frames have the names that gdb gives", async () => {
  const recording = await read("crash/gdb.txt");
  const stacks = await named(recording);
  const truth = await named(recording, { files: NO_FILES });
  assertGreater(compareStacks(stacks, truth, { clean: withoutParameters }), 5);
  assertEquals(stacks.flat().filter((frame) => frame.includes("prism::")).length > 3, true);
});

/** gdb's names have parameters, symfold's short ones have none. */
function withoutParameters(name: string): string {
  return name.replace(/\((?!anonymous).*$/, "").replace(/\[abi:\w+\]/, "").replace(/^void /, "");
}

Deno.test("sanitizer: frames have the names that its own symbolizer gives", async () => {
  const stacks = await named(await read("crash/asan.txt"));
  const truth = await named(await read("crash/asan-named.txt"), { files: NO_FILES });
  assertEquals(compareStacks(stacks, truth), 8);
  assertEquals(stacks[1]!.slice(0, 2), ["freed by thread T0 here", "drop_numbers"]);
});

Deno.test("backtrace: frames have their names, those of static functions too", async () => {
  const [stack] = await named(await read("crash/backtrace.txt"));
  assertEquals(stack!.filter((frame) => !/libc/.test(frame)), [
    "_start",
    "main",
    "report",
    "print_stack",
  ]);
});

Deno.test("backtrace: a frame that a signal interrupted has its name", async () => {
  const [stack] = await named(await read("crash/backtrace-signal.txt"));
  assertEquals(stack!.filter((frame) => !/libc/.test(frame)), [
    "_start",
    "main",
    "read_nothing",
    "on_signal",
    "print_stack",
  ]);
});

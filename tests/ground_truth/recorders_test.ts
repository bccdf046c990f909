import { assert, assertEquals, assertGreater } from "@std/assert";
import { MemorySource, readerOfBytes } from "../../lib/bytes/mod.ts";
import { resolveRecordings } from "../../lib/cli/resolve_recordings.ts";
import { readRecording, type ReadRecordingOptions, type Recording } from "../../lib/input/mod.ts";
import { type MapsSnapshot, parseMaps } from "../../lib/maps/mod.ts";
import type { FileProvider, ResolveOptions } from "../../lib/resolve/mod.ts";
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

/** No file at all: what comes out are the names that the recorder wrote. */
const NO_FILES: FileProvider = {
  open: () => Promise.resolve({ reason: "file-not-found", detail: "" }),
};

function read(path: string, options: ReadRecordingOptions = {}): Promise<Recording> {
  return readRecording(readerOfBytes(path, recorderFile(path)), options);
}

interface NameOptions extends Partial<ResolveOptions> {
  readonly snapshots?: readonly MapsSnapshot[];
}

/** The stacks with names, root first, in the order of the recording. */
async function named(recording: Recording, options: NameOptions = {}): Promise<string[][]> {
  const { profile } = await resolveRecordings([recording], {
    snapshots: [],
    files: FILES,
    returnAddresses: undefined,
    ...options,
  });
  return samplesOf({ profile: { ...profile, locations: [], skipped: NO_SKIPPED } })
    .map((line) => line.replace(/ \d+$/, "").split(";"));
}

const NO_SKIPPED = { comments: 0, invalid: 0, firstInvalid: undefined };

function mapsOf(path: string): Promise<MapsSnapshot> {
  return parseMaps(path, [recorderFile(path)]);
}

/** A frame that has no name, or that of a file that is not here. */
function isUnnamed(frame: string): boolean {
  return frame.startsWith("[") || /^[0-9a-f]+ \[unknown\]/.test(frame);
}

/** Functions of the files that are here. */
const OWN_REGEXP = /^(?:prism|geometry|search|score)::/;

/** Compares stacks frame by frame, where both have a name; gives how many those are. */
function compareStacks(
  stacks: readonly (readonly string[])[],
  truth: readonly (readonly string[])[],
  clean: (name: string) => string = (name) => name,
): number {
  assertEquals(stacks.length, truth.length);
  let compared = 0;
  for (const [at, stack] of stacks.entries()) {
    assertEquals(stack.length, truth[at]!.length, `stack ${at}: ${stack.join(";")}`);
    for (const [depth, frame] of stack.entries()) {
      const other = truth[at]![depth]!;
      assert(!isUnnamed(frame) || !OWN_REGEXP.test(other), `stack ${at}: ${frame} is ${other}`);
      if (isUnnamed(frame) || isUnnamed(other)) continue;
      assertEquals(clean(frame), clean(other), `stack ${at}, frame ${depth}`);
      compared++;
    }
  }
  return compared;
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
  assertGreater(compareStacks(stacks, truth, clean), 50);
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

/** jeprof and google-pprof write a name, and in brackets where its function begins. */
function pprofStacks(path: string): Map<string, number> {
  const stacks = new Map<string, number>();
  for (const line of new TextDecoder().decode(recorderFile(path)).trim().split("\n")) {
    const at = line.lastIndexOf(" ");
    const stack = line.slice(0, at);
    stacks.set(stack, (stacks.get(stack) ?? 0) + Number(line.slice(at + 1)));
  }
  return stacks;
}

for (
  const [path, tool] of [
    ["heap/jemalloc.heap", "heap/jemalloc.jeprof"],
    ["heap/gperftools.heap", "heap/gperftools.google-pprof"],
  ] as const
) {
  Deno.test(`${path}: it weighs what ${tool.split(".")[1]} says`, async () => {
    const recording = await read(path);
    const wanted = [...pprofStacks(tool).values()];
    // Each of them cuts what is behind the point.
    const difference = weightOf(recording) - wanted.reduce((a, b) => a + b);
    assert(Math.abs(difference) <= wanted.length, `${difference}`);
  });
}

Deno.test("heap/gperftools.heap: frames have the names that google-pprof gives", async () => {
  await compareWithPprof("heap/gperftools.heap", "heap/gperftools.google-pprof");
});

Deno.test("cpu/gperftools.prof: frames have the names that google-pprof gives", async () => {
  await compareWithPprof("cpu/gperftools.prof", "cpu/gperftools.google-pprof");
});

/** Every stack of ours is one of theirs, as far as there are names. */
async function compareWithPprof(path: string, tool: string): Promise<void> {
  const stacks = await named(await read(path));
  const theirs = [...pprofStacks(tool).keys()].map((line) => line.split(";").map(pprofName));
  let compared = 0;
  for (const stack of stacks) {
    const agrees = theirs.some((other) =>
      other.length === stack.length &&
      stack.every((frame, at) => isUnnamed(frame) || plainName(frame) === other[at])
    );
    assert(agrees, stack.join(";"));
    compared += stack.filter((frame) => !isUnnamed(frame)).length;
  }
  assertGreater(compared, 50);
}

/** Without parameters, templates, clones and addresses: each tool leaves out other parts. */
function plainName(name: string): string {
  let text = name.replace(/\(anonymous namespace\)::/g, "").replace(/ *\[clone [^\]]*\]/g, "");
  for (let before = ""; before !== text;) {
    before = text;
    text = text.replace(/<[^<>]*>/g, "").replace(/\([^()]*\)/g, "").replace(/\{[^{}]*\}/g, "");
  }
  return text.replace(/\[abi:\w+\]/g, "").replace(/ const$/, "").replace(/::::/g, "::")
    .trim().split(" ").at(-1)!;
}

function pprofName(name: string): string {
  return plainName(name.replace(/<[0-9a-f]{16}>$/, "").replace(/^\S+:\d+:/, ""));
}

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
  assertGreater(compareStacks(stacks, truth, withoutParameters), 5);
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

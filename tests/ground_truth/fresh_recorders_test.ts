import { assert, assertEquals, assertGreater } from "@std/assert";
import { MemorySource, readerOfBytes } from "../../lib/bytes/mod.ts";
import { resolveRecordings } from "../../lib/cli/resolve_recordings.ts";
import { readRecording, type ReadRecordingOptions, type Recording } from "../../lib/input/mod.ts";
import { parseMaps } from "../../lib/maps/mod.ts";
import type { FileProvider } from "../../lib/resolve/mod.ts";
import { diffProfiles } from "../../lib/shape/mod.ts";
import { programsIn } from "../support/names_of_perf.ts";
import { pprofWithoutNames } from "../support/pprof_without_names.ts";
import {
  compareStacks,
  compareWithPprof,
  type NameOptions,
  NO_FILES,
  plainName,
  pprofStacks,
  stacksOf,
} from "../support/recorder_names.ts";
import { weightOf } from "../support/recording_text.ts";

// Recordings that each recorder made a moment ago, without names: what the recorder itself, or the tool
// that belongs to it, calls the functions, symfold calls them.

const FOLDER = Deno.env.get("SYMFOLD_FRESH_RECORDERS");
const MADE = programsIn(FOLDER);
const WANTED = [
  "backtrace",
  "bpftrace",
  "gdb",
  "go",
  "gperftools-cpu",
  "gperftools-heap",
  "hs_err",
  "jemalloc",
  "perf",
  "programs",
  "sanitizer",
];
/** Of the programs that were recorded, all of whose symbols are there. */
const OWN = /^(?:prism|geometry|main\.|(?:main|report|go_down|read_nothing|sum_numbers)$)/;
const COMPARED = { clean: plainName, own: OWN };

Deno.test({
  name: "SYMFOLD_FRESH_RECORDERS names a folder made by fresh_recorders.sh",
  ignore: FOLDER === undefined,
  fn() {
    assertEquals(MADE, WANTED);
  },
});

/** A test of what one recorder wrote, if it runs here. */
function test(recorder: string, title: string, fn: () => Promise<void>): void {
  const ignore = !MADE.includes(recorder) || isThere(`${recorder}/skipped`);
  Deno.test({ name: `${recorder}: ${title}`, ignore, fn });
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(`${FOLDER}/${path}`).isFile;
  } catch {
    return false;
  }
}

function bytesOf(path: string): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(`${FOLDER}/${path}`);
}

function textOf(path: string): string {
  return Deno.readTextFileSync(`${FOLDER}/${path}`);
}

function read(path: string, options: ReadRecordingOptions = {}): Promise<Recording> {
  return readRecording(readerOfBytes(path, bytesOf(path)), options);
}

/** The files of the programs: of the system's libraries each tool chooses other aliases. */
const FILES: FileProvider = {
  open({ path }) {
    const isOurs = path.startsWith(`${FOLDER}/programs/`);
    if (!isOurs) return Promise.resolve({ reason: "file-not-found", detail: "" });
    return Promise.resolve({ source: new MemorySource(path, Deno.readFileSync(path)) });
  },
};

/** The stacks with the names of the files that were recorded. */
function named(recording: Recording, options: Partial<NameOptions> = {}): Promise<string[][]> {
  return stacksOf(recording, { files: FILES, ...options });
}

/** The stacks with the names that the recorder wrote. */
function written(recording: Recording): Promise<string[][]> {
  return stacksOf(recording, { files: NO_FILES });
}

/** Says how much was compared. */
function tell(recorder: string, compared: number, least: number): void {
  assertGreater(compared, least, `${recorder} names hardly anything`);
  // deno-lint-ignore no-console -- how much it is that the test is about
  console.log(`${recorder}: ${compared} frames have the names that its own tool gives`);
}

for (const fields of ["all", "few", "default", "srcline"]) {
  for (const event of ["cpu-clock", "task-clock"]) {
    test("perf", `${event} of raw-${fields}.txt has the names that perf gives`, async () => {
      const options = { event, merge: false };
      const stacks = await named(await read(`perf/raw-${fields}.txt`, options), { inlines: false });
      const truth = await written(await read("perf/named.txt", options));
      tell("perf", compareStacks(stacks, truth, COMPARED), 400);
    });
  }
}

test("perf", "two recordings at other addresses are compared by names", async () => {
  const maps = await Promise.all(
    ["raw-all", "second"].map(async (name) => (await read(`perf/${name}.txt`)).maps),
  );
  const [one, other] = maps.map(([map]) =>
    map!.text.split("\n").find((line) => /prism-g/.test(line))
  );
  assert(one !== other, "Both were loaded at the same address");
  const options = {
    snapshots: [],
    files: FILES,
    returnAddresses: undefined,
    unresolved: "stable",
  } as const;
  const [before, after] = await Promise.all(["raw-all", "second"].map(async (name) => {
    const recording = await read(`perf/${name}.txt`, { event: "cpu-clock" });
    return (await resolveRecordings([recording], options)).profile;
  }));
  const { frames, stacks, samples } = diffProfiles(before!, after!);
  // What each function weighs with all that it calls, before and after.
  const weights = new Map<string, { before: number; after: number }>();
  for (let sample = 0; sample < samples.size; sample++) {
    const names = [...stacks.framesOf(samples.stackOf(sample))].map((frame) =>
      frames.textOf(frame)
    );
    for (const name of new Set(names)) {
      assert(!/^0x|\b[0-9a-f]{12}\b/.test(name), name);
      const sum = weights.get(name) ?? { before: 0, after: 0 };
      sum.before += samples.baseOf(sample);
      sum.after += samples.weightOf(sample);
      weights.set(name, sum);
    }
  }
  const own = [...weights].filter(([name]) => OWN.test(name)).map(([, sum]) => sum);
  const total = own.reduce((sum, { after }) => sum + after, 0);
  const shared = own.reduce((sum, { before, after }) => before > 0 ? sum + after : sum, 0);
  assertGreater(shared, 0.9 * total, `Of ${total}, functions of ${shared} are in both`);
});

test("bpftrace", "frames have the names that it gives while the process runs", async () => {
  const snapshot = await parseMaps("maps", [bytesOf("bpftrace/maps")]);
  const options = { event: "stacks", merge: false };
  const raw = await read("bpftrace/raw.txt", options);
  const stacks = await named(raw, { snapshots: [snapshot], inlines: false });
  const truth = await written(await read("bpftrace/named.txt", options));
  tell("bpftrace", compareStacks(stacks, truth, COMPARED), 50);
});

test("bpftrace", "kernel frames have the names that it gives", async () => {
  const kallsyms = bytesOf("bpftrace/kallsyms");
  // A kernel may hide its addresses.
  if (!/^0*[1-9a-f]/m.test(new TextDecoder().decode(kallsyms.subarray(0, 1000)))) return;
  const options = { event: "kernel", merge: false };
  const stacks = await named(await read("bpftrace/raw.txt", options), {
    snapshots: [await parseMaps("maps", [bytesOf("bpftrace/maps")])],
    kallsyms: readerOfBytes("kallsyms", kallsyms),
  });
  const truth = await written(await read("bpftrace/named.txt", options));
  tell("bpftrace, kernel", compareStacks(stacks, truth), 10);
});

for (
  const [recorder, file, least] of [
    ["jemalloc", "raw.heap", 10],
    ["gperftools-heap", "raw.heap", 50],
    ["gperftools-cpu", "raw.prof", 50],
  ] as const
) {
  test(recorder, "frames have the names, and the weight, that its own tool gives", async () => {
    const recording = await read(`${recorder}/${file}`);
    const collapsed = textOf(`${recorder}/named.folded`);
    const stacks = await named(recording, { inlines: false });
    // jeprof leaves most of jemalloc's own frames out.
    const own = stacks.map((stack) => stack.filter((frame) => !frame.startsWith("[libjemalloc")));
    tell(recorder, compareWithPprof(own, collapsed, recorder === "jemalloc"), least);
    const wanted = [...pprofStacks(collapsed).values()];
    // Each of them cuts what is behind the point.
    const difference = weightOf(recording) - wanted.reduce((a, b) => a + b);
    assert(Math.abs(difference) <= wanted.length, `${difference}`);
  });
}

for (
  const [recorder, raw, truth, least] of [
    ["gdb", "raw.txt", "named.txt", 2],
    ["hs_err", "raw.log", "named.log", 5],
    ["sanitizer", "raw.txt", "named.txt", 5],
    ["backtrace", "raw.txt", "named.txt", 3],
  ] as const
) {
  test(recorder, "frames have the names that it gives", async () => {
    const stacks = await named(await read(`${recorder}/${raw}`), { inlines: false });
    const other = await written(await read(`${recorder}/${truth}`));
    tell(recorder, compareStacks(stacks, other, COMPARED), least);
  });
}

test("go", "frames have the names that the program itself wrote, inlined ones too", async () => {
  const bytes = bytesOf("go/named.pb.gz");
  const raw = readerOfBytes("raw.pb", pprofWithoutNames(bytes));
  // Go leaves out of a stack the method for pointers that the compiler wrote around one for values.
  const stacks = (await named(await readRecording(raw, { merge: false }))).map(withoutWrappers);
  const truth = (await written(await read("go/named.pb.gz", { merge: false }))).map(
    withoutWrappers,
  );
  // The symbol of a function of assembler code says which calling convention it has.
  const clean = (name: string) => name.replace(/\.abi0$/, "");
  tell("go", compareStacks(stacks, truth, { clean, own: OWN }), 50);
});

/** Without each `package.(*Type).Method` that calls `package.Type.Method`. */
function withoutWrappers(stack: string[]): string[] {
  return stack.filter((frame, at) =>
    !/\(\*\w+\)/.test(frame) || stack[at + 1] !== frame.replace(/\(\*(\w+)\)/, "$1")
  );
}

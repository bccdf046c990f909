import { assertEquals } from "@std/assert";
import { writeFirefox } from "../../lib/output/mod.ts";
import type { WriteOptions } from "../../lib/output/mod.ts";
import type { Profile } from "../../lib/profile/mod.ts";
import { checkFirefox } from "../support/check_firefox.ts";
import { codeAt, NAME, PRISM } from "../support/frame_detail.ts";
import { type DetailedFrame, detailedProfileOf, profileOf } from "../support/profile_of.ts";
import { type FirefoxFile, namesOfFirefoxStack, textOfChunks } from "../support/read_outputs.ts";
import { testdata } from "../support/testdata.ts";

async function fileOf(profile: Profile, options: WriteOptions = {}): Promise<FirefoxFile> {
  const file = JSON.parse(await textOfChunks(writeFirefox(profile, options)));
  checkFirefox(file);
  return file;
}

const ROOT: DetailedFrame = ["prism-4711/4711", NAME];
const MAIN: DetailedFrame = [
  "main",
  codeAt(0x1034, { functionStart: 0x1000, isReturnAddress: true }),
];
const WORK: DetailedFrame = ["work", codeAt(0x1234, { functionStart: 0x1200 })];
const ADD: DetailedFrame = [
  "add",
  { ...WORK[1], kind: "inlined", position: { file: "/src/add.h", line: 7, column: 2 } },
];

/** Keys of a JSON value at any depth, and of what is in arrays, with the types of what they have. */
function shapeOf(value: unknown, path = ""): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => shapeOf(item, `${path}[]`));
  if (typeof value !== "object" || value === null) return [`${path}: ${typeof value}`];
  const members = Object.entries(value);
  return members.flatMap((
    [key, member],
  ) => [`${path}.${key}`, ...shapeOf(member, `${path}.${key}`)]);
}

Deno.test("writeFirefox() writes what Mozilla's own writer does, but for what it says of itself", async () => {
  const profile = detailedProfileOf([[[ROOT, MAIN], 1], [[ROOT, MAIN, WORK], 3]]);
  const file = await fileOf(profile, { title: "sample" });
  const theirs: FirefoxFile = JSON.parse(Deno.readTextFileSync(testdata("outputs/fxprof.json")));
  const [thread] = file.threads;
  const [their] = theirs.threads;
  assertEquals(file.libs, theirs.libs);
  const { categories: _own, importedFrom: _exporter, initialSelectedThreads: _first, ...meta } =
    file.meta;
  const { categories: _their, sampleUnits: _units, ...theirMeta } = theirs.meta;
  assertEquals<unknown>(meta, theirMeta);
  // CPU times are optional, and there are none. Time is weight.
  const { samples: { threadCPUDelta: _cpu, timeDeltas: _times, ...theirSamples }, ...theirRest } =
    their!;
  const { samples: { timeDeltas, ...samples }, ...rest } = thread!;
  assertEquals<unknown>(timeDeltas, [0, 1]);
  assertEquals<unknown>(
    byName({ ...rest, samples }),
    byName({ ...theirRest, samples: theirSamples }),
  );
  const ownShape = new Set(shapeOf(file));
  const missing = shapeOf(theirs).filter((key) => !ownShape.has(key));
  assertEquals([...new Set(missing)], [
    ".meta.sampleUnits",
    ".meta.sampleUnits.eventDelay",
    ".meta.sampleUnits.eventDelay: string",
    ".meta.sampleUnits.threadCPUDelta",
    ".meta.sampleUnits.threadCPUDelta: string",
    ".meta.sampleUnits.time",
    ".meta.sampleUnits.time: string",
    ".threads[].samples.threadCPUDelta",
    ".threads[].samples.threadCPUDelta[]: number",
  ]);
});

/** A thread with names in the place of the numbers of strings, and its tables in one order. */
function byName(thread: object): unknown {
  const { stringArray, stackTable, ...tables } = thread as FirefoxFile["threads"][0];
  const named = structuredClone(tables) as unknown as Record<string, Record<string, unknown[]>>;
  for (const table of ["funcTable", "resourceTable", "nativeSymbols"]) {
    named[table]!["name"] = named[table]!["name"]!.map((name) => stringArray[Number(name)]);
  }
  return { ...named, stackTable };
}

Deno.test("writeFirefox() makes rows of inlined frames, with their depth and the symbol of the outer", async () => {
  const { threads: [thread] } = await fileOf(detailedProfileOf([[[MAIN, WORK, ADD], 1]]));
  const { frameTable, funcTable, nativeSymbols, stringArray, samples } = thread!;
  assertEquals(namesOfFirefoxStack(thread!, samples["stack"]![0]!), ["main", "work", "add"]);
  assertEquals<unknown>(frameTable, {
    length: 3,
    // That of a caller is within its call.
    address: [0x1033, 0x1234, 0x1234],
    inlineDepth: [0, 0, 1],
    category: [1, 1, 1],
    subcategory: [0, 0, 0],
    func: [0, 1, 2],
    nativeSymbol: [0, 1, 1],
    innerWindowID: [0, 0, 0],
    line: [null, null, 7],
    column: [null, null, 2],
  });
  const files = funcTable["fileName"]!.map((file) => file === null ? null : stringArray[file]);
  assertEquals(files, [null, null, "/src/add.h"]);
  assertEquals(nativeSymbols["name"]!.map((name) => stringArray[name!]), ["main", "work"]);
  assertEquals<unknown>(nativeSymbols["address"], [0x1000, 0x1200]);
});

Deno.test("writeFirefox() counts addresses from the first segment of a file", async () => {
  const file = { ...PRISM, firstVaddr: 0x1000 };
  const unknown = { ...PRISM };
  Reflect.deleteProperty(unknown, "firstVaddr");
  const { threads: [thread] } = await fileOf(detailedProfileOf([[[
    ["a", codeAt(0x1034, { file, functionStart: 0x1030 })],
    ["b", codeAt(0x1034, { file: unknown, functionStart: 0x1030 })],
    ["c", codeAt(NaN, { file })],
  ], 1]]));
  assertEquals<unknown>(thread!.frameTable["address"], [0x34, -1, -1]);
  assertEquals<unknown>(thread!.frameTable["nativeSymbol"], [0, null, null]);
  assertEquals<unknown>(thread!.nativeSymbols["address"], [0x30]);
});

Deno.test("writeFirefox() tells kinds of frames, and unresolved ones, by category", async () => {
  const kernel = { ...PRISM, path: "[kernel]", buildId: "" };
  const { meta, threads: [thread], libs } = await fileOf(detailedProfileOf([[[
    ["app", NAME],
    ["jitted", { ...NAME, kind: "jit", file: { ...kernel, path: "[jit]" } }],
    ["[prism+0x10]", codeAt(0x10, { reason: "only-exported" })],
    ["do_exit", { ...NAME, kind: "kernel", file: kernel }],
    ["annotated_[k]", NAME],
  ], 1]]));
  const { category, subcategory } = thread!.frameTable;
  const names = category!.map((number, at) => {
    const { name, subcategories } = meta.categories[number!]!;
    return `${name}, ${subcategories[subcategory![at]!]}`;
  });
  assertEquals(names, [
    "Other, Other",
    "JIT, Other",
    "Native, Unresolved",
    "Kernel, Other",
    "Kernel, Other",
  ]);
  assertEquals(libs.map(({ name, breakpadId, codeId }) => [name, breakpadId, codeId]), [
    ["[jit]", "000000000000000000000000000000000", null],
    ["prism", "33221100554477668899AABBCCDDEEFF0", PRISM.buildId],
    ["[kernel]", "000000000000000000000000000000000", null],
  ]);
});

for (
  const [unit, decimals, type, weight] of [
    ["count", 0, "samples", 1500],
    ["count", 2, "samples", 15],
    ["cycles", 0, "samples", 1500],
    ["bytes", 0, "bytes", 1500],
    ["nanoseconds", 0, "tracing-ms", 0.0015],
    ["microseconds", 0, "tracing-ms", 1.5],
    ["milliseconds", 1, "tracing-ms", 150],
    ["seconds", 3, "tracing-ms", 1500],
  ] as const
) {
  Deno.test(`writeFirefox() writes ${unit} with ${decimals} decimals as ${type}`, async () => {
    const weightType = { name: "weight", unit };
    const profile = { ...profileOf([[["a"], 1500]]), decimals, weightType };
    const { threads: [thread] } = await fileOf(profile);
    assertEquals(thread!.samples.weightType, type);
    assertEquals<unknown>(thread!.samples["weight"], [weight]);
  });
}

Deno.test("writeFirefox() writes one sample a stack, the heaviest branch first", async () => {
  const { threads: [thread] } = await fileOf(profileOf([
    [["main", "a"], 1],
    [["main", "b"], 2],
    [["main", "b", "c"], 3],
    [["main", "a"], 1],
    [["main", "d"], 0],
  ]));
  const { stack, weight, timeDeltas } = thread!.samples;
  const names = stack!.map((one) => namesOfFirefoxStack(thread!, one!).join(";"));
  assertEquals(names, ["main;b", "main;b;c", "main;a"]);
  assertEquals<unknown>([weight, timeDeltas], [[2, 3, 2], [0, 2, 3]]);
});

Deno.test("writeFirefox() keeps the timeline short whatever the weights are", async () => {
  const profile = profileOf([[["a"], 3e12], [["b"], 1e12]]);
  const { threads: [thread] } = await fileOf(profile);
  assertEquals<unknown>(thread!.samples["timeDeltas"], [0, 750_000]);
  assertEquals<unknown>(thread!.samples["weight"], [3e12, 1e12]);
});

Deno.test("writeFirefox() makes threads of first frames that are some", async () => {
  const { threads } = await fileOf(profileOf([
    [["worker-1/2", "read"], 3],
    [["app-1/1", "main"], 2],
    [["other-7", "main"], 1],
  ]));
  assertEquals(
    threads.map(({ name, processName, pid, tid, isMainThread }) =>
      [name, processName, pid, tid, isMainThread].join(" ")
    ),
    ["worker app 1 2 false", "app app 1 1 true", "other other 7 7 true"],
  );
});

Deno.test("writeFirefox() takes the heaviest thread for the main one where no IDs are known", async () => {
  const { threads } = await fileOf(profileOf([[["a-?", "m"], 10], [["b-?", "m"], 1]]));
  assertEquals(threads.map(({ name, isMainThread }) => [name, isMainThread]), [
    ["a", true],
    ["b", false],
  ]);
});

Deno.test("writeFirefox() writes very many stacks of one path of functions", () => {
  const profile = profileOf([]);
  // Two frames of one function, as two of its addresses are.
  const frames = [0, 1].map(() => profile.frames.append("f"));
  for (let at = 0; at < 150_000; at++) {
    for (let bit = 0; bit < 18; bit++) profile.stacks.push(frames[at >> bit & 1]!);
    profile.samples.push(profile.stacks.finish(), 1);
  }
  let size = 0;
  for (const chunk of writeFirefox(profile)) size += chunk.length;
  assertEquals(size > 1 << 20, true, `${size}`);
});

Deno.test("writeFirefox() makes one thread of everything else", async () => {
  const { threads, meta } = await fileOf(profileOf([[["app", "main"], 1]]), {
    title: "raw.folded",
    exporter: "symfold 1.0",
  });
  assertEquals(threads.map(({ name, pid, isMainThread }) => [name, pid, isMainThread]), [
    ["raw.folded", "0", true],
  ]);
  assertEquals([meta["product"], meta["importedFrom"]], ["raw.folded", "symfold 1.0"]);
});

Deno.test("writeFirefox() writes bases with negative weights", async () => {
  const { threads: [thread] } = await fileOf(profileOf([[["a"], 2, 5], [["b"], 0, 1], [["c"], 4]]));
  assertEquals<unknown>(thread!.samples["weight"], [2, -5, 4, -1]);
});

Deno.test("writeFirefox() writes a profile without samples", async () => {
  const { threads } = await fileOf(profileOf([]));
  assertEquals(threads.map(({ samples }) => samples.length), [0]);
});

import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { FormatError } from "../../lib/errors.ts";
import { heapWeight } from "../../lib/input/heap_counts.ts";
import { readGperftoolsHeap, readJemalloc } from "../../lib/input/mod.ts";
import { linesOf, readText, recorderFile, samplesOf } from "../support/recording_text.ts";

const MAPS = "00401000-00402000 r-xp 00001000 fe:00 42 /opt/app";

const JEMALLOC = linesOf(
  "heap_v2/4096",
  "  t*: 3: 90000 [5: 100000]",
  "  t0: 3: 90000 [5: 100000]",
  "@ 0x7f0000001234 0x401136",
  "  t*: 2: 80000 [4: 90000]",
  "  t0: 2: 80000 [4: 90000]",
  "@ 0x401136",
  "  t*: 0: 0 [1: 10000]",
  "",
  "MAPPED_LIBRARIES:",
  MAPS,
);

const GPERFTOOLS = (type: string) =>
  linesOf(
    `heap profile:      3:    90000 [     5:   100000] @ ${type}`,
    "     2:    80000 [     4:    90000] @ 0x7f0000001234 0x401136",
    "     0:        0 [     1:    10000] @ 0x401136",
    "",
    "MAPPED_LIBRARIES:",
    MAPS,
  );

Deno.test("readJemalloc() reads stacks, all frames of which are return addresses", async () => {
  const recording = await readText(readJemalloc, JEMALLOC);
  assertEquals(recording.returnAddresses, "all");
  assertEquals(recording.maps, [{ process: undefined, text: `${MAPS}\n` }]);
  // 80000 / (1 - exp(-40000 / 4096))
  assertEquals(samplesOf(recording), ["0x401136;0x7f0000001234 80005"]);
  assertEquals(recording.profile.skipped.invalid, 0);
});

for (
  const [weight, wanted] of [
    ["inuse_space", ["0x401136;0x7f0000001234 80005"]],
    ["inuse_objects", ["0x401136;0x7f0000001234 2"]],
    ["alloc_space", ["0x401136;0x7f0000001234 90372", "0x401136 10953"]],
    ["alloc_objects", ["0x401136;0x7f0000001234 4", "0x401136 1"]],
  ] as const
) {
  Deno.test(`readJemalloc() weighs by ${weight}`, async () => {
    assertEquals(samplesOf(await readText(readJemalloc, JEMALLOC, { weight })), wanted);
  });
}

for (
  const [type, wanted] of [
    ["heapprofile", 80000],
    ["growthz", 80000],
    ["heap_v2/4096", 80005],
    ["heapz_v2/4096", 80005],
    ["heap_v2", Math.round(80000 / -Math.expm1(-40000 / (1 << 19)))],
    // Go writes twice the rate: 80000 / (1 - exp(-40000 / 100000))
    ["heap/200000", 242660],
  ] as const
) {
  Deno.test(`readGperftoolsHeap() corrects a profile of ${type} for its sampling`, async () => {
    const recording = await readText(readGperftoolsHeap, GPERFTOOLS(type));
    assertEquals(samplesOf(recording), [`0x401136;0x7f0000001234 ${wanted}`]);
    assertEquals(recording.maps, [{ process: undefined, text: `${MAPS}\n` }]);
    assertEquals(recording.returnAddresses, "all");
  });
}

Deno.test("readGperftoolsHeap() takes what Go writes below its stacks for comments", async () => {
  const text = linesOf(
    "heap profile: 1: 5376 [1: 5376] @ heap/1048576",
    "1: 5376 [1: 5376] @ 0x4dd946 0x44cc75",
    "#\t0x4dd945\tmain.main+0x2a5\t/src/main.go:17",
    "",
    "# runtime.MemStats",
    "# Alloc = 20714544",
  );
  const recording = await readText(readGperftoolsHeap, text);
  // 5376 / (1 - exp(-5376 / 524288)); `go tool pprof -raw` has one less, which rounds down.
  assertEquals(samplesOf(recording), ["0x44cc75;0x4dd946 526981"]);
  assertEquals(recording.profile.skipped.invalid, 0);
});

for (
  const [weight, notes] of [
    ["inuse_space", []],
    [
      "alloc_space",
      [
        "All stacks have 0 alloc_space: jemalloc counts that if it runs with " +
        "MALLOC_CONF=prof:true,prof_accum:true only",
      ],
    ],
  ] as const
) {
  Deno.test(`readJemalloc() says what counts ${weight} where it is 0 everywhere`, async () => {
    const text = "heap_v2/4096\n  t*: 1: 2 [0: 0]\n@ 0x401136\n  t*: 1: 2 [0: 0]\n";
    assertEquals((await readText(readJemalloc, text, { weight })).notes, notes);
  });
}

for (const [name, read] of Object.entries({ readJemalloc, readGperftoolsHeap })) {
  Deno.test(`${name}() refuses a weight that heap profiles do not have`, async () => {
    await assertRejects(
      () => readText(read, "", { weight: "cpu" }),
      FormatError,
      'Cannot find the weight "cpu" of "test": there is inuse_space, inuse_objects, alloc_space, ' +
        "alloc_objects",
    );
  });
}

for (
  const [title, read, line, wanted] of [
    ["a stack without counts", readJemalloc, "@ 0x12", "no counts follow it"],
    ["no address", readJemalloc, "@ 0x12 zz\n  t*: 1: 2 [0: 0]", '"zz" is no address'],
    ["no counts", readJemalloc, "@ 0x12\n  t*: what", "no counts of a heap profile"],
    ["other lines", readJemalloc, "what", "no line of a jemalloc heap profile"],
    ["no address", readGperftoolsHeap, " 1: 2 [1: 2] @ zz", '"zz" is no address'],
    ["other lines", readGperftoolsHeap, "what", "no line of a gperftools heap profile"],
  ] as const
) {
  Deno.test(`${read.name}() counts ${title}`, async () => {
    const { profile } = await readText(read, `${line}\n`);
    assertEquals(profile.skipped.firstInvalid?.detail, wanted);
    assertEquals(profile.samples.size, 0);
  });
}

Deno.test("heapWeight() is exact where allocations are tiny beside the rate", () => {
  const weight = heapWeight("1: 1 [1: 1]", "inuse_space", 2 ** 40);
  assertAlmostEquals(weight / 2 ** 40, 1, 1e-9);
});

Deno.test("heapWeight() gives NaN where there are no counts", () => {
  assertEquals(heapWeight("1: 1", "inuse_space", 1), NaN);
});

for (
  const [path, read] of [
    ["heap/jemalloc.heap", readJemalloc],
    ["heap/gperftools.heap", readGperftoolsHeap],
  ] as const
) {
  Deno.test(`${read.name}() reads all of ${path}`, async () => {
    const recording = await readText(read, recorderFile(path));
    assertEquals(recording.profile.skipped.invalid, 0);
    const text = new TextDecoder().decode(recorderFile(path));
    const maps = text.slice(text.indexOf("MAPPED_LIBRARIES:\n") + "MAPPED_LIBRARIES:\n".length);
    assertEquals(recording.maps[0]?.text, maps);
  });
}

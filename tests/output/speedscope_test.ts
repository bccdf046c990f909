import { assertEquals } from "@std/assert";
import { writeSpeedscope } from "../../lib/output/mod.ts";
import type { WriteOptions } from "../../lib/output/mod.ts";
import { type Profile, SampleTable } from "../../lib/profile/mod.ts";
import { codeAt, NAME } from "../support/frame_detail.ts";
import { detailedProfileOf, profileOf } from "../support/profile_of.ts";
import { type SpeedscopeFile, textOfChunks } from "../support/read_outputs.ts";

async function fileOf(profile: Profile, options: WriteOptions = {}): Promise<SpeedscopeFile> {
  return JSON.parse(await textOfChunks(writeSpeedscope(profile, options)));
}

Deno.test("writeSpeedscope() writes one sample a stack, the heaviest branch first", async () => {
  const profile = profileOf([
    [["main", "a"], 1],
    [["main"], 2],
    [["main", "b"], 2],
    [["main", "b", "c"], 3],
    [["main", "a"], 1],
    [["main", "d"], 0],
  ]);
  const file = await fileOf(profile, { title: "raw.folded", exporter: "symfold 1.0" });
  assertEquals(file, {
    $schema: "https://www.speedscope.app/file-format-schema.json",
    exporter: "symfold 1.0",
    name: "raw.folded",
    activeProfileIndex: 0,
    shared: {
      frames: [{ name: "main" }, { name: "a" }, { name: "b" }, { name: "c" }, { name: "d" }],
    },
    profiles: [{
      type: "sampled",
      name: "raw.folded",
      unit: "none",
      startValue: 0,
      endValue: 9,
      samples: [[0], [0, 2], [0, 2, 3], [0, 1]],
      weights: [2, 2, 3, 2],
    }],
  });
});

Deno.test("writeSpeedscope() gives functions their file, and a line only if it is one", async () => {
  const at = (line: number, column = 0) => ({ file: "/src/a.c", line, column });
  const { shared } = await fileOf(detailedProfileOf([
    [[["work", codeAt(0x1000, { position: at(3, 5) })], ["leaf", codeAt(0x1100)]], 1],
    [[["work", codeAt(0x1004, { position: at(4, 5) })], [
      "once",
      codeAt(0x1200, { position: at(7, 2) }),
    ]], 1],
    [[["main", NAME], ["once", codeAt(0x1204, { position: at(7) })]], 1],
  ]));
  assertEquals(shared.frames, [
    { name: "work", file: "/src/a.c" },
    { name: "leaf", file: "/opt/prism" },
    { name: "once", file: "/src/a.c", line: 7 },
    { name: "main" },
  ]);
});

Deno.test("writeSpeedscope() takes functions for one that look the same", async () => {
  const position = { file: "/src/a.c", line: 3, column: 0 };
  const { shared, profiles } = await fileOf(detailedProfileOf([
    [[["f", codeAt(0x1000, { position })]], 1],
    [[["g", codeAt(0x1100)], ["f", codeAt(0x1100, { kind: "inlined", position })]], 1],
  ]));
  assertEquals(shared.frames.map(({ name }) => name), ["f", "g"]);
  assertEquals(profiles[0]!.samples, [[0], [1, 0]]);
});

for (
  const [unit, decimals, want] of [
    ["nanoseconds", 0, { unit: "nanoseconds", weight: 1500 }],
    ["bytes", 0, { unit: "bytes", weight: 1500 }],
    ["seconds", 3, { unit: "seconds", weight: 1.5 }],
    ["count", 2, { unit: "none", weight: 15 }],
    ["cycles", 0, { unit: "none", weight: 1500 }],
  ] as const
) {
  Deno.test(`writeSpeedscope() writes ${unit} with ${decimals} decimals`, async () => {
    const weightType = { name: "weight", unit };
    const file = await fileOf({ ...profileOf([[["a"], 1500]]), decimals, weightType });
    const [{ unit: written, weights, endValue }] = file.profiles as [SpeedscopeFile["profiles"][0]];
    assertEquals({ unit: written, weight: weights[0] }, want);
    assertEquals(endValue, want.weight);
  });
}

Deno.test("writeSpeedscope() gives each thread a profile, the heaviest first", async () => {
  const profile = profileOf([
    [["app-1/2", "read"], 1],
    [["app-1/1", "main"], 5],
    [["app-1/2", "write"], 2],
  ]);
  const { profiles, activeProfileIndex } = await fileOf(profile);
  assertEquals(
    profiles.map(({ name, weights, endValue }) => ({ name, weights, endValue })),
    [
      { name: "app-1/1", weights: [5], endValue: 5 },
      { name: "app-1/2", weights: [2, 1], endValue: 3 },
    ],
  );
  assertEquals(activeProfileIndex, 0);
});

Deno.test("writeSpeedscope() writes a differential profile as two", async () => {
  const { profiles } = await fileOf(profileOf([[["a"], 2, 5], [["b"], 0, 1], [["c"], 4]]), {
    title: "x",
  });
  assertEquals(profiles.map(({ name, weights }) => ({ name, weights })), [
    { name: "x", weights: [2, 4] },
    { name: "x (before)", weights: [5, 1] },
  ]);
});

Deno.test("writeSpeedscope() writes a profile without samples", async () => {
  const { profiles } = await fileOf(profileOf([]));
  assertEquals(profiles.map(({ samples, endValue }) => ({ samples, endValue })), [
    { samples: [], endValue: 0 },
  ]);
});

Deno.test("writeSpeedscope() writes no frames that no sample has", async () => {
  const [gone, kept] = [codeAt(0x1000), codeAt(0x1010)];
  const profile = detailedProfileOf([[[["kept", kept]], 1], [[["gone", gone]], 1]]);
  const samples = new SampleTable();
  samples.push(0, 1);
  const { shared, profiles } = await fileOf({ ...profile, samples });
  assertEquals(shared.frames.map(({ name }) => name), ["kept"]);
  assertEquals(profiles[0]!.samples, [[0]]);
});

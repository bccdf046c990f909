import { assertEquals, assertRejects } from "@std/assert";
import { gunzipSync } from "node:zlib";
import { FormatError } from "../../lib/errors.ts";
import { detectFormat, readPprof, readRecording } from "../../lib/input/mod.ts";
import { field, number, profileBytes } from "../support/pprof_builder.ts";
import { locationOf, readText, recorderFile, samplesOf } from "../support/recording_text.ts";

const PROFILE = profileBytes({
  sampleTypes: ["samples", "cpu"],
  mappings: [
    {
      id: 1,
      start: 0x401000,
      limit: 0x402000,
      offset: 0x1000,
      path: "/opt/app",
      buildId: "0a1B2c3d",
    },
    { id: 2, start: 0x7f0000000000, limit: 0x7f0000002000, offset: 0, path: "/lib/x y.so" },
  ],
  locations: [
    { id: 1, mapping: 1, address: 0x401136 },
    { id: 2, mapping: 2, address: 0x7f0000001234 },
    { id: 3, mapping: 1, address: 0x401200, functions: [2, 1] },
    { id: 4, mapping: 0, address: -0x7f000000 },
  ],
  functions: [{ id: 1, name: "outer" }, { id: 2, name: "inner", systemName: "_inner" }],
  samples: [
    { locations: [2, 3, 1], values: [2, 200] },
    { locations: [4, 1], values: [1, 100] },
    { locations: [1], values: [1, 0] },
  ],
});

Deno.test("readPprof() gives stacks root first, names where the profile has them", async () => {
  const recording = await readText(readPprof, PROFILE);
  assertEquals(samplesOf(recording), [
    "0x401136;outer;inner;0x7f0000001234 200",
    "0x401136;0xffffffff81000000 100",
  ]);
  assertEquals(locationOf(recording, "inner")?.kind, "name");
  assertEquals(recording.returnAddresses, "none");
});

Deno.test("readPprof() makes maps of the mappings", async () => {
  const { maps, buildIds } = await readText(readPprof, PROFILE);
  assertEquals(maps, [{
    process: undefined,
    text: "00401000-00402000 r-xp 00001000 00:00 0 /opt/app\n" +
      "7f0000000000-7f0000002000 r-xp 00000000 00:00 0 /lib/x y.so\n",
  }]);
  assertEquals([...buildIds], [["/opt/app", "0a1b2c3d"]]);
});

Deno.test("readPprof() weighs by the type that is asked for", async () => {
  const recording = await readText(readPprof, PROFILE, { weight: "samples" });
  assertEquals(samplesOf(recording).map((line) => line.split(" ").at(-1)), ["2", "1", "1"]);
  assertEquals(recording.notes, []);
});

Deno.test("readPprof() weighs by the last type, and says so", async () => {
  const { notes } = await readText(readPprof, PROFILE);
  assertEquals(notes, ['Read the weights "cpu" only, not "samples": --weight NAME chooses']);
});

Deno.test("readPprof() weighs by the type that the profile says", async () => {
  const bytes = profileBytes({
    sampleTypes: ["alloc", "inuse", "other"],
    defaultSampleType: "inuse",
    locations: [{ id: 1, mapping: 0, address: 0x12 }],
    samples: [{ locations: [1], values: [1, 2, 3] }],
  });
  assertEquals(samplesOf(await readText(readPprof, bytes)), ["0x12 2"]);
});

Deno.test("readPprof() refuses a type that the profile does not have", async () => {
  await assertRejects(
    () => readText(readPprof, PROFILE, { weight: "bytes" }),
    FormatError,
    'Cannot find the weight "bytes" of "test": there is samples, cpu',
  );
});

Deno.test("readPprof() reads numbers that are not packed", async () => {
  const bytes = profileBytes({
    sampleTypes: ["samples"],
    locations: [{ id: 1, mapping: 0, address: 0x12 }, { id: 2, mapping: 0, address: 0x34 }],
    samples: [{ locations: [1, 2], values: [7], isPacked: false }],
  });
  assertEquals(samplesOf(await readText(readPprof, bytes)), ["0x34;0x12 7"]);
});

Deno.test("readPprof() goes by the file where mappings of several processes overlap", async () => {
  const bytes = profileBytes({
    sampleTypes: ["samples"],
    mappings: [
      { id: 1, start: 0x401000, limit: 0x403000, offset: 0x1000, path: "/opt/a" },
      { id: 2, start: 0x402000, limit: 0x404000, offset: 0x2000, path: "/opt/b" },
      { id: 3, start: 0x501000, limit: 0x502000, offset: 0, path: "/opt/c" },
    ],
    locations: [
      { id: 1, mapping: 1, address: 0x402010 },
      { id: 2, mapping: 2, address: 0x402010 },
      { id: 3, mapping: 3, address: 0x501010 },
    ],
    samples: [{ locations: [1, 2, 3], values: [1] }],
  });
  const recording = await readText(readPprof, bytes);
  assertEquals(samplesOf(recording), ["0x501010;(/opt/b+0x2010);(/opt/a+0x2010) 1"]);
  assertEquals(recording.maps[0]?.text, "00501000-00502000 r-xp 00000000 00:00 0 /opt/c\n");
});

Deno.test("readPprof() counts samples with a negative value", async () => {
  const bytes = profileBytes({
    sampleTypes: ["samples"],
    locations: [{ id: 1, mapping: 0, address: 0x12 }],
    samples: [{ locations: [1], values: [1] }, { locations: [1], values: [-1] }],
  });
  const { profile } = await readText(readPprof, bytes);
  assertEquals(profile.skipped.firstInvalid, {
    source: "test",
    line: 2,
    text: "sample 2: -1",
    detail: "its count is no whole number",
  });
});

for (
  const [title, bytes, message] of [
    [
      "a cut field",
      [0x0a, 0x05, 0x08],
      'Cannot read a field of "test" at file offset 0x0: field 1 needs 5 bytes, there are 1',
    ],
    [
      "a cut number",
      [0x48, 0x80],
      'Cannot read a field of "test" at file offset 0x1: the message ends within a number',
    ],
    [
      "a number that is too long",
      [0x48, ...Array(11).fill(0x80)],
      'Cannot read a field of "test" at file offset 0x1: a number has more than 10 bytes',
    ],
    [
      "an unknown wire type",
      [0x0b],
      'Cannot read a field of "test" at file offset 0x0: it has the wire type 3, want 0, 1, 2 or 5',
    ],
    [
      "field 0",
      [0x00, 0x00],
      'Cannot read a field of "test" at file offset 0x0: it has no field number',
    ],
    ["no sample types", [], 'Cannot read the samples of "test": it has no sample types'],
    [
      "a cut sample",
      [...field(1, number(1, 1)), ...field(2, [0x0a, 0x05, 0x01]), ...field(6, [])],
      'Cannot read a field of "test" at file offset 0x6: field 1 needs 5 bytes, there are 1',
    ],
  ] as const
) {
  Deno.test(`readPprof() refuses ${title}`, async () => {
    const error = await assertRejects(
      () => readText(readPprof, Uint8Array.from(bytes)),
      FormatError,
    );
    assertEquals(error.message, message);
  });
}

Deno.test("readPprof() survives ids that lead nowhere", async () => {
  const bytes = profileBytes({
    sampleTypes: ["samples"],
    mappings: [],
    locations: [{ id: 1, mapping: 9, address: 0x12, functions: [9] }],
    samples: [{ locations: [1, 8], values: [1] }, { locations: [8], values: [1] }],
  });
  assertEquals(samplesOf(await readText(readPprof, bytes)), ["0x12 1", "[unknown] 1"]);
});

Deno.test("readRecording() reads pprof's own profile, compressed or not", async () => {
  const packed = recorderFile("cpu/pprof.pb.gz");
  const plain = new Uint8Array(gunzipSync(packed));
  assertEquals(detectFormat(plain), "pprof");
  const read = (bytes: Uint8Array) =>
    readText((reader, options) => readRecording(reader, options), bytes);
  assertEquals(samplesOf(await read(packed)), samplesOf(await read(plain)));
});

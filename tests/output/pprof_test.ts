import { assertEquals } from "@std/assert";
import { gunzipSync } from "node:zlib";
import { readerOfBytes } from "../../lib/bytes/mod.ts";
import { isPprof } from "../../lib/input/pprof_tables.ts";
import { readPprof } from "../../lib/input/pprof.ts";
import { writePprof } from "../../lib/output/mod.ts";
import type { WriteOptions } from "../../lib/output/mod.ts";
import type { CodeFile, Profile } from "../../lib/profile/mod.ts";
import { codeAt, NAME, PRISM } from "../support/frame_detail.ts";
import { type DetailedFrame, detailedProfileOf, profileOf } from "../support/profile_of.ts";
import { bytesOfChunks, decodePprof, stacksOf, stacksOfPprof } from "../support/read_outputs.ts";

const MAIN: DetailedFrame = ["main-1", NAME];
const WORK: DetailedFrame = [
  "prism::work",
  codeAt(0x1234, {
    symbol: "_ZN5prism4workEv",
    position: { file: "/src/work.cc", line: 12, column: 3 },
    isReturnAddress: true,
  }),
];
const ADD: DetailedFrame = [
  "add",
  {
    ...WORK[1],
    kind: "inlined",
    symbol: "_Z3addi",
    position: { file: "/src/add.h", line: 7, column: 0 },
  },
];
const CARRY: DetailedFrame = [
  "carry",
  { ...WORK[1], kind: "inlined", symbol: "", position: undefined },
];

async function messageOf(profile: Profile, options: WriteOptions = {}) {
  const message = decodePprof(await bytesOfChunks(writePprof(profile, options)));
  const text = (index: number | bigint) => message.stringTable.strings[Number(index)]!;
  const functions = message.function.map(({ id, name, systemName, filename, startLine }) =>
    [Number(id), text(name), text(systemName), text(filename), Number(startLine)] as const
  );
  const locations = message.location.map(({ id, mappingId, address, line }) => ({
    id: Number(id),
    mapping: Number(mappingId),
    address: `0x${address.toString(16)}`,
    lines: line.map(({ functionId, line, column }) =>
      `${functions[Number(functionId) - 1]![1]}:${line}:${column}`
    ),
  }));
  const mappings = message.mapping.map((one) => ({
    id: Number(one.id),
    range: `0x${one.memoryStart.toString(16)}-0x${one.memoryLimit.toString(16)}`,
    fileOffset: Number(one.fileOffset),
    path: text(one.filename),
    buildId: text(one.buildId),
    has: ["Functions", "Filenames", "LineNumbers", "InlineFrames"]
      .filter((_, at) =>
        [one.hasFunctions, one.hasFilenames, one.hasLineNumbers, one.hasInlineFrames][at]
      ),
  }));
  return { message, text, functions, locations, mappings };
}

Deno.test("writePprof() writes inlined functions as lines of one location, innermost first", async () => {
  const profile = detailedProfileOf([[[MAIN, WORK, ADD, CARRY], 3]]);
  const { message, functions, locations, mappings } = await messageOf(profile);
  assertEquals(locations, [
    {
      id: 1,
      mapping: 1,
      address: "0x7f0000001233",
      lines: ["carry:0:0", "add:7:0", "prism::work:12:3"],
    },
    { id: 2, mapping: 0, address: "0x0", lines: ["main-1:0:0"] },
  ]);
  assertEquals(functions, [
    [1, "carry", "carry", "", 0],
    [2, "add", "_Z3addi", "/src/add.h", 0],
    [3, "prism::work", "_ZN5prism4workEv", "/src/work.cc", 0],
    [4, "main-1", "main-1", "", 0],
  ]);
  assertEquals(mappings, [{
    id: 1,
    range: "0x7f0000001000-0x7f0000003000",
    fileOffset: 0x1000,
    path: "/opt/prism",
    buildId: PRISM.buildId,
    has: ["Functions", "Filenames", "LineNumbers", "InlineFrames"],
  }]);
  assertEquals(message.sample.map(({ locationId, value }) => [locationId, value]), [[[1, 2], [3]]]);
});

Deno.test("writePprof() leaves an address without a name to those who may find it", async () => {
  const missing: CodeFile = { ...PRISM, path: "/lib/libx.so.1", loadBias: NaN };
  const unresolved = { ...NAME, kind: "native", reason: "file-not-found" } as const;
  const profile = detailedProfileOf([[[
    ["[libx.so.1@0x10]", { ...unresolved, file: missing, address: 0x7f0000001010 }],
    ["[kernel]", { ...unresolved, kind: "kernel", file: KERNEL, address: -0x7effff00 }],
    // A frame of which not even the address is known.
    ["[liby.so@0x10]", { ...unresolved, file: { ...KERNEL, path: "/lib/liby.so" }, address: 16 }],
    WORK,
  ], 1]]);
  const { locations, mappings } = await messageOf(profile);
  assertEquals(locations.map(({ address, lines }) => [address, ...lines]), [
    ["0x7f0000001233", "prism::work:12:3"],
    ["0x0", "[liby.so@0x10]:0:0"],
    ["0xffffffff81000100"],
    ["0x7f0000001010"],
  ]);
  assertEquals(mappings.map(({ path, has }) => [path, ...has]), [
    ["/opt/prism", "Functions", "Filenames", "LineNumbers"],
    ["/lib/liby.so"],
    ["[kernel]"],
    ["/lib/libx.so.1"],
  ]);
});

const KERNEL: CodeFile = { path: "[kernel]", buildId: "", start: NaN, end: NaN, fileOffset: NaN };

Deno.test("writePprof() puts the program in front of libraries and labels", async () => {
  const library = { ...PRISM, path: "/lib/libx.so.1", start: 0x7e0000000000 };
  const profile = detailedProfileOf([[[
    WORK,
    ["x", codeAt(0x10, { file: library })],
    ["k", { ...NAME, kind: "kernel", file: KERNEL, address: -4096 }],
  ], 1]]);
  const { mappings } = await messageOf(profile);
  assertEquals(mappings.map(({ id, path }) => [id, path]), [
    [3, "/opt/prism"],
    [1, "[kernel]"],
    [2, "/lib/libx.so.1"],
  ]);
});

Deno.test("writePprof() writes the address that a file offset of newer perf means", async () => {
  const profile = detailedProfileOf([[[["f", codeAt(0x1234, { address: 0x234 })]], 1]]);
  assertEquals((await messageOf(profile)).locations[0]!.address, "0x7f0000001234");
});

Deno.test("writePprof() writes vaddrs where it is not known where a file was", async () => {
  const { loadBias: _, ...rest } = PRISM;
  const vaddrs = { start: 0x1000, end: 0x2345 };
  const file: CodeFile = { ...rest, start: NaN, end: NaN, vaddrs };
  const unnamed = { address: 0x234, reason: "no-symbols", file } as const;
  const profile = detailedProfileOf([[[["[prism+0x1230]", codeAt(0x1234, unnamed)]], 1]]);
  const { locations, mappings } = await messageOf(profile);
  assertEquals(locations, [{ id: 1, mapping: 1, address: "0x1234", lines: [] }]);
  assertEquals(mappings.map(({ range, fileOffset }) => [range, fileOffset]), [
    ["0x1000-0x3000", 0x1000],
  ]);
});

Deno.test("writePprof() tells frames of one name apart by what else is known of them", async () => {
  const at = (symbol: string, file: string): DetailedFrame => [
    "f",
    codeAt(0x1000, { symbol, position: { file, line: 1, column: 0 } }),
  ];
  const profile = detailedProfileOf([
    [[at("_Z1fv", "a.c")], 1],
    [[at("_Z1fi", "a.c")], 1],
    [[at("_Z1fv", "b.c")], 1],
    [[at("_Z1fv", "a.c")], 1],
  ]);
  assertEquals((await messageOf(profile)).functions.length, 3);
});

Deno.test("writePprof() calls a frame without a text unknown", async () => {
  const { functions } = await messageOf(profileOf([[["main", ""], 1]]));
  assertEquals(functions.map(([, name]) => name), ["[unknown]", "main"]);
});

for (
  const [unit, decimals, want] of [
    ["count", 0, "count"],
    ["bytes", 0, "bytes"],
    ["seconds", 3, "milliseconds"],
    ["milliseconds", 6, "nanoseconds"],
    ["nanoseconds", 3, "nanoseconds/1000"],
    ["seconds", 2, "seconds/100"],
    ["count", 2, "count/100"],
  ] as const
) {
  Deno.test(`writePprof() calls ${unit} with ${decimals} decimals ${want}`, async () => {
    const weightType = { name: "inuse_space", unit };
    const profile = { ...profileOf([[["a"], 150]]), decimals, weightType };
    const { message, text } = await messageOf(profile);
    assertEquals(message.sampleType.map(({ type, unit }) => [text(type), text(unit)]), [
      ["inuse_space", want],
    ]);
    assertEquals(message.sample[0]!.value, [150]);
  });
}

Deno.test("writePprof() writes bases as pprof -diff_base does", async () => {
  const profile = profileOf([[["a"], 2, 5], [["b"], 0, 1], [["c"], 4]]);
  const { message, text } = await messageOf(profile);
  assertEquals(
    message.sample.map(({ value, label }) => [
      BigInt.asIntN(64, BigInt(value[0]!)),
      ...label.map(({ key, str }) => `${text(key)}=${text(str)}`),
    ]),
    [[2n], [-5n, "pprof::base=true"], [-1n, "pprof::base=true"], [4n]],
  );
});

Deno.test("writePprof() says who wrote it, and from what, but not when", async () => {
  const options = { title: "raw.folded", exporter: "symfold 1.0" };
  const { message, text } = await messageOf(profileOf([[["a"], 1]]), options);
  assertEquals(message.comment.map(text), ["symfold 1.0", "raw.folded"]);
  assertEquals([message.timeNanos, message.durationNanos], [0, 0]);
});

Deno.test("writePprof() begins with what readers know a profile by", async () => {
  const bytes = await bytesOfChunks(writePprof(profileOf([[["a"], 1]])));
  assertEquals(isPprof(new Uint8Array(gunzipSync(bytes))), true);
});

Deno.test("readPprof() reads what writePprof() writes", async () => {
  const unresolved = codeAt(0x1300, { reason: "only-exported" });
  const profile = {
    ...detailedProfileOf([
      [[MAIN, WORK, ADD, CARRY], 3],
      [[MAIN, WORK, ["[prism+0x1300]", unresolved]], 2 ** 40],
    ]),
    weightType: { name: "cpu", unit: "nanoseconds" },
  };
  const bytes = new Uint8Array(gunzipSync(await bytesOfChunks(writePprof(profile))));
  const recording = await readPprof(readerOfBytes("x.pb.gz", bytes));
  assertEquals(
    stacksOf(recording.profile),
    new Map([
      ["main-1\nprism::work\nadd\ncarry", 3],
      ["main-1\nprism::work\n0x7f0000001300", 2 ** 40],
    ]),
  );
  assertEquals(recording.profile.weightType, profile.weightType);
  assertEquals(recording.buildIds.get("/opt/prism"), PRISM.buildId);
  assertEquals(
    recording.maps[0]!.text,
    "7f0000001000-7f0000003000 r-xp 00001000 00:00 0 /opt/prism\n",
  );
});

Deno.test("writePprof() writes many stacks in pieces", async () => {
  const samples = Array.from({ length: 10_000 }, (_, at) => [["main", `f${at}`], at + 1] as const);
  const profile = profileOf(samples);
  const message = decodePprof(await bytesOfChunks(writePprof(profile)));
  assertEquals(stacksOfPprof(message), stacksOf(profile));
  assertEquals(message.stringTable.strings.length, new Set(message.stringTable.strings).size);
});

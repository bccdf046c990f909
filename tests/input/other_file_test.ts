import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { gzipSync } from "node:zlib";
import { readerOfBytes } from "../../lib/bytes/mod.ts";
import { FormatError } from "../../lib/errors.ts";
import { openRecording } from "../../lib/input/mod.ts";
import { OUTPUT_FORMATS } from "../../lib/output/mod.ts";
import { profileOf } from "../support/profile_of.ts";

/** Bytes, a character each. */
const bytesOf = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

const OTHERS: readonly (readonly [string, string])[] = [
  ["PERFILE2\x68\0\0\0", "it is perf's own file: "],
  ["\x7fELF\x02\x01\x01\0", "it is an ELF file, want a recording"],
  ["DTiJ\x01\0\0\0", "it is a jitdump: give it with --perf-map"],
  ["\x89PNG\r\n\x1a\n\0", "it is a picture in PNG, "],
  ["%PDF-1.7\n", "it is a PDF, "],
  ["PK\x03\x04\x14\0", "it is a zip archive: "],
  ["\xfd7zXZ\0\0", "it is compressed with xz: "],
  ["BZh91AY&SY", "it is compressed with bzip2: "],
  ["a.txt".padEnd(257, "\0") + "ustar\0" + "00", "it is a tar archive, "],
  ["\xff\xfem\0a\0", "it is text in UTF-16: "],
  ["\xfe\xff\0m\0a", "it is text in UTF-16: "],
  ["<!DOCTYPE html>\n<title>x</title>", "it is a page in HTML, "],
  ["\n<html lang=en>", "it is a page in HTML, "],
  ['<?xml version="1.0"?>\n<svg xmlns="x">', "it is a picture in SVG, "],
  ["<svg width='1'>", "it is a picture in SVG, "],
  ['<?xml version="1.0"?>\n<a/>', "it is XML, "],
  ["goroutine 20 [chan receive, 2 minutes]:\nmain.f()\n", "it is a dump of Go's goroutines, "],
  ["panic: it broke\n\ngoroutine 1 [running]:\nmain.f()\n", "it is a dump of Go's goroutines, "],
  [
    "fatal error: all\n[x]\n\ngoroutine 1 gp=0x1 m=0 [running]:\n",
    "it is a dump of Go's goroutines, ",
  ],
  ["FLR\0\0\x02\0\x01", "it is a recording of Java Flight Recorder: jfrconv "],
  [
    '{"exporter":"a","$schema":"https://www.speedscope.app/file-format-schema.json"}',
    "it is a profile for speedscope, which symfold writes and does not read: give the recording ",
  ],
  ['{ "shared": { "frames": [] }, "profiles": [] }', "it is a profile for speedscope, "],
  ['{"profiles": [{"type": "evented", "name": "a"', "it is a profile for speedscope, "],
  ['{"meta": {"version": 29}, "libs": []', "it is a profile for the Firefox Profiler, "],
  ['{"threads": [{"stackTable": {', "it is a profile for the Firefox Profiler, "],
  ['{\n\t"linux-perf-json-version": 1,', "it is JSON of perf data convert: print perf.data "],
  [
    '{"displayTimeUnit": "ms",\n"traceEvents": [\n',
    "it is a trace of Chrome, which has names already: open it with DevTools ",
  ],
  ['[\n{"name": "a", "pid": 1,\n"ph": "X", "ts": 12}\n', "it is a trace of Chrome, "],
  [
    '{"nodes":[{"id":1,"callFrame":{"functionName":"(root)"',
    "it is a CPU profile of V8, which has names already: ",
  ],
  ['{"head":{"callFrame":{"functionName":"(root)"', "it is a heap profile of V8, "],
  ['{"snapshot":{"meta":{"node_fields":["type"', "it is a heap profile of V8, "],
  ['{\n  "benchmarks": [\n  12\n', "it is JSON, of which only bpftrace's is read: "],
  ["[]\n", "it is JSON, of which only bpftrace's is read: "],
  [
    "00400000-00401000 r-xp 00000000 fe:00 42 /bin/a\n",
    "it is a maps snapshot: give it with --maps",
  ],
  ["7f0000000000-7f0000001000 rw-p 00000000 00:00 0 \n", "it is a maps snapshot: "],
  ["a\0b\nc", "it is no text, and no binary format fits; "],
];

async function refusal(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const open = () => openRecording(readerOfBytes("a", bytes));
  return (await assertRejects(open, FormatError)).message;
}

for (const [text, detail] of OTHERS) {
  Deno.test(`openRecording() refuses ${JSON.stringify(text.slice(0, 24))}`, async () => {
    const message = await refusal(bytesOf(text));
    const wanted = `Cannot read the stacks of "a": ${detail}`;
    assertEquals(message.slice(0, wanted.length), wanted);
    assertEquals(
      (await openRecording(readerOfBytes("a", bytesOf(text)), "folded")).format,
      "folded",
    );
  });
}

for (
  const text of [
    "<unknown>;main 3\n",
    "<htm> 1\n",
    "main;goroutine profile: total 5\n",
    "goroutine 1 [running]: 5\n",
    "{;}; 3\n",
    "BZ;x 1\n",
    "PERF;ELF 1\n",
    "[x] 1\n",
    "00400000-00401000 r-xp 1\n",
    "[{main}];run 1\n",
    '{lambda "a"};run 1\n',
    '"traceEvents": [;"ph": "X";"nodes": [{"callFrame":;"stackTable": 3\n',
  ]
) {
  Deno.test(`openRecording() takes ${JSON.stringify(text)} for stacks`, async () => {
    assertEquals((await openRecording(readerOfBytes("a", bytesOf(text)))).format, "folded");
  });
}

Deno.test("openRecording() refuses what was compressed more than three times", async () => {
  let bytes = bytesOf("main 3\n");
  for (let layer = 0; layer < 3; layer++) bytes = new Uint8Array(gzipSync(bytes));
  assertEquals((await openRecording(readerOfBytes("a", bytes))).format, "folded");
  assertEquals(
    await refusal(new Uint8Array(gzipSync(bytes))),
    'Cannot read the stacks of "a": it is compressed with gzip more than three times: unpack it first',
  );
});

Deno.test("openRecording() takes JSON of bpftrace for a recording", async () => {
  for (
    const text of [
      '{"type": "attached_probes", "data": {"probes": 1}}\n',
      '{"type": "map", "data": {"@": {"a": 1}}}\n',
    ]
  ) {
    assertEquals((await openRecording(readerOfBytes("a", bytesOf(text)))).format, "bpftrace");
  }
});

for (const { name, load } of OUTPUT_FORMATS.filter(({ name }) => /html|svg|scope|fox/.test(name))) {
  Deno.test(`openRecording() refuses what is written as ${name}`, async () => {
    const write = await load();
    const options = { merge: true, title: "a", exporter: "symfold" };
    const chunks = ReadableStream.from(write(profileOf([[["main", "run"], 3]]), options));
    const message = await refusal(await new Response(chunks).bytes());
    assertMatch(message, /^Cannot read the stacks of "a": it is a p/);
  });
}

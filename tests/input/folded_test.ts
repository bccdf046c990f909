import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { gzipSync } from "node:zlib";
import { readerOfBytes, readerOfChunks } from "../../lib/bytes/mod.ts";
import { FormatError } from "../../lib/errors.ts";
import { FoldedReader, readFolded, type ReadFoldedOptions } from "../../lib/input/mod.ts";
import type { RawProfile } from "../../lib/profile/mod.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { chunksAtRandom, Random } from "../support/random.ts";
import { bytesOf } from "../support/resolve_text.ts";

function read(text: string | Uint8Array, options?: ReadFoldedOptions): Promise<RawProfile> {
  const bytes = typeof text === "string" ? bytesOf(text) : text;
  return readFolded([readerOfBytes("a.folded", bytes)], options);
}

function stackText({ stacks, frames }: RawProfile, stack: number): string {
  return [...stacks.framesOf(stack)].map((frame) => frames.textOf(frame)).join(";");
}

/** The samples in order: `stack weight`, or `stack base weight`. */
function samplesOf(profile: RawProfile): string[] {
  const { samples } = profile;
  return Array.from({ length: samples.size }, (_, sample) => {
    const base = samples.baseOf(sample);
    const counts = Number.isNaN(base) ? "" : `${base} `;
    return `${stackText(profile, samples.stackOf(sample))} ${counts}${samples.weightOf(sample)}`;
  });
}

const MAX = Number.MAX_SAFE_INTEGER;

Deno.test("readFolded() gives stacks root first", async () => {
  assertEquals(samplesOf(await read("main;f;g 3\nmain;h 4\n")), ["main;f;g 3", "main;h 4"]);
});

Deno.test("readFolded() numbers frames in order of first appearance", async () => {
  const { frames } = await read("main;f;main 1\ng;f 1\n");
  const texts = Array.from({ length: frames.size }, (_, frame) => frames.textOf(frame));
  assertEquals(texts, ["main", "f", "g"]);
});

Deno.test("readFolded() adds up lines with the same stack, in order of first appearance", async () => {
  const profile = await read("b 1\na;c 2\nb 10\na 5\na;c 20\n");
  assertEquals(samplesOf(profile), ["b 11", "a;c 22", "a 5"]);
});

Deno.test("readFolded() with merge: false gives a sample a line", async () => {
  const profile = await read("b 1\na 2\nb 1\n", { merge: false });
  assertEquals(samplesOf(profile), ["b 1", "a 2", "b 1"]);
  assertEquals(profile.stacks.size, 2);
});

Deno.test("readFolded() with merge: false keeps weights whose sum would not be exact", async () => {
  const profile = await read(`a ${MAX}\na ${MAX}\n`, { merge: false });
  assertEquals(samplesOf(profile), [`a ${MAX}`, `a ${MAX}`]);
});

Deno.test("readFolded() keeps a stack of weight 0", async () => {
  assertEquals(samplesOf(await read("a 0\n")), ["a 0"]);
});

Deno.test("readFolded() keeps lines with two counts apart from those with one", async () => {
  const profile = await read("a 1\na 3 5\na 2\na 30 50\nb 7 0\n");
  assertEquals(samplesOf(profile), ["a 3", "a 33 55", "b 7 0"]);
});

Deno.test("readFolded() reads what each frame says about its place, once", async () => {
  const { locations, frames } = await read("app;0x7f0000001234 1\napp;0x7f0000001234;main 1\n");
  assertEquals(locations.map(({ kind }) => kind), ["name", "address", "name"]);
  assertEquals(frames.size, 3);
});

Deno.test("readFolded() keeps empty frames", async () => {
  assertEquals(samplesOf(await read("a;;b 1\na; 2\n")), ["a;;b 1", "a; 2"]);
});

Deno.test("readFolded() trims frames, so that indented addresses are one", async () => {
  const profile = await read("a; 0x12 ;\tb 1\na;0x12;b 2\n");
  assertEquals(profile.frames.size, 3);
  assertEquals([0, 1].map((stack) => stackText(profile, stack)), ["a;0x12;b", "a;0x12;b"]);
});

Deno.test("readFolded() accepts CR LF and a last line without an end", async () => {
  const profile = await read("a;b 1\r\na;b 2\r\na;b 3");
  assertEquals(samplesOf(profile), ["a;b 6"]);
});

Deno.test("readFolded() keeps bytes that are no UTF-8 apart", async () => {
  const bytes = new Uint8Array([0x61, 0xff, 0x20, 0x31, 0x0a, 0x61, 0xfe, 0x20, 0x32, 0x0a]);
  const profile = await read(bytes);
  assertEquals(samplesOf(profile), ["a\ufffd 1", "a\ufffd 2"]);
  assertEquals([...profile.frames.bytesOf(0)], [0x61, 0xff]);
});

for (
  const [title, line] of [
    ["a hash and a blank", "# x 12"],
    ["a hash and a tab", "#\tinterval: 100"],
    ["a hash alone", "#"],
    ["a header", "# austin: 3.3.0"],
    ["nothing", ""],
    ["blanks", " \t "],
    ["a carriage return", "\r"],
    ["what bpftrace says first", "Attaching 3 probes..."],
    ["what newer bpftrace says first", "Attached 1 probe"],
    ["an indented comment", "  # a comment"],
  ] as const
) {
  Deno.test(`readFolded() skips ${title}`, async () => {
    const profile = await read(`a 1\n${line}\nb 2\n`);
    assertEquals(samplesOf(profile), ["a 1", "b 2"]);
    assertEquals(profile.skipped, { comments: 1, invalid: 0, firstInvalid: undefined });
  });
}

Deno.test("readFolded() does not take a frame with a number sign for a comment", async () => {
  const text = "#1 0x7f0000001234 in f (/lib/x.so+0x12) 3\n#0 2\n";
  const profile = await read(text);
  assertEquals(samplesOf(profile), ["#1 0x7f0000001234 in f (/lib/x.so+0x12) 3", "#0 2"]);
  assertEquals(profile.skipped.comments, 0);
  assertEquals(profile.locations[0]?.kind, "address");
});

Deno.test("readFolded() does not take a stack for what bpftrace says", async () => {
  assertEquals(samplesOf(await read("Attaching 3 probes... 5\n")), ["Attaching 3 probes... 5"]);
});

Deno.test("readFolded() counts lines that are no stacks, and shows the first", async () => {
  const profile = await read("a 1\n\nsome text\r\nb -5\nc 2\nd 1e6\n");
  assertEquals(samplesOf(profile), ["a 1", "c 2"]);
  assertEquals(profile.skipped, {
    comments: 1,
    invalid: 3,
    firstInvalid: {
      source: "a.folded",
      line: 3,
      text: "some text",
      detail: "no count at its end",
    },
  });
});

Deno.test("readFolded() cuts the text of a long line that is no stack", async () => {
  const { skipped } = await read("x".repeat(5000) + "\n");
  assertEquals(skipped.firstInvalid?.text, "x".repeat(200));
});

Deno.test("readFolded() says what is wrong with a count that is too large", async () => {
  const { skipped } = await read("a 9007199254740992\n");
  assertEquals(skipped.firstInvalid?.detail, "count past 2^53");
});

Deno.test("readFolded() reads several recordings into one profile", async () => {
  const profile = await readFolded([
    readerOfBytes("1", bytesOf("a 1\nb 2")),
    readerOfBytes("2", bytesOf("b 3\nc 4\nbad\n")),
    readerOfBytes("3", new Uint8Array()),
  ]);
  assertEquals(samplesOf(profile), ["a 1", "b 5", "c 4"]);
  assertEquals([profile.skipped.firstInvalid?.source, profile.skipped.firstInvalid?.line], [
    "2",
    3,
  ]);
});

Deno.test("readFolded() reads gzip and plain recordings together", async () => {
  const profile = await readFolded([
    readerOfBytes("1", new Uint8Array(gzipSync(bytesOf("a 1\nb 2\n")))),
    readerOfBytes("2", bytesOf("a 3\n")),
  ]);
  assertEquals(samplesOf(profile), ["a 4", "b 2"]);
});

Deno.test("readFolded() brings counts with fractions to one number of decimals", async () => {
  const profile = await read("a 1\nb 1.25\nc 0.5\na 2.5\n");
  assertEquals(profile.decimals, 2);
  assertEquals(samplesOf(profile), ["a 350", "b 125", "c 50"]);
});

Deno.test("readFolded() scales bases, too", async () => {
  const profile = await read("a 1 2\nb 0.5\n");
  assertEquals(samplesOf(profile), ["a 10 20", "b 5"]);
});

Deno.test("readFolded() keeps decimals from one recording to the next", async () => {
  const profile = await readFolded([
    readerOfBytes("1", bytesOf("a 0.5\n")),
    readerOfBytes("2", bytesOf("a 1\n")),
  ]);
  assertEquals([profile.decimals, ...samplesOf(profile)], [1, "a 15"]);
});

Deno.test("readFolded() gives the sum of fractions exactly", async () => {
  const profile = await read("a 0.1\n".repeat(10) + "a 0.2\n");
  assertEquals([profile.decimals, ...samplesOf(profile)], [1, "a 12"]);
});

Deno.test("readFolded() counts a line that takes a stack's weight too far, and goes on", async () => {
  const profile = await read(`b 1\na ${MAX}\nb 2\na 1\nc 5\n`);
  assertEquals(samplesOf(profile), ["b 3", `a ${MAX}`, "c 5"]);
  assertEquals(profile.skipped.invalid, 1);
  assertEquals(profile.skipped.firstInvalid, {
    source: "a.folded",
    line: 4,
    text: "a 1",
    detail: "the weights of its stack add up to more than 2^53 - 1",
  });
});

Deno.test("readFolded() counts a line that takes a stack's base too far", async () => {
  const profile = await read(`a ${MAX} 1\na 1 1\n`);
  assertEquals(samplesOf(profile), [`a ${MAX} 1`]);
  assertEquals(profile.skipped.firstInvalid?.line, 2);
});

Deno.test("readFolded() counts a line whose fraction would take earlier weights too far", async () => {
  const profile = await read(`a ${MAX}\nb 1\nc 0.5\nd 2\n`);
  assertEquals(samplesOf(profile), [`a ${MAX}`, "b 1", "d 2"]);
  assertEquals(profile.skipped.firstInvalid, {
    source: "a.folded",
    line: 3,
    text: "c 0.5",
    detail: "its decimals take weights past 2^53 - 1",
  });
});

Deno.test("readFolded() counts a line that earlier fractions would take too far", async () => {
  const profile = await read(`c 0.25\na ${MAX}\n`);
  assertEquals(samplesOf(profile), ["c 25"]);
  assertEquals(profile.skipped.firstInvalid?.text, `a ${MAX}`);
});

Deno.test("readFolded() shows the line that it counted as it was", async () => {
  const profile = await read("c 0.25\nb 1\n a\t;b  999999999999999 \r\n");
  assertEquals(profile.skipped.firstInvalid?.text, "a\t;b  999999999999999 ");
  assertEquals(profile.skipped.firstInvalid?.line, 3);
});

Deno.test("readFolded() takes a hash and a count that is too large for a stack", async () => {
  const { skipped } = await read("#a;b 9007199254740992\n#c\n");
  assertEquals([skipped.invalid, skipped.comments], [1, 1]);
  assertEquals(skipped.firstInvalid?.detail, "count past 2^53");
});

Deno.test("FoldedReader.read() goes on behind a line that it counted", async () => {
  const reader = new FoldedReader();
  await reader.read(readerOfBytes("a.folded", bytesOf(`a ${MAX}\na 1\nb 5\n`)));
  await reader.read(readerOfBytes("b.folded", bytesOf("c 7\n")));
  assertEquals(samplesOf(reader.profile()), [`a ${MAX}`, "b 5", "c 7"]);
});

Deno.test("readFolded() takes a recording that begins with an empty frame", async () => {
  assertEquals(samplesOf(await read(";a 1\n")), [";a 1"]);
});

Deno.test("FoldedReader.read() keeps what came before cut gzip data", async () => {
  const compressed = new Uint8Array(gzipSync(bytesOf("a 1\nb 2\n")));
  const reader = new FoldedReader();
  await assertRejects(
    () => reader.read(readerOfBytes("a.gz", compressed.subarray(0, compressed.length - 8))),
    FormatError,
    'Cannot decompress the gzip data of "a.gz"',
  );
  await reader.read(readerOfBytes("b", bytesOf("b 3\nc 4\n")));
  assertEquals(samplesOf(reader.profile()), ["a 1", "b 5", "c 4"]);
});

Deno.test("FoldedReader.read() says where its memory was full, and keeps what came before", async () => {
  const reader = new FoldedReader();
  const text = readerOfBytes("many.folded", bytesOf("a;b 1\n\na;c 2\n"));
  // Until the memory is full takes 4 GiB: bytes that are not there end the work likewise.
  const read = async (into: Uint8Array) => await text.read(into) || 0x7fffffff;
  const detail = "4 GiB are not enough for so many different stacks";
  const error = await assertRejects(() => reader.read({ name: text.name, read }), RangeError);
  assertMatch(error.message, new RegExp(`^Cannot read "many\\.folded", line \\d+: ${detail}$`));
  await assertRejectsExactly(
    () => reader.read(readerOfBytes("next.folded", bytesOf("a 1\n"))),
    RangeError,
    `Cannot read "next.folded", line 1: ${detail}`,
  );
  assertEquals(reader.profile().stacks.size, 2);
});

Deno.test("FoldedReader.read() tells how far it is", async () => {
  const seen: (string | number)[] = [];
  const reader = new FoldedReader({
    onProgress: (source, bytesRead) => seen.push(source.name, bytesRead),
  });
  await reader.read(readerOfChunks("x", [bytesOf("a 1\nb"), bytesOf(" 2\n")]));
  assertEquals(seen.slice(-2), ["x", 8]);
  assertEquals(samplesOf(reader.profile()), ["a 1", "b 2"]);
});

for (let seed = 1; seed <= 8; seed++) {
  Deno.test(`readFolded() gives the sums that a Map gives, seed ${seed}`, async () => {
    const random = new Random(seed);
    const wanted = new Map<string, number>();
    let text = "";
    for (let line = 0; line < 3000; line++) {
      const depth = 1 + random.below(6);
      const stack = Array.from({ length: depth }, () => `f${random.below(8)}`).join(";");
      const weight = random.below(1000);
      wanted.set(stack, (wanted.get(stack) ?? 0) + weight);
      text += random.pick(["", "", "", "# comment\n", "junk\n"]) + `${stack} ${weight}\n`;
    }
    const chunks = chunksAtRandom(bytesOf(text), random, random.pick([1000, 100_000]));
    const profile = await readFolded([readerOfChunks("test", chunks)]);
    assertEquals(samplesOf(profile), [...wanted].map(([stack, weight]) => `${stack} ${weight}`));
  });
}

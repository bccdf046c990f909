import { assertEquals } from "@std/assert";
import { type BiasRound, findImages, fitSegment } from "../../lib/maps/mod.ts";
import { load, mappingsOf } from "../support/maps_lines.ts";

const PAGE = 0x1000;

// The first two segments share the first page of the file.
const SEGMENTS = [
  load(0, 0, 0x2c0, 0x2c0, "R E"),
  load(0x2c0, 0x12c0, 0x100, 0x100, "RW"),
  load(0x2000, 0x8000, 0x80, 0x80, "R E"),
];
const LINES = [
  "7f0000000000-7f0000001000 r-xp 00000000 fe:01 42 /opt/x.so",
  "7f0000001000-7f0000002000 rw-p 00000000 fe:01 42 /opt/x.so",
  "7f0000008000-7f0000009000 r-xp 00002000 fe:01 42 /opt/x.so",
];

Deno.test("findImages() tells of every load bias that lost", async () => {
  const rounds: BiasRound[] = [];
  findImages(await mappingsOf(...LINES), SEGMENTS, PAGE, [], rounds);
  assertEquals(rounds.map(({ chosen, image }) => [chosen.loadBias, image !== undefined]), [
    [0x7f0000000000, true],
  ]);
  const found = rounds[0]!.candidates().map(({ loadBias, mappings }) => [
    loadBias,
    mappings.map(({ start }) => start),
  ]);
  assertEquals(found, [
    [0x7f0000000000, [0x7f0000000000, 0x7f0000001000, 0x7f0000008000]],
    // The first mapping as data, the second as text.
    [0x7efffffff000, [0x7f0000000000]],
    [0x7f0000001000, [0x7f0000001000]],
  ]);
});

Deno.test("findImages() tells of what was only mapped for reading", async () => {
  const rounds: BiasRound[] = [];
  const mappings = await mappingsOf(
    ...LINES,
    "7f1000000000-7f1000003000 r--p 00000000 fe:01 42 /opt/x.so",
  );
  const images = findImages(mappings, SEGMENTS, PAGE, [], rounds);
  assertEquals(images.length, 1);
  assertEquals(rounds.map(({ chosen, image }) => [chosen.loadBias, image !== undefined]), [
    [0x7f0000000000, true],
    [0x7f1000000000, false],
  ]);
});

Deno.test("fitSegment() says how well a mapping agrees with each segment", async () => {
  const [text] = await mappingsOf(...LINES);
  assertEquals(SEGMENTS.map((segment) => fitSegment(text!, segment, SEGMENTS, PAGE)), [
    { loadBias: 0x7f0000000000, score: 13 },
    { loadBias: 0x7efffffff000, score: 9 },
    undefined,
  ]);
});

Deno.test("fitSegment() takes a mapping of the whole image for one of its first segment", async () => {
  const segments = [load(0, 0, 0x800, 0x800, "R E"), load(0xdf8, 0x1df8, 0x220, 0x1230, "RW")];
  const [whole, longer] = await mappingsOf(
    "7f0000000000-7f0000004000 r-xp 00000000 fe:01 42 /opt/x.so",
    "7f1000000000-7f1000005000 r-xp 00000000 fe:01 42 /opt/x.so",
  );
  assertEquals(segments.map((segment) => fitSegment(whole!, segment, segments, PAGE)), [
    { loadBias: 0x7f0000000000, score: 13 },
    { loadBias: 0x7efffffff000, score: 1 },
  ]);
  assertEquals(fitSegment(longer!, segments[0]!, segments, PAGE)?.score, 1);
});

Deno.test("fitSegment() finds nothing for a mapping without permissions", async () => {
  const [hole] = await mappingsOf("7f0000000000-7f0000001000 ---p 00000000 fe:01 42 /opt/x.so");
  assertEquals(fitSegment(hole!, SEGMENTS[0]!, SEGMENTS, PAGE), undefined);
});

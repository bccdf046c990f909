import { assertEquals } from "@std/assert";
import { MemoryFiles } from "../support/memory_files.ts";
import { resolveText } from "../support/resolve_text.ts";
import { SHIFTED, shiftedMaps } from "../support/shifted_library.ts";
import { testdata } from "../support/testdata.ts";

const BASE = 0x7f0000000000;
const DYNSYM_ONLY = Deno.readFileSync(
  testdata("layouts/x86_64/dynsym-only/sysroot/opt/layouts/libdynsym-only.so"),
);
const MAPS = shiftedMaps("/opt/libx.so", BASE) + `
7f0000010000-7f0000011000 rwxp 00000000 00:00 0
7f0000100000-7f0000101000 r--p 00000000 fe:00 8 /opt/libd.so
7f0000101000-7f0000102000 r-xp 00001000 fe:00 8 /opt/libd.so
7f0000102000-7f0000103000 r--p 00002000 fe:00 8 /opt/libd.so
7f0000103000-7f0000104000 r--p 00002000 fe:00 8 /opt/libd.so
7f0000104000-7f0000105000 rw-p 00003000 fe:00 8 /opt/libd.so
`;

async function reportOf(folded: string, merge = true) {
  const files = new MemoryFiles({ "/opt/libx.so": SHIFTED, "/opt/libd.so": DYNSYM_ONLY });
  return (await resolveText(folded, { maps: MAPS, files, merge })).report;
}

const [FIRST, SECOND, JIT] = ["0x7f0000001510", "0x7f0000001540", "0x7f0000010010"];

Deno.test("resolve() reports nothing for a recording of names", async () => {
  const report = await reportOf("main;f 3\n");
  assertEquals(report, {
    weight: 0,
    resolvedWeight: 0,
    frames: 0,
    resolvedFrames: 0,
    samples: 1,
    sampleWeight: 3,
    decimals: 0,
    images: [],
    reasons: [],
    skipped: { comments: 0, invalid: 0, firstInvalid: undefined },
  });
});

Deno.test("resolve() counts each frame of each stack with the stack's weight", async () => {
  const report = await reportOf(`main;${FIRST};${SECOND} 3\n${FIRST};${JIT} 10\n`);
  assertEquals([report.weight, report.resolvedWeight], [3 + 3 + 10 + 10, 3 + 3 + 10]);
  assertEquals([report.frames, report.resolvedFrames], [3, 2]);
  assertEquals([report.samples, report.sampleWeight], [2, 13]);
});

Deno.test("resolve() counts a frame that is a leaf here and a caller there twice", async () => {
  const report = await reportOf(`${FIRST} 3\n${FIRST};${FIRST} 10\n`);
  assertEquals([report.frames, report.resolvedFrames], [2, 2]);
  assertEquals(report.weight, 3 + 10 + 10);
});

Deno.test("resolve() counts samples, not stacks, if they are not merged", async () => {
  const report = await reportOf(`${FIRST} 3\n${FIRST} 4\n`, false);
  assertEquals([report.samples, report.sampleWeight, report.weight], [2, 7, 7]);
});

Deno.test("resolve() counts the weights of frames, not of their bases", async () => {
  const report = await reportOf(`${FIRST} 100 3\n`);
  assertEquals([report.weight, report.sampleWeight], [3, 3]);
});

Deno.test("resolve() gives weights in units of the decimals", async () => {
  const report = await reportOf(`${FIRST} 1.25\n`);
  assertEquals([report.decimals, report.weight, report.sampleWeight], [2, 125, 125]);
});

Deno.test("resolve() lists images by weight, with where their names came from", async () => {
  const folded = `${JIT} 5\n${FIRST};0x7f0000101010 20\n${FIRST} 1\n`;
  const { images } = await reportOf(folded);
  assertEquals(
    images.map(({ image, weight, namesFrom }) => ({ image, weight, namesFrom })),
    [
      { image: "/opt/libx.so", weight: 21, namesFrom: [".symtab", ".dynsym"] },
      { image: "/opt/libd.so", weight: 20, namesFrom: [".dynsym"] },
      { image: "[jit]", weight: 5, namesFrom: [] },
    ],
  );
});

Deno.test("resolve() gives the reasons of each image and of all, heaviest first", async () => {
  const folded = [
    `${FIRST} 1`,
    "0x7f0000001010 2", // before the first symbol
    "0x7f0000003010 30", // data
    "0x7f0000002010 5", // data
    `${JIT} 50`,
  ].join("\n");
  const { images, reasons } = await reportOf(folded);
  assertEquals(reasons, [
    { reason: "anonymous", weight: 50, frames: 1, detail: "" },
    { reason: "not-executable", weight: 35, frames: 2, detail: "" },
    { reason: "no-covering-symbol", weight: 2, frames: 1, detail: "" },
  ]);
  assertEquals(images[1]?.image, "/opt/libx.so");
  assertEquals(images[1]?.reasons, reasons.slice(1));
  assertEquals([images[1]?.frames, images[1]?.resolvedFrames], [4, 1]);
  assertEquals([images[1]?.weight, images[1]?.resolvedWeight], [38, 1]);
});

Deno.test("resolve() passes on what the reader skipped", async () => {
  const { skipped } = await reportOf("# a\nbad\nmain 1\n");
  assertEquals([skipped.comments, skipped.invalid, skipped.firstInvalid?.line], [1, 1, 2]);
});

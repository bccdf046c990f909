import { assertEquals } from "@std/assert";
import { findImages, type LoadSegment, mappedBesides, remarkLayout } from "../../lib/maps/mod.ts";
import { load, mapsOf } from "../support/maps_lines.ts";

const ORDINARY = [
  load(0, 0, 0x5f0, 0x5f0, "R"),
  load(0x1000, 0x1000, 0x1d05, 0x1d05, "R E"),
  load(0x3db8, 0x4db8, 0x260, 0x2f8, "RW"),
];
const LINES = [
  "7f5500000000-7f5500001000 r--p 00000000 fe:01 42 /opt/x.so",
  "7f5500001000-7f5500003000 r-xp 00001000 fe:01 42 /opt/x.so",
  "7f5500004000-7f5500005000 rw-p 00003000 fe:01 42 /opt/x.so",
];

/** The remarks about the image with the lowest base, `kind: detail`. */
async function remarksOn(
  segments: readonly LoadSegment[],
  lines: readonly string[],
): Promise<string[]> {
  const { mappings, pageSize } = await mapsOf(...lines);
  const own = mappings.filter(({ path }) => path === "/opt/x.so");
  const anonymous = mappings.filter(({ path, executable }) => path === "" && executable);
  const images = findImages(own, segments, pageSize, anonymous);
  const besides = mappedBesides(own, images);
  const surroundings = { images, own, besides, all: mappings, segments, pageSize };
  const remarks = remarkLayout(images[0]!, surroundings);
  return remarks.map(({ kind, detail }) => `${kind}: ${detail}`);
}

Deno.test("remarkLayout() finds nothing but an ordinary thing in an ordinary library", async () => {
  assertEquals(await remarksOn(ORDINARY, [...LINES.slice(0, 2), LINES[2]!]), [
    "text-not-first: but in segment 1",
    "holes: 0x7f5500003000-0x7f5500004000 (nothing)",
  ]);
});

for (
  const [inside, what] of [
    ["7f5500003000-7f5500004000 ---p 00002000 fe:01 42 /opt/x.so", "no access"],
    ["7f5500003000-7f5500003800 r--p 00000000 fe:01 43 /opt/y.so", "/opt/y.so"],
    ["7f5500003000-7f5500004000 rw-p 00000000 00:00 0 ", "anonymous memory"],
  ] as const
) {
  Deno.test(`remarkLayout() says that ${what} is in a hole`, async () => {
    const remarks = await remarksOn(ORDINARY, [...LINES, inside]);
    assertEquals(remarks.at(-1), `holes: 0x7f5500003000-0x7f5500004000 (${what})`);
  });
}

Deno.test("remarkLayout() says where text is on anonymous memory", async () => {
  const lines = [
    LINES[0]!,
    "7f5500001000-7f5500002000 r-xp 00001000 fe:01 42 /opt/x.so",
    "7f5500002000-7f5500003000 r-xp 00000000 00:00 0 ",
    LINES[2]!,
  ];
  const remarks = await remarksOn(ORDINARY, lines);
  assertEquals(remarks[1], "text-moved: at 0x7f5500002000: huge pages, or code that was patched");
});

Deno.test("remarkLayout() does not list more than a few of many", async () => {
  const pages = Array.from({ length: 8 }, (_, page) => {
    const at = (0x7f5500001000 + page * 0x1000).toString(16);
    const end = (0x7f5500002000 + page * 0x1000).toString(16);
    const permissions = page % 2 === 0 ? "r-xp" : "rwxp";
    return `${at}-${end} ${permissions} 0000${page + 1}000 fe:01 42 /opt/x.so`;
  });
  const segments = [ORDINARY[0]!, load(0x1000, 0x1000, 0x8000, 0x8000, "R E")];
  const remarks = await remarksOn(segments, [LINES[0]!, ...pages]);
  assertEquals(
    remarks[1],
    "text-split: segment 1 is in the mappings at 0x7f5500001000, " +
      "0x7f5500002000, 0x7f5500003000, 0x7f5500004000, ...",
  );
});

Deno.test("remarkLayout() says which copy it is, and that the file was read besides", async () => {
  const second = LINES.map((line) => line.replaceAll("7f55", "7f66"));
  const reading = "7f7700000000-7f7700004000 r--p 00000000 fe:01 42 /opt/x.so";
  const remarks = await remarksOn(ORDINARY, [...LINES, ...second, reading]);
  assertEquals(remarks[0], "loaded-again: copy 1 of 2");
  assertEquals(remarks.at(-1), "mapped-besides: at 0x7f7700000000, as no part of a loaded copy");
});

Deno.test("remarkLayout() does not take the rest of a page for a shift", async () => {
  // p_vaddr and p_offset agree but for whole pages, as they must.
  const segments = [load(0x340, 0x340, 0x100, 0x100, "R E")];
  const lines = ["7f5500000000-7f5500001000 r-xp 00000000 fe:01 42 /opt/x.so"];
  assertEquals(await remarksOn(segments, lines), []);
});

Deno.test("remarkLayout() tells a file linked to run elsewhere from one that is listed in part", async () => {
  const elsewhere = ORDINARY.map((segment) => ({ ...segment, vaddr: segment.vaddr + 0x400000 }));
  const remarkOf = async (segments: readonly LoadSegment[], lines: readonly string[]) =>
    (await remarksOn(segments, lines)).find((remark) => remark.startsWith("base-is-not-bias"));
  assertEquals(
    await remarkOf(elsewhere, LINES),
    "base-is-not-bias: linked to run at 0x400000, not at 0",
  );
  // What perf records has executable mappings only.
  assertEquals(
    await remarkOf(ORDINARY, [LINES[1]!]),
    "base-is-not-bias: the snapshot has nothing below vaddr 0x1000 of it",
  );
});

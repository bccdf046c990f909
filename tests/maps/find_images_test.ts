import { assertEquals } from "@std/assert";
import { findImages, type Image } from "../../lib/maps/mod.ts";
import { load, mappingsOf, mapsOf } from "../support/maps_lines.ts";

const PAGE = 0x1000;

// Four segments as GNU ld lays them out with -z separate-code: vaddr is file offset but for data.
const ORDINARY = [
  load(0, 0, 0x5f0, 0x5f0, "R"),
  load(0x1000, 0x1000, 0x1d05, 0x1d05, "R E"),
  load(0x3000, 0x3000, 0x9a8, 0x9a8, "R"),
  load(0x3db8, 0x4db8, 0x260, 0x2f8, "RW"),
];
const ORDINARY_LINES = [
  "7f5500000000-7f5500001000 r--p 00000000 fe:01 42 /opt/x.so",
  "7f5500001000-7f5500003000 r-xp 00001000 fe:01 42 /opt/x.so",
  "7f5500003000-7f5500004000 r--p 00003000 fe:01 42 /opt/x.so",
  "7f5500004000-7f5500005000 r--p 00003000 fe:01 42 /opt/x.so",
  "7f5500005000-7f5500006000 rw-p 00004000 fe:01 42 /opt/x.so",
];

Deno.test("findImages() finds one image with all its mappings", async () => {
  const mappings = await mappingsOf(...ORDINARY_LINES);
  assertEquals(findImages(mappings, ORDINARY, PAGE), [{
    loadBias: 0x7f5500000000,
    imageBase: 0x7f5500000000,
    mappings,
    anonymousText: [],
  }]);
});

Deno.test("findImages() goes by the first of two mappings at file offset 0 (layout a)", async () => {
  // Both segments are in the first page of the file.
  const segments = [load(0, 0, 0xc80, 0xc80, "R E"), load(0xc80, 0x1c80, 0x1f0, 0x1f0, "RW")];
  assertEquals(
    biases(findImages(
      await mappingsOf(
        "7f5500000000-7f5500001000 r-xp 00000000 fe:01 42 /opt/tiny.so",
        "7f5500001000-7f5500002000 rw-p 00000000 fe:01 42 /opt/tiny.so",
      ),
      segments,
      PAGE,
    )),
    [[0x7f5500000000, 2]],
  );
});

Deno.test("findImages() does not take the reading of the file below an image (layout b)", async () => {
  const images = findImages(
    await mappingsOf(
      "7f54ffffc000-7f5500000000 r--p 00000000 fe:01 42 /opt/x.so",
      ...ORDINARY_LINES,
    ),
    ORDINARY,
    PAGE,
  );
  assertEquals(biases(images), [[0x7f5500000000, 5]]);
});

Deno.test("findImages() does not take the reading of the file above an image (layout b)", async () => {
  const images = findImages(
    await mappingsOf(
      ...ORDINARY_LINES,
      "7f5500006000-7f550000a000 r--p 00000000 fe:01 42 /opt/x.so",
    ),
    ORDINARY,
    PAGE,
  );
  assertEquals(biases(images), [[0x7f5500000000, 5]]);
});

Deno.test("findImages() finds no image where the file was only mapped for reading", async () => {
  const mappings = await mappingsOf("7f5500000000-7f5500005000 r--p 00000000 fe:01 42 /opt/x.so");
  assertEquals(findImages(mappings, ORDINARY, PAGE), []);
});

Deno.test("findImages() needs no mapping at file offset 0 (layout c)", async () => {
  const segments = [
    load(0x1000, 0xfe000, 0x180, 0x180, "R E"),
    load(0x1180, 0xff180, 0xd0, 0xd0, "RW"),
  ];
  const images = findImages(
    await mappingsOf(
      "7f55000fe000-7f55000ff000 r-xp 00001000 fe:01 42 /opt/x.so",
      "7f55000ff000-7f5500100000 rw-p 00001000 fe:01 42 /opt/x.so",
    ),
    segments,
    PAGE,
  );
  assertEquals(biases(images), [[0x7f5500000000, 2]]);
  assertEquals(images[0]?.imageBase, 0x7f55000fe000);
});

// As lld lays files out: each segment has another difference between vaddr and file offset.
const SHIFTED = [
  load(0, 0, 0x5f0, 0x5f0, "R"),
  load(0x5f0, 0x15f0, 0x2d05, 0x2d05, "R E"),
  load(0x32f8, 0x52f8, 0x9a8, 0x9a8, "RW"),
];

Deno.test("findImages() goes by the segments where each is shifted (layout d)", async () => {
  const images = findImages(
    await mappingsOf(
      "7f5500000000-7f5500001000 r--p 00000000 fe:01 42 /opt/x.so",
      "7f5500001000-7f5500005000 r-xp 00000000 fe:01 42 /opt/x.so",
      "7f5500005000-7f5500006000 rw-p 00003000 fe:01 42 /opt/x.so",
    ),
    SHIFTED,
    PAGE,
  );
  assertEquals(biases(images), [[0x7f5500000000, 3]]);
});

Deno.test("findImages() takes a first vaddr that begins no page (layout e)", async () => {
  const segments = [
    load(0x340, 0x10340, 0x800, 0x800, "R E"),
    load(0x1340, 0x21340, 0x80, 0x80, "RW"),
  ];
  const images = findImages(
    await mappingsOf(
      "7f5500010000-7f5500011000 r-xp 00000000 fe:01 42 /opt/x.so",
      "7f5500021000-7f5500022000 rw-p 00001000 fe:01 42 /opt/x.so",
    ),
    segments,
    PAGE,
  );
  assertEquals(biases(images), [[0x7f5500000000, 2]]);
  assertEquals(images[0]?.imageBase, 0x7f5500010000);
});

Deno.test("findImages() does not go by p_align (layout f)", async () => {
  // p_align is 2 MiB, p_vaddr 0x1000.
  const segments = [load(0x1000, 0x1000, 0x800, 0x800, "R E"), load(0x2000, 0x202000, 8, 8, "RW")];
  const images = findImages(
    await mappingsOf(
      "7f5500001000-7f5500002000 r-xp 00001000 fe:01 42 /opt/x.so",
      "7f5500202000-7f5500203000 rw-p 00002000 fe:01 42 /opt/x.so",
    ),
    segments,
    PAGE,
  );
  assertEquals(biases(images), [[0x7f5500000000, 2]]);
});

Deno.test("findImages() takes all pieces of text that mprotect split (layout g)", async () => {
  const images = findImages(
    await mappingsOf(
      "7f5500000000-7f5500001000 r--p 00000000 fe:01 42 /opt/x.so",
      "7f5500001000-7f5500002000 rwxp 00001000 fe:01 42 /opt/x.so",
      "7f5500002000-7f5500003000 r-xp 00002000 fe:01 42 /opt/x.so",
    ),
    ORDINARY,
    PAGE,
  );
  assertEquals(biases(images), [[0x7f5500000000, 3]]);
});

Deno.test("findImages() takes text that was made readable only", async () => {
  const images = findImages(
    await mappingsOf(
      "7f5500000000-7f5500001000 r--p 00000000 fe:01 42 /opt/x.so",
      "7f5500001000-7f5500003000 r--p 00001000 fe:01 42 /opt/x.so",
    ),
    ORDINARY,
    PAGE,
  );
  assertEquals(biases(images), [[0x7f5500000000, 2]]);
});

Deno.test("findImages() finds anonymous memory inside of text (layout h)", async () => {
  const anonymous = await mappingsOf("7f5500002000-7f5500003000 r-xp 00000000 00:00 0");
  const [image] = findImages(
    await mappingsOf(ORDINARY_LINES[0]!, "7f5500001000-7f5500002000 r-xp 00001000 fe:01 42 /x"),
    ORDINARY,
    PAGE,
    anonymous,
  );
  assertEquals(image?.anonymousText, anonymous);
});

Deno.test("findImages() finds text that is all anonymous (layout i)", async () => {
  const anonymous = await mappingsOf("7f5500001000-7f5500003000 r-xp 00000000 00:00 0");
  const [image] = findImages(
    await mappingsOf(ORDINARY_LINES[0]!, ORDINARY_LINES[2]!, ORDINARY_LINES[4]!),
    ORDINARY,
    PAGE,
    anonymous,
  );
  assertEquals(image?.loadBias, 0x7f5500000000);
  assertEquals(image?.anonymousText, anonymous);
});

Deno.test("findImages() leaves anonymous memory that only begins or ends in text", async () => {
  const anonymous = await mappingsOf(
    "7f5500000000-7f5500002000 r-xp 00000000 00:00 0",
    "7f5500002000-7f5500004000 r-xp 00000000 00:00 0",
    "7f5600001000-7f5600002000 r-xp 00000000 00:00 0",
  );
  const [image] = findImages(await mappingsOf(...ORDINARY_LINES), ORDINARY, PAGE, anonymous);
  assertEquals(image?.anonymousText, []);
});

Deno.test("findImages() needs the executable mapping only (layout j)", async () => {
  for (const segments of [ORDINARY, SHIFTED]) {
    const offset = segments === ORDINARY ? "00001000" : "00000000";
    const line = `7f5500001000-7f5500003000 r-xp ${offset} fe:01 42 /opt/x.so`;
    assertEquals(biases(findImages(await mappingsOf(line), segments, PAGE)), [[0x7f5500000000, 1]]);
  }
});

Deno.test("findImages() finds two copies of a file (layout k)", async () => {
  const other = ORDINARY_LINES.map((line) => line.replaceAll("7f550", "7f660"));
  const images = findImages(await mappingsOf(...ORDINARY_LINES, ...other), ORDINARY, PAGE);
  assertEquals(biases(images), [[0x7f5500000000, 5], [0x7f6600000000, 5]]);
});

Deno.test("findImages() parts two copies that touch each other (layout k)", async () => {
  const lines = [0, 0x6000].flatMap((shift) =>
    ORDINARY_LINES.map((line) =>
      line.replaceAll(/7f550000\d000/g, (at) => (parseInt(at, 16) + shift).toString(16))
    )
  );
  const images = findImages(await mappingsOf(...lines), ORDINARY, PAGE);
  assertEquals(biases(images), [[0x7f5500000000, 5], [0x7f5500006000, 5]]);
});

Deno.test("findImages() parts two copies by their executable mappings alone", async () => {
  const images = findImages(
    await mappingsOf(
      "7f5500001000-7f5500003000 r-xp 00001000 fe:01 42 /opt/x.so",
      "7f5500003000-7f5500005000 r-xp 00001000 fe:01 42 /opt/x.so",
    ),
    ORDINARY,
    PAGE,
  );
  assertEquals(biases(images), [[0x7f5500000000, 1], [0x7f5500002000, 1]]);
});

Deno.test("findImages() finds images in the order of their bases", async () => {
  // The copy with more mappings is the higher one.
  const images = findImages(
    await mappingsOf(
      "7f4400001000-7f4400003000 r-xp 00001000 fe:01 42 /opt/x.so",
      ...ORDINARY_LINES,
    ),
    ORDINARY,
    PAGE,
  );
  assertEquals(biases(images), [[0x7f4400000000, 1], [0x7f5500000000, 5]]);
});

Deno.test("findImages() needs not all mappings between the first and the last (layout m)", async () => {
  // Another file lies where the third one was.
  const own = [0, 1, 3, 4].map((at) => ORDINARY_LINES[at]!);
  const images = findImages(await mappingsOf(...own), ORDINARY, PAGE);
  assertEquals(biases(images), [[0x7f5500000000, 4]]);
});

Deno.test("findImages() finds load bias 0 for a program at its own addresses (layout o)", async () => {
  const segments = [
    load(0, 0x400000, 0x4d0, 0x4d0, "R"),
    load(0x1000, 0x401000, 0x1c5, 0x1c5, "R E"),
    load(0x2e00, 0x403e00, 0x240, 0x248, "RW"),
  ];
  const images = findImages(
    await mappingsOf(
      "00400000-00401000 r--p 00000000 fe:01 42 /bin/prog",
      "00401000-00402000 r-xp 00001000 fe:01 42 /bin/prog",
      "00403000-00404000 r--p 00002000 fe:01 42 /bin/prog",
      "00404000-00405000 rw-p 00003000 fe:01 42 /bin/prog",
    ),
    segments,
    PAGE,
  );
  assertEquals(biases(images), [[0, 4]]);
  assertEquals(images[0]?.imageBase, 0x400000);
});

Deno.test("findImages() decides by permissions where segments share a page (layout p)", async () => {
  // The page at 0x1000 holds the end of read-only data and the start of text, at other vaddrs.
  const segments = [
    load(0, 0, 0x1400, 0x1400, "R"),
    load(0x1400, 0x2400, 0x800, 0x800, "R E"),
    load(0x1c00, 0x3c00, 0x200, 0x200, "RW"),
  ];
  const lines = [
    "7f5500000000-7f5500002000 r--p 00000000 fe:01 42 /opt/x.so",
    "7f5500002000-7f5500003000 r-xp 00001000 fe:01 42 /opt/x.so",
    "7f5500003000-7f5500004000 rw-p 00001000 fe:01 42 /opt/x.so",
  ];
  for (const own of [lines, lines.slice(1), lines.slice(1, 2)]) {
    const images = findImages(await mappingsOf(...own), segments, PAGE);
    assertEquals(biases(images), [[0x7f5500000000, own.length]]);
  }
});

Deno.test("findImages() places no file whose headers are those of debug information (layout q)", async () => {
  const segments = ORDINARY.map((segment) => ({ ...segment, fileSize: 0 }));
  assertEquals(findImages(await mappingsOf(...ORDINARY_LINES), segments, PAGE), []);
});

Deno.test("findImages() finds images of a machine with pages of 64 KiB (layout r)", async () => {
  const segments = [
    load(0, 0, 0x2b68c, 0x2b68c, "R E"),
    load(0x2fba8, 0x3fba8, 0x1460, 0x2e08, "RW"),
  ];
  const { mappings, pageSize } = await mapsOf(
    "ffff90000000-ffff90030000 r-xp 00000000 fe:01 42 /opt/x.so",
    "ffff90030000-ffff90040000 r--p 00020000 fe:01 42 /opt/x.so",
    "ffff90040000-ffff90050000 rw-p 00030000 fe:01 42 /opt/x.so",
  );
  assertEquals(pageSize, 0x10000);
  assertEquals(biases(findImages(mappings, segments, pageSize)), [[0xffff90000000, 3]]);
});

Deno.test("findImages() finds images of 16 KiB pages on segments aligned to 64 KiB", async () => {
  const segments = [
    load(0, 0, 0x6a40, 0x6a40, "R E"),
    load(0x7d10, 0x17d10, 0x3d0, 0x3d8, "RW"),
  ];
  const { mappings, pageSize } = await mapsOf(
    "ffff90000000-ffff90008000 r-xp 00000000 fe:01 42 /opt/x.so",
    "ffff90008000-ffff90014000 ---p 00008000 fe:01 42 /opt/x.so",
    "ffff90014000-ffff9001c000 rw-p 00004000 fe:01 42 /opt/x.so",
  );
  assertEquals(pageSize, 0x4000);
  assertEquals(biases(findImages(mappings, segments, pageSize)), [[0xffff90000000, 2]]);
});

Deno.test("findImages() finds an image that may be executed and not read (layout s)", async () => {
  const images = findImages(
    await mappingsOf("7f5500001000-7f5500003000 --xp 00001000 fe:01 42 /opt/x.so"),
    ORDINARY,
    PAGE,
  );
  assertEquals(biases(images), [[0x7f5500000000, 1]]);
});

Deno.test("findImages() gives no meaning to mappings without permissions", async () => {
  // What is left of the loader's first mapping before the text has the text's own file offset. It
  // would be an image of its own: the anonymous memory is where that would have its text, too.
  const segments = [load(0, 0, 0x50c, 0x50c, "R"), load(0x1000, 0x2000, 0x302e, 0x302e, "R E")];
  const anonymous = await mappingsOf("7f5500002000-7f5500004000 r-xp 00000000 00:00 0");
  const images = findImages(
    await mappingsOf(
      "7f5500000000-7f5500001000 r--p 00000000 fe:01 42 /opt/x.so",
      "7f5500001000-7f5500002000 ---p 00001000 fe:01 42 /opt/x.so",
    ),
    segments,
    PAGE,
    anonymous,
  );
  assertEquals(biases(images), [[0x7f5500000000, 1]]);
});

Deno.test("findImages() takes a written page for that of a segment that is written", async () => {
  // All segments are in the first page of the file; the first and the third are not mapped.
  const segments = [
    load(0, 0, 0x400, 0x400, "R E"),
    load(0x400, 0x1400, 0x400, 0x400, "R E"),
    load(0x800, 0x2800, 0x100, 0x100, "R"),
    load(0x900, 0x3900, 0x100, 0x100, "RW"),
  ];
  const images = findImages(
    await mappingsOf(
      "7f5500001000-7f5500002000 r-xp 00000000 fe:01 42 /opt/x.so",
      "7f5500003000-7f5500004000 rw-p 00000000 fe:01 42 /opt/x.so",
    ),
    segments,
    PAGE,
  );
  assertEquals(biases(images), [[0x7f5500000000, 2]]);
});

Deno.test("findImages() finds images of the kernel's half", async () => {
  const segments = [load(0x200000, 0, 0x1000, 0x1000, "R E")];
  const images = findImages(
    await mappingsOf("ffffffff81000000-ffffffff81001000 r-xp 00200000 fe:01 42 /x"),
    segments,
    PAGE,
  );
  assertEquals(biases(images), [[-0x7f000000, 1]]);
});

/** Of each image the load bias and the number of mappings. */
function biases(images: readonly Image[]): [loadBias: number, count: number][] {
  return images.map(({ loadBias, mappings }) => [loadBias, mappings.length]);
}

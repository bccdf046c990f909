import { assertEquals } from "@std/assert";
import { checkText, findImages, isAnonymous, type LoadSegment } from "../../lib/maps/mod.ts";
import { load, mapsOf } from "../support/maps_lines.ts";

const DATA = load(0x8000, 0x18000, 0x100, 0x200, "RW");
const READ = load(0, 0, 0x800, 0x800, "R");
const TEXT = load(0x1000, 0x11000, 0x5123, 0x5123, "R E");
const LINES = [
  "7f5500000000-7f5500001000 r--p 00000000 fe:01 42 /opt/x.so",
  "7f5500011000-7f5500017000 r-xp 00001000 fe:01 42 /opt/x.so",
  "7f5500018000-7f5500019000 rw-p 00008000 fe:01 42 /opt/x.so",
];

Deno.test("checkText() says nothing of a file that was mapped as it is", async () => {
  assertEquals(await check([READ, TEXT, DATA], LINES), "");
});

Deno.test("checkText() says nothing of text that ends in the same page", async () => {
  for (const fileSize of [0x5001, 0x6000]) {
    assertEquals(await check([READ, { ...TEXT, fileSize }, DATA], LINES), "");
  }
});

Deno.test("checkText() sees a file with longer text", async () => {
  assertEquals(
    await check([READ, { ...TEXT, fileSize: 0x6001 }, DATA], LINES),
    "the file has text at vaddr 0x17000, where it is not mapped",
  );
});

Deno.test("checkText() sees a file with shorter text", async () => {
  assertEquals(
    await check([READ, { ...TEXT, fileSize: 0x5000 }, DATA], LINES),
    "text is mapped up to vaddr 0x17000, the file's ends at 0x16000",
  );
});

Deno.test("checkText() sees a file whose text begins earlier", async () => {
  const text = load(0x800, 0x10800, 0x5923, 0x5923, "R E");
  assertEquals(
    await check([READ, text, DATA], LINES),
    "the file has text at vaddr 0x10000, where it is not mapped",
  );
});

Deno.test("checkText() sees a second text segment that was not mapped", async () => {
  const second = load(0xa000, 0x2a000, 0x100, 0x100, "R E");
  assertEquals(
    await check([READ, TEXT, DATA, second], LINES),
    "the file has text at vaddr 0x2a000, where it is not mapped",
  );
});

Deno.test("checkText() lets anonymous memory lie in text", async () => {
  assertEquals(
    await check([READ, TEXT, DATA], [
      LINES[0]!,
      "7f5500011000-7f5500013000 r-xp 00001000 fe:01 42 /opt/x.so",
      "7f5500013000-7f5500014000 r-xp 00000000 00:00 0",
      "7f5500014000-7f5500017000 r-xp 00004000 fe:01 42 /opt/x.so",
      LINES[2]!,
    ]),
    "",
  );
});

Deno.test("checkText() lets anonymous memory take all text", async () => {
  assertEquals(
    await check([READ, TEXT, DATA], [
      LINES[0]!,
      "7f5500011000-7f5500017000 r-xp 00000000 00:00 0",
      LINES[2]!,
    ]),
    "",
  );
});

Deno.test("checkText() lets another file lie in text", async () => {
  assertEquals(
    await check([READ, TEXT, DATA], [
      LINES[0]!,
      "7f5500011000-7f5500013000 r-xp 00001000 fe:01 42 /opt/x.so",
      "7f5500013000-7f5500017000 r--p 00000000 fe:01 43 /opt/other.dat",
      LINES[2]!,
    ]),
    "",
  );
});

Deno.test("checkText() lets text be split and protected in other ways", async () => {
  assertEquals(
    await check([READ, TEXT, DATA], [
      LINES[0]!,
      "7f5500011000-7f5500012000 r-xp 00001000 fe:01 42 /opt/x.so",
      "7f5500012000-7f5500013000 rwxp 00002000 fe:01 42 /opt/x.so",
      "7f5500013000-7f5500014000 ---p 00003000 fe:01 42 /opt/x.so",
      "7f5500014000-7f5500017000 r--p 00004000 fe:01 42 /opt/x.so",
      LINES[2]!,
    ]),
    "",
  );
});

Deno.test("checkText() sees the same file mapped in another way where text should be", async () => {
  assertEquals(
    await check([READ, TEXT, DATA], [
      LINES[0]!,
      "7f5500011000-7f5500013000 r-xp 00001000 fe:01 42 /opt/x.so",
      "7f5500013000-7f5500017000 r--p 00000000 fe:01 42 /opt/x.so",
      LINES[2]!,
    ]),
    "the file has text at vaddr 0x13000, where it is not mapped",
  );
});

Deno.test("checkText() sees text of which a part was unmapped", async () => {
  assertEquals(
    await check([READ, TEXT, DATA], [
      LINES[0]!,
      "7f5500011000-7f5500013000 r-xp 00001000 fe:01 42 /opt/x.so",
      "7f5500015000-7f5500017000 r-xp 00005000 fe:01 42 /opt/x.so",
      LINES[2]!,
    ]),
    "the file has text at vaddr 0x13000, where it is not mapped",
  );
});

Deno.test("checkText() takes executable mappings alone", async () => {
  assertEquals(await check([READ, TEXT, DATA], [LINES[1]!]), "");
});

Deno.test("checkText() lets data be executable where the process asked for that", async () => {
  // As READ_IMPLIES_EXEC does it.
  const lines = LINES.map((line) => line.replace("r--p", "r-xp").replace("rw-p", "rwxp"));
  assertEquals(await check([READ, TEXT, DATA], lines), "");
});

Deno.test("checkText() takes pages of 4 KiB for 64 KiB if the snapshot looks like that", async () => {
  const text = load(0x10000, 0x20000, 0x1ffff, 0x1ffff, "R E");
  const lines = [
    "7f5500000000-7f5500010000 r--p 00000000 fe:01 42 /opt/x.so",
    "7f5500020000-7f5500040000 r-xp 00010000 fe:01 42 /opt/x.so",
  ];
  assertEquals((await mapsOf(...lines)).pageSize, 0x10000);
  assertEquals(await check([load(0, 0, 0x9000, 0x9000, "R"), text], lines), "");
});

Deno.test("checkText() sees executable mappings of a file that has no text", async () => {
  assertEquals(
    await check([READ], ["7f5500000000-7f5500003000 r-xp 00000000 fe:01 42 /opt/x.so"]),
    "text is mapped up to vaddr 0x3000, the file has none",
  );
});

Deno.test("checkText() spells vaddrs of the kernel's half", async () => {
  const text = load(0x1000, -0x7f000000, 0x1000, 0x1000, "R E");
  assertEquals(
    await check([text], ["ffffffff81000000-ffffffff81002000 r-xp 00001000 fe:01 42 /boot/vmlinux"]),
    "text is mapped up to vaddr 0xffffffff81002000, the file's ends at 0xffffffff81001000",
  );
});

Deno.test("checkText() sees no shorter text in a vDSO, which is mapped as a whole", async () => {
  const vvar = "7ffd00000000-7ffd00001000 r--p 00000000 00:00 0 [vvar]";
  const vdso = "7ffd00001000-7ffd00003000 r-xp 00000000 00:00 42 [vdso]";
  for (const fileSize of [0xd65, 0x1000, 0x1001, 0x2000]) {
    assertEquals(await check([load(0, 0, fileSize, fileSize, "R E")], [vvar, vdso]), "");
  }
  assertEquals(
    await check([load(0, 0, 0x2001, 0x2001, "R E")], [vvar, vdso]),
    "the file has text at vaddr 0x2000, where it is not mapped",
  );
});

// The layout of bfd with -z noseparate-code, and with a hole of pages of 64 KiB.
const FIRST_TEXT = load(0, 0, 0x5123, 0x5123, "R E");
const FAR_DATA = load(0x5800, 0x15800, 0x700, 0x2900, "RW");

Deno.test("checkText() takes a mapping of the whole image for its text", async () => {
  const line = "7f5500000000-7f5500019000 r-xp 00000000 fe:01 42 /opt/x.so";
  assertEquals(await check([FIRST_TEXT, FAR_DATA], [line]), "");
});

Deno.test("checkText() takes what other segments left of the whole image for its text", async () => {
  const last = load(0x8000, 0x28000, 0x100, 0x100, "R E");
  const lines = [
    "7f5500000000-7f5500028000 r-xp 00000000 fe:01 42 /opt/x.so",
    "7f5500028000-7f5500029000 r-xp 00008000 fe:01 42 /opt/x.so",
  ];
  assertEquals(await check([FIRST_TEXT, FAR_DATA, last], lines), "");
  const cut = "7f5500000000-7f5500015000 r-xp 00000000 fe:01 42 /opt/x.so";
  const data = "7f5500015000-7f5500018000 rw-p 00005000 fe:01 42 /opt/x.so";
  const rest = "7f5500018000-7f5500028000 r-xp 00018000 fe:01 42 /opt/x.so";
  assertEquals(await check([FIRST_TEXT, FAR_DATA, last], [cut, data, lines[1]!]), "");
  assertEquals(await check([FIRST_TEXT, last], [lines[0]!, lines[1]!]), "");
  const short = { ...FAR_DATA, memorySize: 0x2800 };
  assertEquals(await check([FIRST_TEXT, short, last], [cut, data, rest, lines[1]!]), "");
});

for (
  const [what, end, found] of [
    ["longer", "1b000", "0x1b000"],
    ["shorter", "17000", "0x17000"],
  ] as const
) {
  Deno.test(`checkText() sees an image of another build that is ${what}`, async () => {
    const line = `7f5500000000-7f55000${end} r-xp 00000000 fe:01 42 /opt/x.so`;
    assertEquals(
      await check([FIRST_TEXT, FAR_DATA], [line]),
      `text is mapped up to vaddr ${found}, the file's ends at 0x6000`,
    );
  });
}

Deno.test("checkText() sees text mapped for data as long as the image", async () => {
  const data = { ...FIRST_TEXT, executable: false };
  const line = "7f5500000000-7f5500019000 r-xp 00000000 fe:01 42 /opt/x.so";
  assertEquals(
    await check([data, FAR_DATA], [line]),
    "text is mapped up to vaddr 0x19000, the file has none",
  );
});

Deno.test("checkText() takes code that perf has made a file of as it is", async () => {
  const code = load(0x80, 0x80, 0x180, 0x180, "R E");
  const other = "7f55000063c0-7f5500006400 --xs 00000080 fe:01 43 /tmp/jitted-10-1.so";
  const lines = [other, "7f5500006400-7f55000065e0 --xs 00000080 fe:01 42 /tmp/jitted-10-2.so"];
  assertEquals(await check([code], lines), "");
  const longer = { ...code, fileSize: 0x1e1, memorySize: 0x1e1 };
  assertEquals(
    await check([longer], lines),
    "the file has text at vaddr 0x260, where it is not mapped",
  );
});

/** Checks the first image of `x.so`. */
async function check(segments: readonly LoadSegment[], lines: readonly string[]): Promise<string> {
  const { mappings, pageSize } = await mapsOf(...lines);
  const own = mappings.filter((mapping) => mapping.inode === 42);
  const anonymous = mappings.filter((mapping) => mapping.executable && isAnonymous(mapping));
  const [image] = findImages(own, segments, pageSize, anonymous);
  return checkText(image!, segments, mappings, pageSize);
}

import { assertEquals } from "@std/assert";
import { buildElf, codeSection } from "../support/elf_builder.ts";
import { MemoryFiles } from "../support/memory_files.ts";
import { resolveText } from "../support/resolve_text.ts";
import { testdata } from "../support/testdata.ts";
import { SHIFTED, SHIFTED_BUILD_ID, shiftedMaps } from "../support/shifted_library.ts";

const BASE = 0x7f0000000000;
const MAPS = shiftedMaps("/opt/libx.so", BASE) +
  "7f0000050000-7f0000051000 rw-p 00000000 00:00 0 [heap]\n";
const FILES = { "/opt/libx.so": SHIFTED };

async function outputOf(folded: string, maps: string | string[] = MAPS): Promise<string> {
  const { output } = await resolveText(folded, {
    maps,
    files: new MemoryFiles(FILES),
    merge: false,
  });
  return output;
}

const LEAVES: readonly (readonly [frame: string, wanted: string])[] = [
  ["0x7f000000150c", "layout_first"],
  ["7f0000001540", "layout_second"],
  ["00007f0000001540", "layout_second"],
  ["[libx.so <7f0000001540>]", "layout_second"],
  ["7f0000001540 [unknown] (/opt/libx.so)", "layout_second"],
  ["/opt/libx.so(+0x1540) [0x7f0000001540]", "layout_second"],
  ["libx.so`0x7f0000001540", "layout_second"],
  // vaddrs
  ["libx.so+0x1540", "layout_second"],
  ["/opt/libx.so+0x1540", "layout_second"],
  ["[libx.so+0x1540]", "layout_second"],
  ["[/opt/libx.so+0x1540]", "layout_second"],
  ["libx.so!0x1540", "layout_second"],
  ["C  [libx.so+0x1540]", "layout_second"],
  ["#00 pc 00001540  /opt/libx.so", "layout_second"],
  ["libx.so+0x540", "[libx.so+0x540]"],
  // file offsets
  ["[libx.so@0x540]", "layout_second"],
  ["(/opt/libx.so+0x540)", "layout_second"],
  [`${SHIFTED_BUILD_ID} 0x540`, "layout_second"],
  [`unknown ([buildid:${SHIFTED_BUILD_ID}]) <0x540>`, "layout_second"],
  ["[libx.so@0x1540]", "[libx.so@0x1540]"],
  [`${SHIFTED_BUILD_ID} 0x1540`, `${SHIFTED_BUILD_ID} 0x1540`],
];

for (const [frame, wanted] of LEAVES) {
  Deno.test(`resolve() spells ${frame} as ${wanted}`, async () => {
    assertEquals(await outputOf(`${frame} 3\n`), `${wanted} 3\n`);
  });
}

const CALLERS: readonly (readonly [frame: string, wanted: string])[] = [
  ["0x7f000000153a", "layout_first"],
  ["0x7f000000153b", "layout_second"],
  ["libx.so+0x153a", "layout_first"],
  ["[libx.so@0x53a]", "layout_first"],
  [`${SHIFTED_BUILD_ID} 0x53a`, "layout_first"],
  [`${SHIFTED_BUILD_ID} 0x53b`, "layout_second"],
];

for (const [frame, wanted] of CALLERS) {
  Deno.test(`resolve() spells the caller ${frame} as ${wanted}`, async () => {
    assertEquals(await outputOf(`${frame};leaf 3\n`), `${wanted};leaf 3\n`);
  });
}

Deno.test("resolve() takes a path that no snapshot has as it is", async () => {
  const { output } = await resolveText("/opt/libx.so+0x1540 1\n", {
    files: new MemoryFiles(FILES),
  });
  assertEquals(output, "layout_second 1\n");
});

Deno.test("resolve() takes a word and a number for a module only if the snapshot has it", async () => {
  const maps = shiftedMaps("/opt/server", BASE);
  const files = new MemoryFiles({ "/opt/server": SHIFTED });
  const { output } = await resolveText("server+0x1540;main+0x1540 1\n", { maps, files });
  assertEquals(output, "layout_second;main+0x1540 1\n");
});

for (
  const [title, frame] of [
    ["outside of all mappings", "deadbeef"],
    ["in a mapping that is not executable", "7f0000050010"],
    ["in the data of a library", "7f0000003010"],
    ["that is no address", "80100007ffffff2"],
    ["of few digits", "1540"],
  ] as const
) {
  Deno.test(`resolve() leaves bare digits ${title} as they are`, async () => {
    const files = new MemoryFiles(FILES);
    const { output, report } = await resolveText(`${frame} 3\n`, { maps: MAPS, files });
    assertEquals(output, `${frame} 3\n`);
    assertEquals(report.frames, 0);
  });
}

Deno.test("resolve() leaves bare digits as they are if there is no snapshot", async () => {
  const { output, report } = await resolveText("7f000000150c 3\n");
  assertEquals([output, report.frames], ["7f000000150c 3\n", 0]);
});

Deno.test("resolve() takes bare digits of the kernel's half for an address", async () => {
  assertEquals(await outputOf("ffffffff81000000 3\n"), "[kernel] 3\n");
});

Deno.test("resolve() looks the last user frame before the kernel's up where it is", async () => {
  const kernel = "0xffffffff81000000";
  assertEquals(
    await outputOf(`0x7f000000153a;0x7f000000153a;${kernel} 1\n`),
    "layout_first;layout_second;[kernel] 1\n",
  );
});

for (
  const [returnAddresses, wanted] of [
    ["callers", "layout_first;layout_second"],
    ["all", "layout_first;layout_first"],
    ["none", "layout_second;layout_second"],
  ] as const
) {
  Deno.test(`resolve() with returnAddresses ${returnAddresses} looks up ${wanted}`, async () => {
    const { output } = await resolveText("0x7f000000153a;0x7f000000153a 1\n", {
      maps: MAPS,
      files: new MemoryFiles(FILES),
      returnAddresses,
    });
    assertEquals(output, `${wanted} 1\n`);
  });
}

Deno.test("resolve() knows that the lowest bit of a return address marks Thumb code", async () => {
  const folder = "layouts/armhf/thumb";
  const { output } = await resolveText("0x3f6ba275;0x3f6ba274;0x3f6ba275 1\n", {
    maps: Deno.readTextFileSync(testdata(`${folder}/maps`)),
    sysroot: testdata(`${folder}/sysroot`),
  });
  // layout_second begins at 0x3f6ba274.
  assertEquals(output, "layout_first;layout_first;layout_second 1\n");
});

Deno.test("resolve() finds an address that only the second snapshot explains", async () => {
  const other = shiftedMaps("/opt/libx.so", BASE + 0x100000);
  const folded = "0x7f000000150c 1\n0x7f000010150c 2\n0x7f000020150c 3\n";
  assertEquals(
    await outputOf(folded, [MAPS, other]),
    "layout_first 1\nlayout_first 2\n[unknown] 3\n",
  );
  assertEquals(
    await outputOf(folded, [other, MAPS]),
    "layout_first 1\nlayout_first 2\n[unknown] 3\n",
  );
});

Deno.test("resolve() takes the first of several snapshots that explain an address", async () => {
  // The same page holds other functions: the second library is one page lower.
  const lower = shiftedMaps("/opt/libx.so", BASE - 0x1000) +
    `7f0000003000-7f0000004000 r-xp 00000000 fe:00 9 /opt/none.so\n`;
  assertEquals(await outputOf("0x7f000000150c 1\n", [MAPS, lower]), "layout_first 1\n");
  assertEquals(await outputOf("0x7f000000150c 1\n", [lower, MAPS]), "layout_first 1\n");
});

Deno.test("resolve() prefers a snapshot that explains an address to one that only holds it", async () => {
  const jit = "7f0000000000-7f0000010000 rwxp 00000000 00:00 0 \n";
  assertEquals(await outputOf("0x7f000000150c 1\n", [jit, MAPS]), "layout_first 1\n");
});

Deno.test("resolve() opens only the files that hold frames, each once", async () => {
  const maps = shiftedMaps("/opt/libx.so", BASE) + shiftedMaps("/opt/liby.so", BASE + 0x100000, 8);
  const files = new MemoryFiles({ ...FILES, "/opt/liby.so": SHIFTED });
  await resolveText("0x7f000000150c;0x7f0000001540;main 1\n", { maps: [maps, maps], files });
  assertEquals(files.opened, ["/opt/libx.so"]);
});

Deno.test("resolve() opens nothing for names", async () => {
  const files = new MemoryFiles(FILES);
  await resolveText("main;[unknown];f 1\n", { maps: MAPS, files });
  assertEquals(files.opened, []);
});

// V8 maps its builtins, a part of node's text, a second time close to the code that it makes.
Deno.test("resolve() names text that a program mapped once more from its own file", async () => {
  const folder = "layouts/x86_64/mprotect-split";
  const maps = Deno.readTextFileSync(testdata(`${folder}/maps`)) +
    "10000000-10001000 r-xp 00002000 fe:00 762065  /opt/layouts/libmprotect-split.so\n";
  const inode = /fe:00 (\d+) +\/opt\/layouts\/libmprotect-split\.so/.exec(maps)![1]!;
  const { output } = await resolveText("0x10000000 1\n", {
    maps: maps.replace("762065", inode),
    sysroot: testdata(`${folder}/sysroot`),
  });
  assertEquals(output, "layout_second 1\n");
});

// As that of Debian 12's kernel: its text takes one page, the section headers reach into the next one,
// and both are mapped.
for (
  const [frame, wanted] of [
    ["0x7ffd00004104", "first"],
    ["7ffd00004113 [unknown] ([vdso])", "second"],
    ["[[vdso] <7ffd00004113>]", "second"],
    ["[vdso+0x104]", "first"],
    ["0x7ffd00004200", "[vdso+0x200]"],
    ["0x7ffd00005010", "[vdso+0x1010]"],
  ]
) {
  Deno.test(`resolve() names ${frame} by a vDSO that is mapped with its section headers`, async () => {
    const maps = "7ffd00000000-7ffd00003000 r--p 00000000 00:00 0  [vvar]\n" +
      "7ffd00004000-7ffd00006000 r-xp 00000000 00:00 0  [vdso]\n";
    const { bytes, section } = buildElf({
      vaddrShift: 0,
      sections: [codeSection(".text", 0xd00)],
      segments: [{ type: 1, flags: 5, fileOffset: 0, fileSize: 0xd80 }],
      symbols: [{ name: "first", value: 0x100, size: 0x10 }, {
        name: "second",
        value: 0x110,
        size: 0x10,
      }],
    });
    assertEquals([section(".text").vaddr, bytes.length > 0xd80], [0x80, true]);
    const files = new MemoryFiles({ "[vdso]": bytes });
    const { output } = await resolveText(`${frame} 1\n`, { maps, files });
    assertEquals(output, `${wanted} 1\n`);
    assertEquals((await resolveText(output, { maps, files })).output, output);
  });
}

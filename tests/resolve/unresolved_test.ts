import { assertEquals } from "@std/assert";
import type { UnresolvedReason } from "../../lib/profile/mod.ts";
import type { FileAnswer } from "../../lib/resolve/mod.ts";
import { BlockBuffer, ExtentSource } from "../../lib/bytes/mod.ts";
import { MemoryFiles } from "../support/memory_files.ts";
import { bytesOf, resolveText } from "../support/resolve_text.ts";
import { patched, SHIFTED, shiftedMaps } from "../support/shifted_library.ts";
import { testdata } from "../support/testdata.ts";

const X = "/opt/libx.so";
const MAPS = shiftedMaps(X, 0x7f0000000000) + `
7f0000010000-7f0000011000 rwxp 00000000 00:00 0
7f0000020000-7f0000021000 r-xp 00000000 00:00 0 [anon:dalvik-jit]
7f0000030000-7f0000031000 r-xp 00002000 00:01 9 /memfd:code (deleted)
7f0000040000-7f0000041000 r-xp 00000000 00:00 0 [vdso]
7f0000050000-7f0000051000 rw-p 00000000 00:00 0 [heap]
7f0000052000-7f0000053000 rw-p 00000000 00:00 0
7f0000060000-7f0000061000 r-xp 00003000 fe:00 8 /opt/liby.so
7f0000070000-7f0000071000 r-xp 00003000 fe:00 9 /opt/libd.so (deleted)
7f0000080000-7f0000081000 r-xp 00000000 fe:00 10 /opt/a/same.so
7f0000090000-7f0000091000 r-xp 00000000 fe:00 11 /opt/b/same.so
`;

/** The file offset of the program header that says where the dynamic section is. */
const DYNAMIC_HEADER = 64 + 5 * 56;
/** Neither section headers nor a dynamic section: nothing leads to a symbol table. */
const WITHOUT_TABLES = patched(
  patched(patched(SHIFTED, 0x28, new Array(8).fill(0)), 0x3c, [0, 0]),
  DYNAMIC_HEADER,
  [0, 0, 0, 0],
);
const OTHER_BUILD = Deno.readFileSync(
  testdata("layouts/x86_64/dynsym-only/sysroot/opt/layouts/libdynsym-only.so"),
);

interface Case {
  readonly title: string;
  readonly reason: UnresolvedReason;
  readonly frame: string;
  readonly files?: Readonly<Record<string, Uint8Array | FileAnswer>>;
  readonly maps?: string | readonly string[];
  /** What the report counts it under. */
  readonly image: string;
  /** The output with `unresolved: "offset"` and `unresolved: "file"`. */
  readonly label: string;
  readonly shortLabel: string;
  /** What the report says of it besides. */
  readonly detail?: string;
}

const FRAME = "0x7f000000150c";

const CASES: readonly Case[] = [
  {
    title: "without a snapshot",
    reason: "no-maps",
    frame: FRAME,
    maps: [],
    image: "[no maps]",
    label: FRAME,
    shortLabel: FRAME,
  },
  {
    title: "that is not canonical",
    reason: "not-canonical",
    frame: "0x61ce258d4c544155",
    image: "[not an address]",
    label: "0x61ce258d4c544155",
    shortLabel: "0x61ce258d4c544155",
  },
  {
    title: "between mappings",
    reason: "outside-mappings",
    frame: "0x7f0000051000",
    image: "[unknown]",
    label: "[unknown]",
    shortLabel: "[unknown]",
  },
  {
    title: "on the heap",
    reason: "not-executable",
    frame: "0x7f0000050123",
    image: "[heap]",
    label: "[unknown]",
    shortLabel: "[unknown]",
  },
  {
    title: "in anonymous data",
    reason: "not-executable",
    frame: "0x7f0000052123",
    image: "[anonymous memory]",
    label: "[unknown]",
    shortLabel: "[unknown]",
  },
  {
    title: "in the data of a library",
    reason: "not-executable",
    frame: "0x7f0000003123",
    files: { [X]: SHIFTED },
    image: X,
    label: "[unknown]",
    shortLabel: "[unknown]",
  },
  {
    title: "of the kernel",
    reason: "kernel",
    frame: "0xffffffff81000000",
    image: "[kernel]",
    label: "[kernel]",
    shortLabel: "[kernel]",
  },
  {
    title: "of the kernel without a snapshot",
    reason: "kernel",
    frame: "0xffffffff81000000",
    maps: [],
    image: "[kernel]",
    label: "[kernel]",
    shortLabel: "[kernel]",
  },
  {
    title: "of code made at run time",
    reason: "anonymous",
    frame: "0x7f0000010123",
    image: "[jit]",
    label: "[jit]",
    shortLabel: "[jit]",
  },
  {
    title: "in named anonymous memory",
    reason: "anonymous",
    frame: "0x7f0000020123",
    image: "[anon:dalvik-jit]",
    label: "[anon:dalvik-jit]",
    shortLabel: "[anon:dalvik-jit]",
  },
  {
    title: "in a file that is only memory",
    reason: "anonymous",
    frame: "0x7f0000030123",
    detail: "if it is a library, --search DIR finds it in a folder with its file",
    image: "[memfd:code]",
    label: "[memfd:code]",
    shortLabel: "[memfd:code]",
  },
  {
    title: "in the kernel's own library",
    reason: "special-mapping",
    frame: "0x7f0000040123",
    image: "[vdso]",
    label: "[vdso+0x123]",
    shortLabel: "[vdso]",
  },
  {
    title: "of a module that the snapshot does not have",
    reason: "unknown-module",
    frame: "[libz.so.1+0x12]",
    image: "libz.so.1",
    label: "[libz.so.1+0x12]",
    shortLabel: "[libz.so.1]",
  },
  {
    title: "of a build-id that no file has",
    reason: "unknown-module",
    frame: "00112233445566778899aabbccddeeff00112233 0x12",
    files: { [X]: SHIFTED },
    image: "00112233445566778899aabbccddeeff00112233",
    label: "00112233445566778899aabbccddeeff00112233 0x12",
    shortLabel: "[00112233445566778899aabbccddeeff00112233]",
    detail: "no file has the build-id 00112233445566778899aabbccddeeff00112233",
  },
  {
    title: "of a module that may be two files",
    reason: "ambiguous-module",
    frame: "same.so+0x12",
    files: { "/opt/a/same.so": SHIFTED, "/opt/b/same.so": SHIFTED },
    image: "same.so",
    label: "[same.so+0x12]",
    shortLabel: "same.so+0x12",
    detail: 'it may be "/opt/a/same.so", "/opt/b/same.so"',
  },
  {
    title: "of a file that is not here",
    reason: "file-not-found",
    frame: "0x7f0000060010",
    image: "/opt/liby.so",
    label: "[liby.so@0x3010]",
    shortLabel: "[liby.so]",
  },
  {
    title: "of a file that is not here, by vaddr",
    reason: "file-not-found",
    frame: "/opt/none.so+0x10",
    image: "/opt/none.so",
    label: "[none.so+0x10]",
    shortLabel: "[none.so]",
  },
  {
    title: "of a file that was deleted",
    reason: "file-deleted",
    frame: "0x7f0000070010",
    files: { "/opt/libd.so": { reason: "file-deleted", detail: "" } },
    image: "/opt/libd.so",
    label: "[libd.so@0x3010]",
    shortLabel: "[libd.so]",
  },
  {
    title: "of a file that cannot be read",
    reason: "file-unreadable",
    frame: FRAME,
    files: { [X]: { reason: "file-unreadable", detail: "no access" } },
    image: X,
    label: "[libx.so@0x50c]",
    shortLabel: "[libx.so]",
    detail: "no access",
  },
  {
    title: "of a file that is no ELF file",
    reason: "not-elf",
    frame: FRAME,
    files: { [X]: bytesOf("#!/bin/sh\necho hello to all\n") },
    image: X,
    label: "[libx.so@0x50c]",
    shortLabel: "[libx.so]",
    detail: 'Cannot read the ELF header of "/opt/libx.so" at file offset 0x0: ' +
      "first bytes are 23 21 2f 62, want 7f 45 4c 46",
  },
  {
    title: "of an empty file",
    reason: "malformed-elf",
    frame: FRAME,
    files: { [X]: new Uint8Array() },
    image: X,
    label: "[libx.so@0x50c]",
    shortLabel: "[libx.so]",
    detail: 'Cannot read the ELF header of "/opt/libx.so" at file offset 0x0: ' +
      "first bytes are none, want 7f 45 4c 46",
  },
  {
    title: "of an ELF file of an unknown class",
    reason: "unsupported-elf",
    frame: FRAME,
    files: { [X]: patched(SHIFTED, 4, [3]) },
    image: X,
    label: "[libx.so@0x50c]",
    shortLabel: "[libx.so]",
    detail: 'Cannot read "/opt/libx.so": EI_CLASS 3 is not supported',
  },
  {
    title: "of a file offset behind the file's segments",
    reason: "outside-segments",
    frame: `(${X}+0x99999)`,
    files: { [X]: SHIFTED },
    image: X,
    label: "[libx.so@0x99999]",
    shortLabel: "[libx.so]",
  },
  {
    title: "of a file without symbol tables",
    reason: "no-symbols",
    frame: FRAME,
    files: { [X]: WITHOUT_TABLES },
    image: X,
    label: "[libx.so+0x150c]",
    shortLabel: "[libx.so]",
  },
  {
    title: "before the first symbol",
    reason: "no-covering-symbol",
    frame: "0x7f0000001010",
    files: { [X]: SHIFTED },
    image: X,
    label: "[libx.so+0x1010]",
    shortLabel: "[libx.so]",
  },
];

for (const { title, reason, frame, files = {}, maps = MAPS, image, ...wanted } of CASES) {
  const { label, shortLabel, detail = "" } = wanted;
  const run = (folded: string, unresolved: "offset" | "file" | "address") =>
    resolveText(folded, { maps, files: new MemoryFiles(files), unresolved });

  Deno.test(`resolve() gives the reason ${reason} for a frame ${title}`, async () => {
    const { output, report } = await run(`${frame} 3\n`, "offset");
    assertEquals(output, `${label} 3\n`);
    assertEquals(report.reasons, [{ reason, weight: 3, frames: 1, detail }]);
    assertEquals(report.images.map((counts) => counts.image), [image]);
  });

  Deno.test(`resolve() with unresolved: "file" shortens a frame ${title}`, async () => {
    assertEquals((await run(`${frame} 3\n`, "file")).output, `${shortLabel} 3\n`);
  });

  Deno.test(`resolve() with unresolved: "address" keeps a frame ${title}`, async () => {
    assertEquals((await run(`${frame} 3\n`, "address")).output, `${frame} 3\n`);
  });

  Deno.test(`resolve() changes nothing in its own output for a frame ${title}`, async () => {
    for (const style of ["offset", "file", "address"] as const) {
      const { output } = await run(`main;${frame};${frame} 3\n`, style);
      assertEquals((await run(output, style)).output, output);
    }
  });
}

Deno.test("resolve() gives the reason malformed-elf for a file that is cut", async () => {
  const files = new MemoryFiles({ [X]: SHIFTED.subarray(0, 0x50) });
  const { output, report } = await resolveText(`${FRAME} 3\n`, { maps: MAPS, files });
  assertEquals(output, "[libx.so@0x50c] 3\n");
  assertEquals(report.reasons.map(({ reason }) => reason), ["malformed-elf"]);
  assertEquals(report.reasons[0]!.detail.startsWith("Cannot read"), true);
});

Deno.test("resolve() names exported functions of a file whose section headers are damaged", async () => {
  const files = new MemoryFiles({ [X]: patched(SHIFTED, 0x28 + 5, [1]) });
  const folded = `${FRAME} 3\n0x7f00000015a0 1\n`;
  const { output, report } = await resolveText(folded, { maps: MAPS, files, merge: false });
  assertEquals(output, "layout_first 3\n[libx.so+0x1596] 1\n");
  assertEquals(report.reasons, [{
    reason: "malformed-elf",
    weight: 1,
    frames: 1,
    detail: 'Cannot read the section headers of "/opt/libx.so" at file offset 0x10000000930: ' +
      "need 18 headers of 64 bytes, file ends at 0xdb0",
  }]);
  assertEquals(report.images[0]?.namesFrom, [".dynsym"]);
});

Deno.test("resolve() gives the reason layout-mismatch for another build of the file", async () => {
  const files = new MemoryFiles({ [X]: OTHER_BUILD });
  const { output, report } = await resolveText(`${FRAME} 3\n`, { maps: MAPS, files });
  assertEquals(output, "[libx.so@0x50c] 3\n");
  assertEquals(report.reasons.map(({ reason }) => reason), ["layout-mismatch"]);
  assertEquals(report.resolvedFrames, 0);
});

Deno.test("resolve() tells a file of which too little was taken along from a damaged one", async () => {
  const head = new BlockBuffer();
  head.append(SHIFTED.subarray(0, 0x400));
  const extents = [{ fileOffset: 0, length: 0x400 }];
  const source = new ExtentSource(X, SHIFTED.length, extents, head);
  const { output, report } = await resolveText(`${FRAME} 3\n`, {
    maps: MAPS,
    files: new MemoryFiles({ [X]: { source } }),
  });
  assertEquals(output, "[libx.so+0x150c] 3\n");
  assertEquals(report.reasons.map(({ reason }) => reason), ["not-in-bundle"]);
});

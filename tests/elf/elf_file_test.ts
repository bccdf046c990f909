import { assertEquals } from "@std/assert";
import { PF_R, PF_W, PF_X, PT_DYNAMIC, PT_LOAD } from "../../lib/elf/constants.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { buildElf } from "../support/elf_builder.ts";
import { CountingSource } from "../support/counting_source.ts";
import type { SegmentSpec } from "../support/elf_spec.ts";

// As lld lays files out: each segment has another difference between vaddr and file offset.
const SHIFTED: SegmentSpec[] = [
  { type: PT_LOAD, fileOffset: 0x40, vaddr: 0x1040, fileSize: 0x100 },
  { type: PT_LOAD, flags: PF_R | PF_X, fileOffset: 0x140, vaddr: 0x3140, fileSize: 0x200 },
  {
    type: PT_LOAD,
    flags: PF_R | PF_W,
    fileOffset: 0x340,
    vaddr: 0x6340,
    fileSize: 0x80,
    memorySize: 0x1000,
  },
];

Deno.test("ElfFile.vaddrOf() goes by the segment that holds the file offset", async () => {
  const elf = await elfOf(SHIFTED);
  assertEquals(
    [0x40, 0x13f, 0x140, 0x33f, 0x340, 0x3bf].map((offset) => elf.vaddrOf(offset)),
    [0x1040, 0x113f, 0x3140, 0x333f, 0x6340, 0x63bf],
  );
});

Deno.test("ElfFile.vaddrOf() gives nothing for bytes that are not loaded", async () => {
  const elf = await elfOf(SHIFTED);
  assertEquals([0, 0x3f, 0x3c0, 0x1340, -1, NaN].map((offset) => elf.vaddrOf(offset)), [
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

Deno.test("ElfFile.vaddrOf() prefers code where segments share a byte", async () => {
  const code = { type: PT_LOAD, flags: PF_X, fileOffset: 0x100, vaddr: 0x9100, fileSize: 0x40 };
  for (const segments of [[...SHIFTED, code], [code, ...SHIFTED]]) {
    assertEquals((await elfOf(segments)).vaddrOf(0x120), 0x9120);
  }
});

Deno.test("ElfFile.vaddrOf() looks at LOAD segments only", async () => {
  const elf = await elfOf([{ ...SHIFTED[0]!, type: PT_DYNAMIC }]);
  assertEquals(elf.vaddrOf(0x80), undefined);
});

Deno.test("ElfFile.fileOffsetOf() goes by the segment that holds the vaddr", async () => {
  const elf = await elfOf(SHIFTED);
  assertEquals(
    [0x1040, 0x113f, 0x3140, 0x333f, 0x6340, 0x63bf].map((vaddr) => elf.fileOffsetOf(vaddr)),
    [0x40, 0x13f, 0x140, 0x33f, 0x340, 0x3bf],
  );
});

Deno.test("ElfFile.fileOffsetOf() gives nothing for what is not in the file", async () => {
  const elf = await elfOf(SHIFTED);
  assertEquals([0, 0x103f, 0x1140, 0x63c0, 0x7000, NaN].map((vaddr) => elf.fileOffsetOf(vaddr)), [
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

Deno.test("ElfFile.fileOffsetOf() finds vaddrs of the kernel's half", async () => {
  const vaddr = 0xffff_ffff_8100_0000n;
  const elf = await elfOf([{ type: PT_LOAD, fileOffset: 0x200, vaddr, fileSize: 0x100 }]);
  assertEquals(elf.fileOffsetOf(-0x7f00_0000 + 0x10), 0x210);
});

Deno.test("ElfFile.open() reads the header and the program headers, nothing else", async () => {
  const source = new CountingSource(buildElf({ segments: SHIFTED }).source);
  await ElfFile.open(source);
  assertEquals(source.reads, [{ fileOffset: 0, length: 64 }, { fileOffset: 64, length: 3 * 56 }]);
});

async function elfOf(segments: readonly SegmentSpec[]): Promise<ElfFile> {
  return await ElfFile.open(buildElf({ segments }).source);
}

import { assertEquals } from "@std/assert";
import { readEhFrameHeader, searchEhFrameHeader } from "../../lib/elf/eh_frame_hdr.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { FormatError, UnsupportedError } from "../../lib/errors.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { buildElf, VADDR_SHIFT } from "../support/elf_builder.ts";
import type { ElfSpec } from "../support/elf_spec.ts";
import { ehFrameHeader } from "../support/frame_builder.ts";

const PT_GNU_EH_FRAME = 0x6474e550;
const SHT_NOBITS = 8;
/** Where the builder puts the section behind three program headers. */
const FILE_OFFSET = 0x100;
const VADDR = FILE_OFFSET + VADDR_SHIFT;

function elfWith(bytes: Uint8Array<ArrayBuffer>, more: ElfSpec = {}): Promise<ElfFile> {
  const built = buildElf({
    sections: [{ name: ".text", bytes: new Uint8Array(FILE_OFFSET - 0xb0) }, {
      name: ".eh_frame_hdr",
      bytes,
    }],
    moreSegments: [{
      type: PT_GNU_EH_FRAME,
      fileOffset: FILE_OFFSET,
      vaddr: VADDR,
      fileSize: bytes.length,
    }],
    ...more,
  });
  return ElfFile.open(built.source);
}

Deno.test("readEhFrameHeader() says where the table and .eh_frame are", async () => {
  const elf = await elfWith(ehFrameHeader(VADDR, 0x30_9000, [[0x30_1000, 0x30_9014]]));
  assertEquals(await readEhFrameHeader(elf), {
    vaddr: VADDR,
    ehFrameVaddr: 0x30_9000,
    table: { fileOffset: FILE_OFFSET + 12, count: 1 },
  });
});

Deno.test("readEhFrameHeader() gives no table of another encoding", async () => {
  const bytes = ehFrameHeader(VADDR, 0x30_9000, [], { encoding: 0x3c });
  const header = await readEhFrameHeader(await elfWith(bytes));
  assertEquals(header, { vaddr: VADDR, ehFrameVaddr: 0x30_9000, table: undefined });
});

Deno.test("readEhFrameHeader() gives nothing if all is left out", async () => {
  const elf = await elfWith(new Uint8Array([1, 0xff, 0xff, 0xff]));
  const header = await readEhFrameHeader(elf);
  assertEquals(header, { vaddr: VADDR, ehFrameVaddr: undefined, table: undefined });
});

Deno.test("readEhFrameHeader() gives nothing without the program header", async () => {
  assertEquals(
    await readEhFrameHeader(await elfWith(new Uint8Array(4), { moreSegments: [] })),
    undefined,
  );
});

Deno.test("readEhFrameHeader() gives nothing if the section has no bytes", async () => {
  const text = { name: ".text", bytes: new Uint8Array(0x50) };
  const elf = await elfWith(new Uint8Array(4), {
    sectionNames: true,
    sections: [text, { name: ".eh_frame_hdr", type: SHT_NOBITS, bytes: new Uint8Array(4) }],
  });
  assertEquals(await readEhFrameHeader(elf), undefined);
});

Deno.test("readEhFrameHeader() refuses an unknown version", async () => {
  const elf = await elfWith(ehFrameHeader(VADDR, 0, [], { version: 2 }));
  const message =
    'Cannot read .eh_frame_hdr of "test.so" at file offset 0x100: version is 2, want 1';
  await assertRejectsExactly(() => readEhFrameHeader(elf), FormatError, message);
});

Deno.test("readEhFrameHeader() refuses more entries than bytes", async () => {
  const bytes = ehFrameHeader(VADDR, 0, [[1, 2], [3, 4]], { count: 0xffffffff });
  const elf = await elfWith(bytes);
  const message =
    'Cannot read .eh_frame_hdr of "test.so" at file offset 0x10c: table has 4294967295' +
    " entries, segment has bytes for 2";
  await assertRejectsExactly(() => readEhFrameHeader(elf), FormatError, message);
});

Deno.test("readEhFrameHeader() refuses a cut header", async () => {
  const elf = await elfWith(new Uint8Array([1, 0x1b, 0x03, 0x3b, 0, 0]));
  const message = 'Cannot read bytes of "test.so" at file offset 0x104: need 4 bytes, 2 are left';
  await assertRejectsExactly(() => readEhFrameHeader(elf), FormatError, message);
});

Deno.test("readEhFrameHeader() does not support an indirect pointer", async () => {
  const elf = await elfWith(new Uint8Array([1, 0x9b, 0x03, 0x3b, 0, 0, 0, 0]));
  const message = 'Cannot read "test.so": pointer encoding 0x9b is not supported';
  await assertRejectsExactly(() => readEhFrameHeader(elf), UnsupportedError, message);
});

Deno.test("searchEhFrameHeader() finds the last function at or before each vaddr", async () => {
  const elf = await elfWith(ehFrameHeader(VADDR, 0, [[0x10, 0x90], [0x20, 0xa0], [0x30, 0x80]]));
  const header = await readEhFrameHeader(elf);
  const table = header!.table!;
  const vaddrs = Float64Array.of(0xf, 0x10, 0x2f, 0x1000);
  const { starts, entryVaddrs } = await searchEhFrameHeader(elf, { ...header!, table }, vaddrs);
  assertEquals([...starts], [NaN, 0x10, 0x20, 0x30]);
  assertEquals([...entryVaddrs], [NaN, 0x90, 0xa0, 0x80]);
});

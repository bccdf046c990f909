import { assertEquals } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { PF_R, PF_W, PF_X, PT_LOAD, PT_NOTE } from "../../lib/elf/constants.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { FormatError } from "../../lib/errors.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { buildElf } from "../support/elf_builder.ts";

const TEXT = {
  type: PT_LOAD,
  flags: PF_R | PF_X,
  fileOffset: 0x123,
  vaddr: 0x7f_0000_1123,
  fileSize: 0x456,
  memorySize: 0x789,
  alignment: 0x1_0000,
};
const READ_TEXT = {
  type: PT_LOAD,
  readable: true,
  writable: false,
  executable: true,
  fileOffset: 0x123,
  vaddr: 0x7f_0000_1123,
  fileSize: 0x456,
  memorySize: 0x789,
  alignment: 0x1_0000,
};

for (const is64 of [true, false]) {
  for (const littleEndian of [true, false]) {
    const kind = `${is64 ? 64 : 32}-bit ${littleEndian ? "little" : "big"}-endian`;
    const vaddr = is64 ? TEXT.vaddr : 0xf765_1123;

    Deno.test(`ElfFile.open() reads ${kind} program headers`, async () => {
      const { source } = buildElf({ is64, littleEndian, segments: [{ ...TEXT, vaddr }] });
      const { programHeaders } = await ElfFile.open(source);
      assertEquals(programHeaders, [{ ...READ_TEXT, vaddr }]);
    });
  }
}

Deno.test("ElfFile.open() reads each permission by itself", async () => {
  const segments = [PF_R, PF_W, PF_X, 0].map((flags) => ({ ...TEXT, flags }));
  const { programHeaders } = await ElfFile.open(buildElf({ segments }).source);
  assertEquals(
    programHeaders.map(({ readable, writable, executable }) => [readable, writable, executable]),
    [[true, false, false], [false, true, false], [false, false, true], [false, false, false]],
  );
});

Deno.test("ElfFile.open() keeps program headers in order and those of other types", async () => {
  const segments = [
    { type: PT_NOTE, fileOffset: 0x300, fileSize: 1 },
    { ...TEXT, fileOffset: 0x200 },
    { ...TEXT, fileOffset: 0x100 },
  ];
  const elf = await ElfFile.open(buildElf({ segments }).source);
  assertEquals(elf.programHeaders.map(({ fileOffset }) => fileOffset), [0x300, 0x200, 0x100]);
  assertEquals(elf.loadSegments.map(({ fileOffset }) => fileOffset), [0x200, 0x100]);
});

Deno.test("ElfFile.open() reads addresses of the kernel's half as negative numbers", async () => {
  const { source } = buildElf({ segments: [{ ...TEXT, vaddr: 0xffff_ffff_8100_0000n }] });
  const { programHeaders } = await ElfFile.open(source);
  assertEquals(programHeaders[0]?.vaddr, -0x7f00_0000);
});

Deno.test("ElfFile.open() finds no program headers where e_phoff is 0", async () => {
  const { source } = buildElf({ header: { e_phoff: 0, e_phnum: 7 } });
  assertEquals((await ElfFile.open(source)).programHeaders, []);
});

Deno.test("ElfFile.open() finds no program headers where e_phnum is 0", async () => {
  const { source } = buildElf({ header: { e_phnum: 0, e_phentsize: 0 } });
  assertEquals((await ElfFile.open(source)).programHeaders, []);
});

Deno.test("ElfFile.open() takes their number from section 0 if e_phnum is PN_XNUM", async () => {
  const segments = [TEXT, { ...TEXT, fileOffset: 0x999 }];
  const { source } = buildElf({ segments, extendedNumbering: true });
  const { programHeaders } = await ElfFile.open(source);
  assertEquals(programHeaders.map(({ fileOffset }) => fileOffset), [0x123, 0x999]);
});

Deno.test("ElfFile.open() reads more than 65,535 program headers", async () => {
  const segments = Array.from({ length: 70_000 }, (_, at) => ({ ...TEXT, fileOffset: at }));
  const { source } = buildElf({ segments, extendedNumbering: true });
  const { programHeaders } = await ElfFile.open(source);
  assertEquals(programHeaders.length, 70_000);
  assertEquals(programHeaders[69_999]?.fileOffset, 69_999);
});

Deno.test("ElfFile.open() goes by e_phentsize where it is larger than the structure", async () => {
  const segments = [TEXT, { ...TEXT, fileOffset: 0x999 }];
  const { source } = buildElf({ segments, programHeaderSize: 72 });
  const { programHeaders } = await ElfFile.open(source);
  assertEquals(programHeaders.map(({ fileOffset }) => fileOffset), [0x123, 0x999]);
});

Deno.test("ElfFile.open() rejects an e_phentsize that is too small", async () => {
  const { source } = buildElf({ header: { e_phentsize: 55 } });
  const error = await assertRejectsExactly(
    () => ElfFile.open(source),
    FormatError,
    'Cannot read the program headers of "test.so" at file offset 0x40: ' +
      "e_phentsize is 55, want at least 56",
  );
  assertEquals(error.place, { fileOffset: 0x40 });
});

Deno.test("ElfFile.open() rejects a 32-bit e_phentsize that is too small", async () => {
  const { source } = buildElf({ is64: false, header: { e_phentsize: 31 } });
  await assertRejectsExactly(
    () => ElfFile.open(source),
    FormatError,
    'Cannot read the program headers of "test.so" at file offset 0x34: ' +
      "e_phentsize is 31, want at least 32",
  );
});

Deno.test("ElfFile.open() rejects program headers that go on behind the file", async () => {
  const { bytes } = buildElf();
  const source = new MemorySource("test.so", bytes.subarray(0, 0x77));
  const error = await assertRejectsExactly(
    () => ElfFile.open(source),
    FormatError,
    'Cannot read the program headers of "test.so" at file offset 0x40: ' +
      "need 1 headers of 56 bytes, file ends at 0x77",
  );
  assertEquals(error.place, { fileOffset: 0x40 });
});

Deno.test("ElfFile.open() rejects program headers that begin behind the file", async () => {
  const { source } = buildElf({ header: { e_phoff: 0x12345678 } });
  const size = `0x${source.size.toString(16)}`;
  await assertRejectsExactly(
    () => ElfFile.open(source),
    FormatError,
    'Cannot read the program headers of "test.so" at file offset 0x12345678: ' +
      `need 1 headers of 56 bytes, file ends at ${size}`,
  );
});

Deno.test("ElfFile.open() rejects a number in section 0 that is too large", async () => {
  const built = buildElf({ extendedNumbering: true });
  new DataView(built.bytes.buffer).setUint32(built.sectionHeaderOffset + 44, 0xffff_ffff, true);
  await assertRejectsExactly(
    () => ElfFile.open(built.source),
    FormatError,
    'Cannot read the program headers of "test.so" at file offset 0x40: ' +
      `need 4294967295 headers of 56 bytes, file ends at 0x${built.source.size.toString(16)}`,
  );
});

Deno.test("ElfFile.open() rejects PN_XNUM in a file without section headers", async () => {
  const { source } = buildElf({ noSectionHeaders: true, header: { e_phnum: 0xffff } });
  const error = await assertRejectsExactly(
    () => ElfFile.open(source),
    FormatError,
    'Cannot read the program headers of "test.so" at file offset 0x40: ' +
      "e_phnum is PN_XNUM, want a section 0 that holds the number",
  );
  assertEquals(error.place, { fileOffset: 0x40 });
});

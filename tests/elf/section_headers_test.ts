import { assertEquals } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { SHF_EXECINSTR, SHT_NOBITS } from "../../lib/elf/constants.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { FormatError } from "../../lib/errors.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { buildElf, codeSection } from "../support/elf_builder.ts";
import { CountingSource } from "../support/counting_source.ts";

for (const is64 of [true, false]) {
  for (const littleEndian of [true, false]) {
    const kind = `${is64 ? 64 : 32}-bit ${littleEndian ? "little" : "big"}-endian`;

    Deno.test(`ElfFile.sections() reads ${kind} section headers`, async () => {
      const data = {
        name: ".data",
        type: 0x6000_0001,
        flags: 3,
        bytes: new Uint8Array(0x21),
        vaddr: 0xf654_3210,
        link: 0x1234_5678,
        info: 0x9abc_def0,
        entrySize: 0x30,
      };
      const built = buildElf({
        is64,
        littleEndian,
        sections: [codeSection(".text", 0x40), data],
      });
      const [none, text, read] = await (await ElfFile.open(built.source)).sections();
      assertEquals(none?.type, 0);
      assertEquals(text, {
        nameOffset: 0,
        type: 1,
        executable: true,
        compressed: false,
        vaddr: built.section(".text").vaddr,
        fileOffset: built.section(".text").fileOffset,
        size: 0x40,
        link: 0,
        info: 0,
        entrySize: 0,
      });
      assertEquals(read, {
        nameOffset: 0,
        type: 0x6000_0001,
        executable: false,
        compressed: false,
        vaddr: 0xf654_3210,
        fileOffset: built.section(".data").fileOffset,
        size: 0x21,
        link: 0x1234_5678,
        info: 0x9abc_def0,
        entrySize: 0x30,
      });
    });
  }
}

Deno.test("ElfFile.sections() gives none if e_shoff is 0", async () => {
  const { source } = buildElf({ noSectionHeaders: true, header: { e_shnum: 5 } });
  assertEquals(await (await ElfFile.open(source)).sections(), []);
});

Deno.test("ElfFile.sections() gives none if neither e_shnum nor section 0 has a number", async () => {
  const { source } = buildElf({ header: { e_shnum: 0 } });
  assertEquals(await (await ElfFile.open(source)).sections(), []);
});

Deno.test("ElfFile.sections() reads 70,000 sections by extended numbering", async () => {
  const sections = Array.from({ length: 70_000 }, (_, at) => ({ name: `.s${at}`, info: at + 1 }));
  const { source } = buildElf({ sections, extendedNumbering: true });
  const read = await (await ElfFile.open(source)).sections();
  assertEquals(read.length, 70_001);
  assertEquals(read.findIndex(({ info }, at) => at > 0 && info !== at), -1);
});

Deno.test("ElfFile.sections() reads the table once", async () => {
  const source = new CountingSource(buildElf().source);
  const elf = await ElfFile.open(source);
  await elf.sections();
  const { length } = source.reads;
  await elf.sections();
  assertEquals(source.reads.length, length);
});

Deno.test("ElfFile.sections() goes by e_shentsize where it is larger than the structure", async () => {
  const sections = [codeSection(".text", 0x40), codeSection(".fini", 0x20)];
  const { source } = buildElf({ sections, sectionHeaderSize: 88 });
  const read = await (await ElfFile.open(source)).sections();
  assertEquals(read.map(({ size }) => size), [0, 0x40, 0x20]);
});

Deno.test("ElfFile.sections() takes wild numbers of sections without bytes", async () => {
  const wild = 0x7fff_ffff_ffff_ffffn;
  const bss = { name: ".bss", type: SHT_NOBITS, fileOffset: wild, size: wild };
  const { source } = buildElf({ sections: [bss, codeSection(".text", 0x40)] });
  const read = await (await ElfFile.open(source)).sections();
  assertEquals(read.map(({ size }) => size), [0, NaN, 0x40]);
});

Deno.test("ElfFile.sections() sees SHF_EXECINSTR among other flags", async () => {
  const flags = 0xf000_0000 + SHF_EXECINSTR + 2;
  const { source } = buildElf({ sections: [codeSection(".text", 8, { flags })] });
  const [, text] = await (await ElfFile.open(source)).sections();
  assertEquals(text?.executable, true);
});

Deno.test("ElfFile.sections() rejects an e_shentsize that is too small", async () => {
  const built = buildElf({ header: { e_shentsize: 63 } });
  const elf = await ElfFile.open(built.source);
  const error = await assertRejectsExactly(
    () => elf.sections(),
    FormatError,
    `Cannot read the section headers of "test.so" at file offset ${
      hexOf(built.sectionHeaderOffset)
    }: e_shentsize is 63, want at least 64`,
  );
  assertEquals(error.place, { fileOffset: built.sectionHeaderOffset });
});

Deno.test("ElfFile.sections() rejects a 32-bit e_shentsize that is too small", async () => {
  const built = buildElf({ is64: false, header: { e_shentsize: 39 } });
  const elf = await ElfFile.open(built.source);
  await assertRejectsExactly(
    () => elf.sections(),
    FormatError,
    `Cannot read the section headers of "test.so" at file offset ${
      hexOf(built.sectionHeaderOffset)
    }: e_shentsize is 39, want at least 40`,
  );
});

Deno.test("ElfFile.sections() rejects a table that goes on behind the file", async () => {
  const built = buildElf();
  const cut = built.bytes.subarray(0, built.bytes.length - 1);
  const elf = await ElfFile.open(new MemorySource("test.so", cut));
  const error = await assertRejectsExactly(
    () => elf.sections(),
    FormatError,
    `Cannot read the section headers of "test.so" at file offset ${
      hexOf(built.sectionHeaderOffset)
    }: need 2 headers of 64 bytes, file ends at ${hexOf(cut.length)}`,
  );
  assertEquals(error.place, { fileOffset: built.sectionHeaderOffset });
});

Deno.test("ElfFile.sections() rejects an extended number that is too large", async () => {
  const built = buildElf({ extendedNumbering: true });
  new DataView(built.bytes.buffer).setBigUint64(built.sectionHeaderOffset + 32, 1n << 40n, true);
  const elf = await ElfFile.open(built.source);
  await assertRejectsExactly(
    () => elf.sections(),
    FormatError,
    `Cannot read the section headers of "test.so" at file offset ${
      hexOf(built.sectionHeaderOffset)
    }: need 1099511627776 headers of 64 bytes, file ends at ${hexOf(built.source.size)}`,
  );
});

Deno.test("ElfFile.sections() rejects a size that no file can have", async () => {
  const { source, sectionHeaderOffset } = buildElf({
    sections: [codeSection(".text", 8, { size: 1n << 53n })],
  });
  const elf = await ElfFile.open(source);
  await assertRejectsExactly(
    () => elf.sections(),
    FormatError,
    `Cannot read bytes of "test.so" at file offset ${
      hexOf(sectionHeaderOffset + 64 + 32)
    }: value 0x20000000000000 is past 2^53`,
  );
});

function hexOf(value: number): string {
  return `0x${value.toString(16)}`;
}

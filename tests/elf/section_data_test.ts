import { assert, assertEquals } from "@std/assert";
import { deflateSync } from "node:zlib";
import { SHF_COMPRESSED, SHT_NOBITS } from "../../lib/elf/constants.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { findSection, openSection } from "../../lib/elf/section_data.ts";
import { FormatError, UnsupportedError } from "../../lib/errors.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { ByteWriter } from "../support/byte_writer.ts";
import { CountingSource } from "../support/counting_source.ts";
import { ARCHITECTURES, debugElf, readAllOf } from "../support/debug_files.ts";
import { buildElf, codeSection } from "../support/elf_builder.ts";
import type { SectionSpec } from "../support/elf_spec.ts";

const TEXT = new TextEncoder().encode("all the words of the section, the words of the section");

Deno.test("findSection() finds sections by their whole names", async () => {
  const sections = [codeSection(".text.hot", 8), codeSection(".text", 16), codeSection(".tex", 4)];
  const elf = await open({ sections });
  assertEquals((await findSection(elf, ".text"))?.size, 16);
  assertEquals((await findSection(elf, ".tex"))?.size, 4);
  assertEquals(await findSection(elf, ".te"), undefined);
  assertEquals(await findSection(elf, "ext"), undefined);
});

Deno.test("findSection() takes the first of several sections of a name", async () => {
  const elf = await open({
    sections: [{ name: ".a", bytes: TEXT, info: 1 }, { name: ".b", bytes: TEXT, info: 2 }],
  });
  const [, first, second] = await elf.sections();
  Object.assign(second!, { nameOffset: first!.nameOffset });
  assertEquals((await findSection(elf, ".a"))?.info, 1);
});

Deno.test("findSection() finds .zdebug_x where there is no .debug_x", async () => {
  const elf = await open({ sections: [{ name: ".zdebug_info", bytes: TEXT }] });
  assertEquals((await findSection(elf, ".debug_info"))?.size, TEXT.length);
  assertEquals(await findSection(elf, ".debug_line"), undefined);
});

Deno.test("findSection() takes the index of the names from section 0 by extended numbering", async () => {
  const elf = await open({ sections: [codeSection(".text", 16)], extendedNumbering: true });
  assertEquals((await findSection(elf, ".text"))?.size, 16);
});

Deno.test("findSection() finds nothing without section headers, names, or a section of names", async () => {
  for (const header of [{ noSectionHeaders: true }, { sectionNames: false }]) {
    const elf = await open({ sections: [codeSection(".text", 16)], ...header });
    assertEquals(await findSection(elf, ".text"), undefined);
  }
});

Deno.test("findSection() passes over a name that is behind the table", async () => {
  const elf = await open({ sections: [codeSection(".text", 16)] });
  Object.assign((await elf.sections())[1]!, { nameOffset: 0xffff_ffff });
  assertEquals(await findSection(elf, ".text"), undefined);
});

Deno.test("findSection() reads the names once, in one piece", async () => {
  const built = buildElf({ sections: [codeSection(".text", 16)], sectionNames: true });
  const source = new CountingSource(built.source);
  const elf = await ElfFile.open(source);
  await elf.sections();
  const before = source.reads.length;
  await findSection(elf, ".text");
  await findSection(elf, ".debug_info");
  const { fileOffset, size } = built.section(".shstrtab");
  assertEquals(source.reads.slice(before), [{ fileOffset, length: size }]);
});

Deno.test("findSection() rejects names that go on behind the file", async () => {
  const built = buildElf({ sections: [codeSection(".text", 16)], sectionNames: true });
  const elf = await ElfFile.open(built.source);
  Object.assign((await elf.sections())[2]!, { size: 0x10000 });
  await assertRejectsExactly(
    () => findSection(elf, ".text"),
    FormatError,
    `Cannot read bytes of "test.so" at file offset 0x${
      built.section(".shstrtab").fileOffset.toString(16)
    }: need 65536 bytes, file ends at 0x${built.bytes.length.toString(16)}`,
  );
});

Deno.test("openSection() gives a window onto the file", async () => {
  const built = buildElf({ sections: [{ name: ".rodata", bytes: TEXT }], sectionNames: true });
  const source = new CountingSource(built.source);
  const elf = await ElfFile.open(source);
  const section = await openSection(elf, (await findSection(elf, ".rodata"))!);
  const before = source.bytesRead;
  assertEquals(section.name, "test.so(.rodata)");
  assertEquals(section.size, TEXT.length);
  assertEquals(await section.readAt(4, 9), TEXT.slice(4, 13));
  assertEquals(source.bytesRead - before, 9);
});

for (const is64 of [true, false]) {
  for (const littleEndian of [true, false]) {
    const kind = `${is64 ? 64 : 32}-bit ${littleEndian ? "little" : "big"}-endian`;

    Deno.test(`openSection() decompresses ${kind} sections`, async () => {
      const bytes = compressed(deflateSync(TEXT), { is64, littleEndian });
      const section = { name: ".debug_str", flags: SHF_COMPRESSED, bytes };
      const elf = await open({ is64, littleEndian, sections: [section] });
      const opened = await openSection(elf, (await findSection(elf, ".debug_str"))!);
      assertEquals(await readAllOf(opened), TEXT);
      assertEquals(opened.name, "test.so(.debug_str)");
    });
  }
}

for (const architecture of ARCHITECTURES) {
  for (const kind of ["zlib", "zstd", "zdebug"]) {
    Deno.test(`openSection() decompresses what objcopy made: ${architecture}, ${kind}`, async () => {
      const plain = await debugElf(`${architecture}/libnames.so`);
      const elf = await debugElf(`${architecture}/libnames-${kind}.so`);
      let differs = 0;
      for (const name of [".debug_info", ".debug_str", ".debug_line", ".debug_abbrev"]) {
        const wanted = (await findSection(plain, name))!;
        const section = (await findSection(elf, name))!;
        if (section.size !== wanted.size) differs++;
        assertEquals(
          await readAllOf(await openSection(elf, section)),
          await readAllOf(await openSection(plain, wanted)),
          name,
        );
      }
      assert(differs > 0, "no section is compressed");
    });
  }
}

Deno.test("openSection() rejects a section without bytes", async () => {
  const elf = await debugElf("x86_64/linked/.debug/libnames.debug");
  const text = (await findSection(elf, ".text"))!;
  await assertRejectsExactly(
    () => openSection(elf, text),
    FormatError,
    'Cannot find the bytes of "libnames.debug(.text)": it has none in this file (SHT_NOBITS)',
  );
});

Deno.test("openSection() rejects a section that goes on behind the file", async () => {
  const { source } = buildElf({
    sections: [{ name: ".a", bytes: TEXT, fileOffset: 0x100, size: 0x10000 }],
    sectionNames: true,
  });
  const elf = await ElfFile.open(source);
  const section = (await findSection(elf, ".a"))!;
  await assertRejectsExactly(
    () => openSection(elf, section),
    FormatError,
    'Cannot find the bytes of "test.so(.a)": need 65536 bytes at 0x100 of a file that ends at ' +
      `0x${source.size.toString(16)}`,
  );
});

Deno.test("openSection() rejects an unknown kind of compression", async () => {
  await rejects(
    compressed(deflateSync(TEXT), { type: 3 }),
    UnsupportedError,
    'Cannot read "test.so(.debug_str)": ch_type 3 is not supported',
  );
});

Deno.test("openSection() rejects a compression header that is cut", async () => {
  await rejects(
    compressed(deflateSync(TEXT), {}).slice(0, 23),
    FormatError,
    'Cannot read the compression header of "test.so(.debug_str)" at file offset 0x0: ' +
      "need 24 bytes, section has 23",
  );
});

Deno.test("openSection() rejects data that becomes less than the header says", async () => {
  await rejects(
    compressed(deflateSync(TEXT), { size: TEXT.length + 1 }),
    FormatError,
    'Cannot decompress the zlib data of "test.so(.debug_str)" at file offset 0x18: ' +
      "it becomes 0x36 bytes, want 0x37",
  );
});

Deno.test("openSection() rejects data that becomes more than the header says", async () => {
  await rejects(
    compressed(deflateSync(TEXT), { size: TEXT.length - 1 }),
    FormatError,
    'Cannot decompress the zlib data of "test.so(.debug_str)" at file offset 0x18: ' +
      "it becomes more than 0x35 bytes",
  );
});

Deno.test("openSection() rejects a size that the data cannot have", async () => {
  const data = deflateSync(TEXT);
  await rejects(
    compressed(data, { size: 0x3fff_ffff }),
    FormatError,
    'Cannot decompress the zlib data of "test.so(.debug_str)" at file offset 0x18: it is said to ' +
      `become 0x3fffffff bytes, of 0x${data.length.toString(16)} come at most 0x${
        (data.length * 1032).toString(16)
      }`,
  );
});

Deno.test("openSection() rejects a size of more than 1 GiB", async () => {
  await rejects(
    compressed(deflateSync(TEXT), { size: 0x4000_0001 }),
    FormatError,
    'Cannot decompress the zlib data of "test.so(.debug_str)" at file offset 0x18: it is said to ' +
      "become 0x40000001 bytes, the limit is 0x40000000",
  );
});

Deno.test("openSection() rejects .zdebug sections without their magic number", async () => {
  const elf = await open({ sections: [{ name: ".zdebug_info", bytes: TEXT }] });
  const section = (await findSection(elf, ".zdebug_info"))!;
  await assertRejectsExactly(
    () => openSection(elf, section),
    FormatError,
    'Cannot read the compression header of "test.so(.zdebug_info)" at file offset 0x0: ' +
      'it begins with "all ", want "ZLIB"',
  );
});

Deno.test("openSection() names no section of which the name is not known", async () => {
  const { source } = buildElf({ sections: [{ name: ".a", type: SHT_NOBITS }] });
  const elf = await ElfFile.open(source);
  const [, section] = await elf.sections();
  await assertRejectsExactly(
    () => openSection(elf, section!),
    FormatError,
    'Cannot find the bytes of "test.so()": it has none in this file (SHT_NOBITS)',
  );
});

async function open(spec: Parameters<typeof buildElf>[0]): Promise<ElfFile> {
  return await ElfFile.open(buildElf({ sectionNames: true, ...spec }).source);
}

interface Header {
  readonly is64?: boolean;
  readonly littleEndian?: boolean;
  readonly type?: number;
  readonly size?: number;
}

/** `Elf32_Chdr` or `Elf64_Chdr`, and data. */
function compressed(data: Uint8Array, header: Header): Uint8Array {
  const { is64 = true, littleEndian = true, type = 1, size = TEXT.length } = header;
  const writer = new ByteWriter(littleEndian);
  writer.u32(type);
  if (is64) writer.u32(0);
  writer.word(is64, size);
  writer.word(is64, 1);
  writer.put(writer.position, data);
  return writer.bytes();
}

async function rejects(
  bytes: Uint8Array,
  // deno-lint-ignore no-explicit-any -- the constructors of errors take what they like
  errorClass: new (...args: any[]) => Error,
  message: string,
): Promise<void> {
  const section: SectionSpec = { name: ".debug_str", flags: SHF_COMPRESSED, bytes };
  const elf = await open({ sections: [section] });
  const header = (await findSection(elf, ".debug_str"))!;
  await assertRejectsExactly(() => openSection(elf, header), errorClass, message);
}

import { assert, assertEquals } from "@std/assert";
import type { MemorySource } from "../../lib/bytes/mod.ts";
import {
  PT_DYNAMIC,
  SHN_XINDEX,
  SHT_NOBITS,
  SHT_SYMTAB,
  STB_WEAK,
  STT_GNU_IFUNC,
} from "../../lib/elf/constants.ts";
import { ElfFile, findSymbolTables, SymbolReader } from "../../lib/elf/mod.ts";
import { FormatError } from "../../lib/errors.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { CountingSource } from "../support/counting_source.ts";
import { buildElf, codeSection } from "../support/elf_builder.ts";
import type { SectionSpec } from "../support/elf_spec.ts";

const MAIN = { name: "main", at: 0x10, size: 0x20 };
const TEXT = codeSection(".text", 0x1000);

Deno.test("findSymbolTables() finds .symtab and its names", async () => {
  const built = buildElf({ symbols: [MAIN] });
  const [symtab, strtab] = [".symtab", ".strtab"].map((name) => built.section(name));
  assertEquals(await findSymbolTables(await ElfFile.open(built.source)), [{
    kind: "symtab",
    fileOffset: symtab!.fileOffset,
    count: 2,
    entrySize: 24,
    stringsOffset: strtab!.fileOffset,
    stringsSize: 6,
  }]);
});

Deno.test("findSymbolTables() finds .symtab and .dynsym in the order of the sections", async () => {
  const { source } = buildElf({ symbols: [MAIN, MAIN], dynamicSymbols: [MAIN] });
  const tables = await findSymbolTables(await ElfFile.open(source));
  assertEquals(tables.map(({ kind, count }) => [kind, count]), [["dynsym", 2], ["symtab", 3]]);
});

Deno.test("findSymbolTables() finds nothing in a file without symbols", async () => {
  assertEquals(await findSymbolTables(await ElfFile.open(buildElf().source)), []);
});

Deno.test("findSymbolTables() takes an sh_entsize of 0 for the size of a symbol", async () => {
  const [table] = await tablesOf({ type: SHT_SYMTAB, bytes: new Uint8Array(72), entrySize: 0 });
  assertEquals([table?.entrySize, table?.count], [24, 3]);
});

Deno.test("findSymbolTables() takes a larger sh_entsize as it is", async () => {
  const [table] = await tablesOf({ type: SHT_SYMTAB, bytes: new Uint8Array(96), entrySize: 32 });
  assertEquals([table?.entrySize, table?.count], [32, 3]);
});

Deno.test("findSymbolTables() leaves out a symbol that is cut by the end of its table", async () => {
  const [table] = await tablesOf({ type: SHT_SYMTAB, bytes: new Uint8Array(71), entrySize: 24 });
  assertEquals(table?.count, 2);
});

Deno.test("findSymbolTables() rejects an sh_entsize that is too small", async () => {
  const error = await assertRejectsExactly(
    () => tablesOf({ type: SHT_SYMTAB, bytes: new Uint8Array(48), entrySize: 16 }),
    FormatError,
    'Cannot read the section header of .symtab of "test.so": sh_entsize is 16, want 24',
  );
  assertEquals(error.place, undefined);
});

Deno.test("findSymbolTables() rejects a sh_link that is no section", async () => {
  await assertRejectsExactly(
    () => tablesOf({ type: SHT_SYMTAB, bytes: new Uint8Array(48), entrySize: 24, link: 3 }),
    FormatError,
    'Cannot read the section header of .symtab of "test.so": sh_link is 3, file has 3 sections',
  );
});

Deno.test("findSymbolTables() rejects names in a section without bytes", async () => {
  const names = { name: ".strtab", type: SHT_NOBITS, size: 8 };
  const symbols = { name: ".symtab", type: SHT_SYMTAB, bytes: new Uint8Array(48), link: 3 };
  const elf = await ElfFile.open(buildElf({ sections: [TEXT, symbols, names] }).source);
  await assertRejectsExactly(
    () => findSymbolTables(elf),
    FormatError,
    'Cannot read the section header of .symtab of "test.so": ' +
      "sh_link is 3, a section without bytes",
  );
});

Deno.test("findSymbolTables() rejects a table that goes on behind the file", async () => {
  const built = buildElf({ symbols: [MAIN] });
  const size = BigInt(built.source.size);
  const view = new DataView(built.bytes.buffer);
  view.setBigUint64(built.sectionHeaderOffset + 2 * 64 + 32, size, true);
  const elf = await ElfFile.open(built.source);
  const { fileOffset } = built.section(".symtab");
  const error = await assertRejectsExactly(
    () => findSymbolTables(elf),
    FormatError,
    `Cannot read bytes of "test.so" at file offset 0x${fileOffset.toString(16)}: ` +
      `need ${size} bytes, file ends at 0x${size.toString(16)}`,
  );
  assertEquals(error.place, { fileOffset });
});

Deno.test("findSymbolTables() rejects names that lie behind the file", async () => {
  const symbols = { name: ".symtab", type: SHT_SYMTAB, bytes: new Uint8Array(48), link: 3 };
  const names = { name: ".strtab", type: 3, fileOffset: 0x123_4567, size: 5 };
  const { source } = buildElf({ sections: [TEXT, symbols, names] });
  const elf = await ElfFile.open(source);
  await assertRejectsExactly(
    () => findSymbolTables(elf),
    FormatError,
    'Cannot read bytes of "test.so" at file offset 0x1234567: ' +
      `need 5 bytes, file ends at 0x${source.size.toString(16)}`,
  );
});

Deno.test("findSymbolTables() takes .symtab alone where the dynamic segment has no bytes", async () => {
  // As in a file with debug information that objcopy made.
  const dynamic = { type: PT_DYNAMIC, fileOffset: 0x99_0000, vaddr: 0x9a_0000, fileSize: 0x100 };
  const { source } = buildElf({ symbols: [MAIN], moreSegments: [dynamic] });
  const tables = await findSymbolTables(await ElfFile.open(source));
  assertEquals(tables.map(({ kind }) => kind), ["symtab"]);
});

Deno.test("findSymbolTables() finds the dynamic symbols of a file without section headers", async () => {
  const built = buildElf({ dynamicSymbols: [MAIN, MAIN], noSectionHeaders: true });
  const [symbols, strings] = [".dynsym", ".dynstr"].map((name) => built.section(name));
  assertEquals(await findSymbolTables(await ElfFile.open(built.source)), [{
    kind: "dynsym",
    fileOffset: symbols!.fileOffset,
    count: 3,
    entrySize: 24,
    stringsOffset: strings!.fileOffset,
    stringsSize: strings!.size,
  }]);
});

for (const is64 of [true, false]) {
  for (const littleEndian of [true, false]) {
    const kind = `${is64 ? 64 : 32}-bit ${littleEndian ? "little" : "big"}-endian`;

    Deno.test(`SymbolReader reads ${kind} symbols`, async () => {
      const { source } = buildElf({
        is64,
        littleEndian,
        symbols: [
          { name: "ab", value: 0xfedc_ba98, size: 0x1234, section: 0x5678 },
          { name: "c", value: 1, type: STT_GNU_IFUNC, binding: STB_WEAK, section: SHN_XINDEX },
        ],
      });
      assertEquals(await symbolsOf(source), [
        {
          nameOffset: 1,
          value: 0xfedc_ba98,
          size: 0x1234,
          type: 2,
          binding: 1,
          sectionIndex: 0x5678,
        },
        { nameOffset: 4, value: 1, size: 0, type: 10, binding: 2, sectionIndex: 0xffff },
      ]);
    });
  }
}

Deno.test("SymbolReader reads values of the kernel's half as negative numbers", async () => {
  const symbols = [{ name: "k", value: 0xffff_ffff_8100_0000n }];
  const [symbol] = await symbolsOf(buildElf({ symbols }).source);
  assertEquals(symbol?.value, -0x7f00_0000);
});

Deno.test("SymbolReader gives NaN for a value that is no address", async () => {
  const symbols = [{ name: "k", value: 0x1234_5678_9abc_def0n }];
  const [symbol] = await symbolsOf(buildElf({ symbols }).source);
  assertEquals(symbol?.value, NaN);
});

Deno.test("SymbolReader reads nothing from a table that holds symbol 0 only", async () => {
  assertEquals(await symbolsOf(buildElf({ symbols: [] }).source), []);
});

Deno.test("SymbolReader reads nothing from an empty table", async () => {
  const { source } = buildElf({ sections: [TEXT, { name: ".symtab", type: SHT_SYMTAB, link: 1 }] });
  assertEquals(await symbolsOf(source), []);
});

Deno.test("SymbolReader goes by sh_entsize where it is larger than the structure", async () => {
  const bytes = new Uint8Array(96);
  bytes[32 + 8] = 0x11;
  bytes[64 + 8] = 0x22;
  const symbols = { name: ".symtab", type: SHT_SYMTAB, bytes, entrySize: 32, link: 1 };
  const read = await symbolsOf(buildElf({ sections: [TEXT, symbols] }).source);
  assertEquals(read.map(({ value }) => value), [0x11, 0x22]);
});

Deno.test("SymbolReader reads 100,000 symbols in chunks of at most 256 KiB", async () => {
  const symbols = Array.from({ length: 100_000 }, (_, at) => ({
    name: "",
    value: 3 * at,
    section: 1,
  }));
  const source = new CountingSource(buildElf({ symbols }).source);
  const elf = await ElfFile.open(source);
  const [table] = await findSymbolTables(elf);
  source.reads.length = 0;
  const reader = new SymbolReader(elf, table!);
  let at = 0;
  let wrong = 0;
  while (await reader.fill()) {
    while (reader.next()) if (reader.value !== 3 * at++) wrong++;
  }
  assertEquals([at, wrong], [100_000, 0]);
  assert(source.reads.every(({ length }) => length <= 1 << 18));
  assertEquals(source.bytesRead, 100_000 * 24);
});

/** The tables of a file with the sections .text, .symtab and, as section 2, whatever it links. */
async function tablesOf(symtab: Omit<SectionSpec, "name">) {
  const sections = [TEXT, { name: ".symtab", link: 1, ...symtab }];
  return await findSymbolTables(await ElfFile.open(buildElf({ sections }).source));
}

async function symbolsOf(source: MemorySource) {
  const elf = await ElfFile.open(source);
  const [table] = await findSymbolTables(elf);
  const reader = new SymbolReader(elf, table!);
  const symbols = [];
  while (await reader.fill()) {
    while (reader.next()) {
      const { nameOffset, value, size, type, binding, sectionIndex } = reader;
      symbols.push({ nameOffset, value, size, type, binding, sectionIndex });
    }
  }
  return symbols;
}

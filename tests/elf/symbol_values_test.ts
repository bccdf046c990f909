import { assert, assertEquals } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { SHN_UNDEF, SHT_SYMTAB } from "../../lib/elf/constants.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { findSymbolValues } from "../../lib/elf/symbol_values.ts";
import { CountingSource } from "../support/counting_source.ts";
import { buildElf, codeSection } from "../support/elf_builder.ts";
import type { SymbolSpec } from "../support/elf_spec.ts";

async function valuesOf(symbols: readonly SymbolSpec[], ...names: string[]) {
  const elf = await ElfFile.open(buildElf({ symbols }).source);
  return Object.fromEntries(await findSymbolValues(elf, names));
}

Deno.test("findSymbolValues() finds symbols by their names, and no others", async () => {
  const symbols = [
    { name: "_text", value: 0x1000 },
    { name: "_stext", value: 0x1200 },
    { name: "__text", value: 0x3000 },
    { name: "_text2", value: 0x4000 },
  ];
  assertEquals(await valuesOf(symbols, "_text", "_stext", "_etext"), {
    _text: 0x1000,
    _stext: 0x1200,
  });
});

Deno.test("findSymbolValues() gives addresses of the upper half as negative numbers", async () => {
  const symbols = [{ name: "_text", value: 0xffffffff81000000n }];
  assertEquals(await valuesOf(symbols, "_text"), { _text: -0x7f000000 });
});

Deno.test("findSymbolValues() finds a name that is the end of another one", async () => {
  // ".strtab" is "\0start_text\0": the second symbol's name begins inside the first one's.
  const symbols = [
    { name: "start_text", value: 0x1000 },
    { name: "", nameOffset: 6, value: 0x2000 },
  ];
  assertEquals(await valuesOf(symbols, "_text"), { _text: 0x2000 });
});

Deno.test("findSymbolValues() takes the first of several symbols that is defined", async () => {
  const symbols = [
    { name: "_text", value: 0x1000, section: SHN_UNDEF },
    { name: "_text", value: 0x12345678_9abcdef0n },
    { name: "_text", value: 0x2000 },
    { name: "_text", value: 0x3000 },
  ];
  assertEquals(await valuesOf(symbols, "_text"), { _text: 0x2000 });
});

Deno.test("findSymbolValues() looks into the dynamic symbols, too", async () => {
  const dynamicSymbols = [{ name: "_text", value: 0x1000 }];
  const elf = await ElfFile.open(buildElf({ dynamicSymbols, noSectionHeaders: true }).source);
  assertEquals([...await findSymbolValues(elf, ["_text"])], [["_text", 0x1000]]);
});

Deno.test("findSymbolValues() finds nothing in a file without symbols", async () => {
  const elf = await ElfFile.open(buildElf().source);
  assertEquals((await findSymbolValues(elf, ["_text"])).size, 0);
});

Deno.test("findSymbolValues() finds a name wherever it lies in a large table", async () => {
  const size = 600_000;
  for (const at of [1, 262_138, 262_139, 262_143, 262_144, 262_145, 524_288, size - 6]) {
    const strings = new Uint8Array(size).fill(0x41);
    strings[0] = strings[at - 1] = strings[size - 1] = 0;
    strings.set([0x5f, 0x74, 0x65, 0x78, 0x74, 0], at);
    const symbol = new Uint8Array(48);
    const view = new DataView(symbol.buffer);
    view.setUint32(24, at, true);
    view.setUint16(24 + 6, 1, true);
    view.setUint32(24 + 8, 0x1234, true);
    const sections = [
      codeSection(".text", 16),
      { name: ".symtab", type: SHT_SYMTAB, link: ".strtab", entrySize: 24, bytes: symbol },
      { name: ".strtab", type: 3, bytes: strings },
    ];
    const source = new CountingSource(new MemorySource("a", buildElf({ sections }).bytes));
    const found = await findSymbolValues(await ElfFile.open(source), ["_text"]);
    assertEquals(found.get("_text"), 0x1234, `at ${at}`);
    assert(source.longestRead <= 1 << 19);
  }
});

import { assertEquals, assertRejects } from "@std/assert";
import { ElfFile, findSymbolTables } from "../../lib/elf/mod.ts";
import { readSymbolNames } from "../../lib/elf/symbol_names.ts";
import { FormatError } from "../../lib/errors.ts";
import { CountingSource } from "../support/counting_source.ts";
import { buildElf } from "../support/elf_builder.ts";
import type { SymbolSpec } from "../support/elf_spec.ts";

for (const is64 of [true, false]) {
  for (const littleEndian of [true, false]) {
    const kind = `${is64 ? 64 : 32}-bit ${littleEndian ? "little" : "big"}-endian`;

    Deno.test(`readSymbolNames() reads names of a ${kind} table by index`, async () => {
      const symbols = ["one", "two", "", "four"].map((name) => ({ name }));
      const { elf, table } = await open(symbols, { is64, littleEndian });
      assertEquals(
        await readSymbolNames(elf, table, [4, 2, 2, 3, 0]),
        new Map([[2, "two"], [4, "four"]]),
      );
    });
  }
}

Deno.test("readSymbolNames() reads near symbols in one piece, and far ones apart", async () => {
  const symbols = Array.from({ length: 2000 }, (_, at) => ({ name: `f${at}` }));
  const { elf, table, counting } = await open(symbols);
  counting.reads.length = 0;
  const names = await readSymbolNames(elf, table, [1, 2, 3, 1999]);
  assertEquals([...names.values()], ["f0", "f1", "f2", "f1998"]);
  const inSymbols = counting.reads.filter(({ fileOffset }) => fileOffset < table.stringsOffset);
  assertEquals(inSymbols.map(({ length }) => length), [3 * 24, 24]);
});

Deno.test("readSymbolNames() refuses a symbol outside the file", async () => {
  const { elf, table } = await open([{ name: "one" }]);
  await assertRejects(() => readSymbolNames(elf, table, [0xffff_ffff]), FormatError);
});

async function open(symbols: readonly SymbolSpec[], kind = {}) {
  const counting = new CountingSource(buildElf({ symbols, ...kind }).source);
  const elf = await ElfFile.open(counting);
  const [table] = await findSymbolTables(elf);
  return { elf, table: table!, counting };
}

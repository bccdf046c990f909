import { assertEquals } from "@std/assert";
import { ElfFile } from "../../lib/elf/mod.ts";
import {
  DT_JMPREL,
  DT_PLTREL,
  DT_PLTRELSZ,
  DT_REL,
  DT_RELA,
  DT_RELAENT,
  DT_RELASZ,
  DT_RELSZ,
  SHT_RELA,
} from "../../lib/elf/relocation_constants.ts";
import { findRelocationTables, RelocationReader } from "../../lib/elf/relocations.ts";
import { FormatError } from "../../lib/errors.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { CountingSource } from "../support/counting_source.ts";
import { buildDynamicElf, relocationBytes } from "../support/dynamic_elf.ts";
import { buildElf, type BuiltElf } from "../support/elf_builder.ts";

for (const is64 of [true, false]) {
  for (const littleEndian of [true, false]) {
    const kind = `${is64 ? 64 : 32}-bit ${littleEndian ? "little" : "big"}-endian`;

    Deno.test(`RelocationReader reads ${kind} relocations with addends`, async () => {
      const bytes = relocationBytes(
        [[0x4018, 0x123456, 7, 0x50], [0x4020, 0, 37, -8]],
        is64,
        littleEndian,
      );
      const built = buildRela(bytes, { is64, littleEndian });
      assertEquals(await readAll(built), [[0x4018, 7, 0x123456, 0x50], [0x4020, 37, 0, -8]]);
    });

    Deno.test(`RelocationReader reads ${kind} relocations without addends`, async () => {
      const built = buildDynamicElf({
        is64,
        littleEndian,
        sections:
          () => [{ name: ".rel", bytes: relocationBytes([[0x4018, 3, 7]], is64, littleEndian) }],
        tags: (built) => [[DT_REL, built.section(".rel").vaddr], [DT_RELSZ, is64 ? 16 : 8]],
      });
      assertEquals(await readAll(built), [[0x4018, 7, 3, 0]]);
    });
  }
}

Deno.test("RelocationReader gives NaN for a place or an addend that is no address", async () => {
  const built = buildRela(relocationBytes([[1n << 60n, 1, 7, 1n << 55n]]));
  assertEquals(await readAll(built), [[NaN, 7, 1, NaN]]);
});

Deno.test("RelocationReader reads a large table in chunks", async () => {
  const count = 30_000;
  const bytes = new Uint8Array(24 * count);
  new DataView(bytes.buffer).setUint32(24 * (count - 1), 0x77, true);
  const counting = new CountingSource(buildRela(bytes).source);
  const elf = await ElfFile.open(counting);
  const [table] = await findRelocationTables(elf);
  const relocations = new RelocationReader(elf, table!);
  let seen = 0;
  while (await relocations.fill()) while (relocations.next()) seen++;
  assertEquals([seen, relocations.place], [count, 0x77]);
  assertEquals(counting.longestRead <= 1 << 18, true);
});

Deno.test("findRelocationTables() gives those of the linkage table first, in its own form", async () => {
  const built = buildDynamicElf({
    sections: () => [
      { name: ".rela", bytes: new Uint8Array(48) },
      { name: ".plt", bytes: new Uint8Array(32) },
    ],
    tags: (built) => [
      [DT_RELA, built.section(".rela").vaddr],
      [DT_RELASZ, 48],
      [DT_RELAENT, 48],
      [DT_JMPREL, built.section(".plt").vaddr],
      [DT_PLTRELSZ, 32],
      [DT_PLTREL, DT_REL],
    ],
  });
  assertEquals(await findRelocationTables(await ElfFile.open(built.source)), [
    { fileOffset: built.section(".plt").fileOffset, count: 2, entrySize: 16, hasAddends: false },
    { fileOffset: built.section(".rela").fileOffset, count: 1, entrySize: 48, hasAddends: true },
  ]);
});

Deno.test("findRelocationTables() goes by sections where there is no dynamic segment", async () => {
  const table = { type: SHT_RELA, bytes: new Uint8Array(48), entrySize: 24 };
  const { source, section } = buildElf({
    sections: [{ ...table, name: ".rela.plt" }, { ...table, name: ".rela.text", vaddr: 0 }],
  });
  assertEquals(await findRelocationTables(await ElfFile.open(source)), [
    { fileOffset: section(".rela.plt").fileOffset, count: 2, entrySize: 24, hasAddends: true },
  ]);
});

Deno.test("findRelocationTables() leaves out a table whose vaddr is not in the file", async () => {
  const tags = () => [[DT_RELA, 0x7000_0000], [DT_RELASZ, 48]] as const;
  const { source } = buildDynamicElf({ sections: () => [], tags });
  assertEquals(await findRelocationTables(await ElfFile.open(source)), []);
});

Deno.test("findRelocationTables() refuses a table that ends outside the file", async () => {
  const built = buildRela(new Uint8Array(24), {}, 0x10_0000);
  const elf = await ElfFile.open(built.source);
  const start = built.section(".rela").fileOffset.toString(16);
  await assertRejectsExactly(
    () => findRelocationTables(elf),
    FormatError,
    `Cannot read bytes of "test.so" at file offset 0x${start}: need 1048576 bytes, file ends at ` +
      `0x${built.source.size.toString(16)}`,
  );
});

Deno.test("findRelocationTables() refuses entries that are too small", async () => {
  const built = buildDynamicElf({
    sections: () => [{ name: ".rela", bytes: new Uint8Array(24) }],
    tags: (built) => [[DT_RELA, built.section(".rela").vaddr], [DT_RELASZ, 24], [DT_RELAENT, 8]],
  });
  const elf = await ElfFile.open(built.source);
  const start = built.section(".rela").fileOffset.toString(16);
  await assertRejectsExactly(
    () => findRelocationTables(elf),
    FormatError,
    `Cannot read the relocations of "test.so" at file offset 0x${start}: entries have 8 bytes, ` +
      "want at least 24",
  );
});

interface Kind {
  readonly is64?: boolean;
  readonly littleEndian?: boolean;
}

function buildRela(bytes: Uint8Array, kind: Kind = {}, size = bytes.length): BuiltElf {
  return buildDynamicElf({
    ...kind,
    sections: () => [{ name: ".rela", bytes }],
    tags: (built) => [[DT_RELA, built.section(".rela").vaddr], [DT_RELASZ, size]],
  });
}

/** Of each relocation place, type, symbol and addend. */
async function readAll(built: BuiltElf): Promise<number[][]> {
  const elf = await ElfFile.open(built.source);
  const all: number[][] = [];
  for (const table of await findRelocationTables(elf)) {
    const relocations = new RelocationReader(elf, table);
    while (await relocations.fill()) {
      while (relocations.next()) {
        const { place, type, symbolIndex, addend } = relocations;
        all.push([place, type, symbolIndex, addend]);
      }
    }
  }
  return all;
}

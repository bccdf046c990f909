import { assertEquals } from "@std/assert";
import { PT_DYNAMIC } from "../../lib/elf/constants.ts";
import { readDynamicEntries } from "../../lib/elf/dynamic_entries.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { FormatError } from "../../lib/errors.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { buildDynamicElf } from "../support/dynamic_elf.ts";
import { buildElf, codeSection } from "../support/elf_builder.ts";

const sections = () => [codeSection(".text", 0x40)];

for (const is64 of [true, false]) {
  for (const littleEndian of [true, false]) {
    const kind = `${is64 ? 64 : 32}-bit ${littleEndian ? "little" : "big"}-endian`;

    Deno.test(`readDynamicEntries() reads a ${kind} segment up to DT_NULL`, async () => {
      const tags = () => [[5, 0x1234], [0x6fff_fef5, 0xf000_0000], [0, 0], [7, 1]] as const;
      const { source } = buildDynamicElf({ is64, littleEndian, sections, tags });
      assertEquals(
        await readDynamicEntries(await ElfFile.open(source)),
        new Map([[5, 0x1234], [0x6fff_fef5, 0xf000_0000]]),
      );
    });
  }
}

Deno.test("readDynamicEntries() gives NaN for a value that is neither a vaddr nor a size", async () => {
  const tags = () => [[7, 1n << 60n]] as const;
  const { source } = buildDynamicElf({ sections, tags });
  assertEquals(await readDynamicEntries(await ElfFile.open(source)), new Map([[7, NaN]]));
});

Deno.test("readDynamicEntries() gives nothing without a dynamic segment", async () => {
  const { source } = buildElf();
  assertEquals(await readDynamicEntries(await ElfFile.open(source)), new Map());
});

Deno.test("readDynamicEntries() refuses a segment outside the file", async () => {
  const segment = { type: PT_DYNAMIC, fileOffset: 0x10_0000, fileSize: 0x20 };
  const { source } = buildElf({ moreSegments: [segment] });
  const elf = await ElfFile.open(source);
  await assertRejectsExactly(
    () => readDynamicEntries(elf),
    FormatError,
    'Cannot read bytes of "test.so" at file offset 0x100000: need 32 bytes, file ends at ' +
      `0x${source.size.toString(16)}`,
  );
});

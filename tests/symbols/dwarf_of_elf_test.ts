import { assertEquals } from "@std/assert";
import { deflateSync } from "node:zlib";
import { SHT_NOBITS } from "../../lib/elf/constants.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { FormatError } from "../../lib/errors.ts";
import { dwarfOfElf, hasDwarf } from "../../lib/symbols/dwarf_of_elf.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { written } from "../support/dwarf_writer.ts";
import { buildElf } from "../support/elf_builder.ts";
import type { SectionSpec } from "../support/elf_spec.ts";

const SHF_COMPRESSED = 0x800;
const ELFCOMPRESS_ZLIB = 1;

/** A section of zlib data that says how many bytes it becomes. */
function compressed(name: string, content: Uint8Array, size = content.length): SectionSpec {
  const bytes = written((writer) => {
    writer.u32(ELFCOMPRESS_ZLIB);
    writer.u32(0);
    writer.word(true, size);
    writer.word(true, 1);
    writer.put(writer.position, deflateSync(content));
  });
  return { name, flags: SHF_COMPRESSED, bytes };
}

function elfWith(...sections: SectionSpec[]): Promise<ElfFile> {
  return ElfFile.open(buildElf({ sectionNames: true, sections }).source);
}

Deno.test("dwarfOfElf() opens sections as they are, and decompressed", async () => {
  const plain = { name: ".debug_info", flags: 0, bytes: Uint8Array.of(1, 2, 3) };
  const elf = await elfWith(plain, compressed(".debug_str", new Uint8Array(5000)));
  const dwarf = dwarfOfElf(elf);
  assertEquals([dwarf.name, dwarf.littleEndian], ["test.so", true]);
  assertEquals((await dwarf.section(".debug_info"))?.size, 3);
  assertEquals((await dwarf.section(".debug_str"))?.size, 5000);
  assertEquals(await dwarf.section(".debug_line"), undefined);
});

Deno.test("dwarfOfElf() knows sections that are elsewhere", async () => {
  const elf = await elfWith({ name: ".debug_info", type: SHT_NOBITS, bytes: new Uint8Array(9) });
  assertEquals(await dwarfOfElf(elf).section(".debug_info"), undefined);
  assertEquals(await hasDwarf(elf), false);
});

Deno.test("dwarfOfElf() does not decompress more than a file may become", async () => {
  const elf = await elfWith(
    compressed(".debug_info", new Uint8Array(5000)),
    compressed(".debug_str", new Uint8Array(5000)),
  );
  const dwarf = dwarfOfElf(elf, 9000);
  assertEquals((await dwarf.section(".debug_info"))?.size, 5000);
  await assertRejectsExactly(
    () => dwarf.section(".debug_str"),
    FormatError,
    'Cannot open a section of "test.so(.debug_str)": compressed sections become more than 0x2328 ' +
      "bytes together",
  );
});

Deno.test("dwarfOfElf() does not allocate what a section cannot become", async () => {
  const elf = await elfWith(compressed(".debug_info", new Uint8Array(5000), 2 ** 29));
  await assertRejectsExactly(
    () => dwarfOfElf(elf).section(".debug_info"),
    FormatError,
    'Cannot decompress the zlib data of "test.so(.debug_info)" at file offset 0x18: ' +
      "it is said to become 0x20000000 bytes, of 0x1c come at most 0x70e0",
  );
});

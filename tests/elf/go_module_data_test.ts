import { assertEquals } from "@std/assert";
import { findGoModuleData } from "../../lib/elf/go_module_data.ts";
import { findGoTable } from "../../lib/elf/gopclntab.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { ByteWriter } from "../support/byte_writer.ts";
import { buildElf, VADDR_SHIFT } from "../support/elf_builder.ts";
import { buildGoTable } from "../support/go_table_builder.ts";

const PT_LOAD = 1;
const FLAGS_RW = 6;
const FUNCTIONS = [{ start: 0, name: "main.main" }];

interface Options {
  readonly version?: "1.18" | "1.20";
  readonly littleEndian?: boolean;
  readonly pointerSize?: 4 | 8;
  /** Where the structure is. */
  readonly sectionName?: string;
  /** Bytes before it in its section. */
  readonly before?: number;
  /** By how much its first pointer misses the table. */
  readonly miss?: number;
}

async function find(options: Options = {}) {
  const { version = "1.20", littleEndian = true, pointerSize = 8 } = options;
  const { sectionName = ".go.module", before = 0, miss = 0 } = options;
  const is64 = pointerSize === 8;
  const table = buildGoTable({ version, littleEndian, pointerSize, functions: FUNCTIONS, end: 9 });
  const build = (bytes: Uint8Array) =>
    buildElf({
      is64,
      littleEndian,
      sectionNames: true,
      sections: [{ name: ".gopclntab", bytes: table }, { name: sectionName, bytes }],
      segments: [{
        type: PT_LOAD,
        flags: FLAGS_RW,
        fileOffset: 0,
        vaddr: VADDR_SHIFT,
        fileSize: 0x200 + before + 41 * pointerSize,
      }],
    });
  const { vaddr } = build(new Uint8Array(0)).section(".gopclntab");
  const data = new ByteWriter(littleEndian);
  for (let word = 0; word < 41; word++) {
    data.position = before + word * pointerSize;
    const names = vaddr + 8 + 8 * pointerSize;
    data.word(is64, word === 0 ? vaddr + miss : word === 1 ? names : 0x1000 + word);
  }
  const elf = await ElfFile.open(build(data.bytes()).source);
  const goTable = await findGoTable(elf);
  return await findGoModuleData(elf, goTable!);
}

const FOUND = { functionsEnd: 0x1015, textStart: 0x1016, functionData: 0x1028 };

for (const littleEndian of [true, false]) {
  for (const pointerSize of [4, 8] as const) {
    const kind = `${8 * pointerSize}-bit ${littleEndian ? "little" : "big"}-endian`;

    Deno.test(`findGoModuleData() reads ${kind} .go.module`, async () => {
      assertEquals(await find({ littleEndian, pointerSize }), FOUND);
    });

    Deno.test(`findGoModuleData() looks for ${kind} module data where data is written`, async () => {
      const found = await find({ littleEndian, pointerSize, sectionName: ".data", before: 0x40 });
      assertEquals(found, FOUND);
    });
  }
}

Deno.test("findGoModuleData() finds module data that lies over the end of a chunk", async () => {
  for (const before of [(1 << 20) - 0x200, (1 << 20) - 0x100, 1 << 20]) {
    assertEquals(await find({ sectionName: ".data", before }), FOUND);
  }
});

Deno.test("findGoModuleData() knows that Go 1.18 has two fields less", async () => {
  assertEquals(await find({ version: "1.18" }), { ...FOUND, functionData: 0x1026 });
});

Deno.test("findGoModuleData() gives nothing that does not point at the table", async () => {
  assertEquals(await find({ miss: 8 }), undefined);
  assertEquals(await find({ miss: 8, sectionName: ".data" }), undefined);
});

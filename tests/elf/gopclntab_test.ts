import { assertEquals } from "@std/assert";
import { findGoTable } from "../../lib/elf/gopclntab.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { FormatError, UnsupportedError } from "../../lib/errors.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { buildElf } from "../support/elf_builder.ts";
import { buildGoTable } from "../support/go_table_builder.ts";

const FUNCTIONS = [{ start: 0, name: "main.main" }];

function elfWith(bytes: Uint8Array<ArrayBuffer>, name = ".gopclntab"): Promise<ElfFile> {
  return ElfFile.open(buildElf({ sectionNames: true, sections: [{ name, bytes }] }).source);
}

Deno.test("findGoTable() says where the parts of the table are", async () => {
  const bytes = buildGoTable({ version: "1.20", textStart: 0x5000, functions: FUNCTIONS, end: 9 });
  const elf = await elfWith(bytes, ".data.rel.ro.gopclntab");
  const { fileOffset, vaddr } = (await elf.sections())[1]!;
  assertEquals(await findGoTable(elf), {
    version: "1.20",
    fileOffset,
    end: fileOffset + bytes.length,
    vaddr,
    quantum: 1,
    pointerSize: 8,
    functionCount: 1,
    textStart: 0x5000,
    namesOffset: fileOffset + 72,
    namesEnd: fileOffset + 82,
    pcValuesOffset: fileOffset + 82,
    functionsOffset: fileOffset + 82,
    fieldSize: 4,
    functionDataOffset: fileOffset + 82,
  });
});

Deno.test("findGoTable() does not support an unknown magic number", async () => {
  const elf = await elfWith(new Uint8Array(80));
  const message = 'Cannot read "test.so": .gopclntab with magic number 0x0 is not supported';
  await assertRejectsExactly(() => findGoTable(elf), UnsupportedError, message);
});

interface Defect {
  readonly what: string;
  readonly change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;
  readonly message: string;
}

const DEFECTS: readonly Defect[] = [
  {
    what: "an odd pointer size",
    change: (bytes) => bytes.with(7, 5) as Uint8Array<ArrayBuffer>,
    message: 'Cannot read bytes of "test.so" at file offset 0x84: want 00 00, a quantum and a' +
      " pointer size, not 1, 5",
  },
  {
    what: "more functions than bytes",
    change: (bytes) => bytes.with(10, 1) as Uint8Array<ArrayBuffer>,
    message: 'Cannot read the header of .gopclntab of "test.so" at file offset 0x80: 65537' +
      " functions and their names do not lie in its 146 bytes",
  },
  {
    what: "names outside the table",
    change: (bytes) => bytes.with(34, 1) as Uint8Array<ArrayBuffer>,
    message: 'Cannot read the header of .gopclntab of "test.so" at file offset 0x80: 1 functions' +
      " and their names do not lie in its 146 bytes",
  },
  {
    what: "a cut header",
    change: (bytes) => bytes.slice(0, 30),
    message: 'Cannot read bytes of "test.so" at file offset 0x98: need 8 bytes, 6 are left',
  },
];

for (const { what, change, message } of DEFECTS) {
  Deno.test(`findGoTable() refuses ${what}`, async () => {
    const elf = await elfWith(
      change(buildGoTable({ version: "1.20", functions: FUNCTIONS, end: 9 })),
    );
    await assertRejectsExactly(() => findGoTable(elf), FormatError, message);
  });
}

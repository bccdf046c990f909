import { assert, assertEquals } from "@std/assert";
import { ElfFile } from "../../lib/elf/mod.ts";
import type { GoTableVersion } from "../../lib/elf/gopclntab.ts";
import { FormatError, UnsupportedError } from "../../lib/errors.ts";
import { findGoFunctions } from "../../lib/symbols/go_functions.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { ByteWriter } from "../support/byte_writer.ts";
import { CountingSource } from "../support/counting_source.ts";
import { buildElf, codeSection, VADDR_SHIFT } from "../support/elf_builder.ts";
import type { ElfSpec, SectionSpec } from "../support/elf_spec.ts";
import { buildGoTable, type GoTableSpec } from "../support/go_table_builder.ts";

const FUNCTIONS = [
  { start: 0x1000, name: "main.main" },
  { start: 0x1040, name: "main.(*T).Ünïcode[...]" },
  { start: 0x1100, name: "runtime.goexit" },
];
const END = 0x1180;

function specOf(version: GoTableVersion, more: Partial<GoTableSpec> = {}): GoTableSpec {
  const isRelative = version === "1.18" || version === "1.20";
  const functions = isRelative
    ? FUNCTIONS.map(({ start, name }) => ({ start: start - 0x1000, name }))
    : FUNCTIONS;
  const end = isRelative ? END - 0x1000 : END;
  return { version, functions, end, textStart: isRelative ? 0x1000 : 0, ...more };
}

function elfWith(
  bytes: Uint8Array<ArrayBuffer>,
  more: ElfSpec = {},
  sections: readonly SectionSpec[] = [],
) {
  return buildElf({
    sectionNames: true,
    sections: [...sections, { name: ".gopclntab", bytes }],
    ...more,
  });
}

for (const version of ["1.2", "1.16", "1.18", "1.20"] as const) {
  for (const littleEndian of [true, false]) {
    for (const pointerSize of [4, 8] as const) {
      const kind = `${8 * pointerSize}-bit ${littleEndian ? "little" : "big"}-endian`;

      Deno.test(`findGoFunctions() reads the ${kind} table of Go ${version}`, async () => {
        const bytes = buildGoTable(specOf(version, { littleEndian, pointerSize }));
        const is64 = pointerSize === 8;
        const elf = await ElfFile.open(elfWith(bytes, { is64, littleEndian }).source);
        const vaddrs = Float64Array.of(0xfff, 0x1000, 0x103f, 0x1040, 0x1100, 0x117f, 0x1180);
        const found = await findGoFunctions(elf, vaddrs);
        const [main, method, exit] = FUNCTIONS.map(({ start, name }, at) => ({
          name,
          start,
          end: FUNCTIONS[at + 1]?.start ?? END,
          inlined: [],
        }));
        assertEquals(found, [undefined, main, main, method, exit, exit, undefined]);
      });
    }
  }
}

Deno.test("findGoFunctions() gives nothing for a file that is no Go program", async () => {
  const elf = await ElfFile.open(buildElf({ sectionNames: true }).source);
  assertEquals(await findGoFunctions(elf, Float64Array.of(0x1000)), undefined);
});

Deno.test("findGoFunctions() does not look for a table in a file that is no Go program", async () => {
  const source = new CountingSource(
    buildElf({ sections: [codeSection(".text", 1 << 20)], noSectionHeaders: true }).source,
  );
  assertEquals(await findGoFunctions(await ElfFile.open(source), Float64Array.of(1)), undefined);
  assert(source.bytesRead < 1000);
});

Deno.test("findGoFunctions() gives nothing if the table has no bytes", async () => {
  const built = buildElf({
    sectionNames: true,
    sections: [{ name: ".gopclntab", type: 8, bytes: new Uint8Array(100) }],
  });
  const elf = await ElfFile.open(built.source);
  assertEquals(await findGoFunctions(elf, Float64Array.of(0x1000)), undefined);
});

Deno.test("findGoFunctions() finds the table of a Go program without section headers", async () => {
  const PT_NOTE = 4;
  const note = new ByteWriter(true);
  for (const word of [4, 4, 4]) note.u32(word);
  note.put(12, new TextEncoder().encode("Go\0\0 id!"));
  const sections = [
    { name: ".note", bytes: note.bytes() },
    // The magic number by chance, over the end of the first chunk that is read.
    codeSection(".text", (1 << 20) - 0x40, { flags: 2 }),
    { name: ".data", bytes: new Uint8Array([0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8, 0, 0, 0, 1]) },
    { name: "table", bytes: buildGoTable(specOf("1.20")) },
  ];
  const built = buildElf({
    noSectionHeaders: true,
    sections,
    moreSegments: [{ type: PT_NOTE, fileOffset: 0xb0, vaddr: 0xb0 + VADDR_SHIFT, fileSize: 20 }],
  });
  assertEquals(built.section(".note").fileOffset, 0xb0);
  const elf = await ElfFile.open(built.source);
  const found = await findGoFunctions(elf, Float64Array.of(0x1000));
  assertEquals(found?.map((one) => one?.name), ["main.main"]);
});

Deno.test("findGoFunctions() takes .text for the start if all of it is Go code", async () => {
  const bytes = buildGoTable(specOf("1.20", { textStart: 0 }));
  const text = codeSection(".text", 0x180);
  const built = elfWith(bytes, {}, [text]);
  const elf = await ElfFile.open(built.source);
  const { vaddr } = built.section(".text");
  const found = await findGoFunctions(elf, Float64Array.of(vaddr + 0x40));
  assertEquals(found?.map((one) => [one?.name, one?.start]), [[FUNCTIONS[1]!.name, vaddr + 0x40]]);
});

Deno.test("findGoFunctions() gives no names if nothing says where the code is", async () => {
  const bytes = buildGoTable(specOf("1.20", { textStart: 0 }));
  const elf = await ElfFile.open(elfWith(bytes, {}, [codeSection(".text", 0x1000)]).source);
  await assertRejectsExactly(
    () => findGoFunctions(elf, Float64Array.of(0x1000)),
    UnsupportedError,
    'Cannot read "test.so": .gopclntab without moduledata is not supported',
  );
});

Deno.test("findGoFunctions() gives no names if there are several text sections", async () => {
  const bytes = buildGoTable(specOf("1.20", { textStart: 0 }));
  const place = elfWith(bytes).section(".gopclntab");
  const data = new ByteWriter(true);
  data.word(true, place.vaddr);
  data.word(true, place.vaddr + 72);
  for (const [word, value] of [[21, 0x9000], [22, 0x1000], [40, 0]] as const) {
    data.position = 8 * word;
    data.word(true, value);
  }
  const sections = [{ name: ".gopclntab", bytes }, { name: ".go.module", bytes: data.bytes() }];
  const built = buildElf({ sectionNames: true, sections });
  assertEquals(built.section(".gopclntab").vaddr, place.vaddr);
  const elf = await ElfFile.open(built.source);
  await assertRejectsExactly(
    () => findGoFunctions(elf, Float64Array.of(0x1000)),
    UnsupportedError,
    'Cannot read "test.so": Go code in more than one text section is not supported',
  );
});

Deno.test("findGoFunctions() gives no names if addresses are not relocated", async () => {
  const functions = FUNCTIONS.map(({ name }) => ({ start: 0, name }));
  const bytes = buildGoTable({ version: "1.16", functions, end: 0 });
  const elf = await ElfFile.open(elfWith(bytes).source);
  await assertRejectsExactly(
    () => findGoFunctions(elf, Float64Array.of(0x1000)),
    UnsupportedError,
    'Cannot read "test.so": .gopclntab whose addresses are not relocated is not supported',
  );
});

Deno.test("findGoFunctions() refuses a table whose functions do not ascend", async () => {
  const functions = [{ start: 0x1000, name: "a" }, { start: 0x1000, name: "b" }];
  const bytes = buildGoTable({ version: "1.2", functions, end: 0x900 });
  const elf = await ElfFile.open(elfWith(bytes).source);
  await assertRejectsExactly(
    () => findGoFunctions(elf, Float64Array.of(0x1000)),
    FormatError,
    'Cannot read bytes of "test.so" at file offset 0xa0: function has addresses 0x1000 to 0x900,' +
      " want ascending ones, and a description at 0xec",
  );
});

Deno.test("findGoFunctions() reads little of a large table", async () => {
  const functions = Array.from({ length: 100_000 }, (_, index) => ({
    start: 64 * index,
    name: `github.com/example/package${index % 100}.(*Type).function${index}`,
  }));
  const bytes = buildGoTable({ version: "1.20", textStart: 0x1000, functions, end: 64 * 100_000 });
  const source = new CountingSource(elfWith(bytes).source);
  const elf = await ElfFile.open(source);
  const vaddrs = Float64Array.from({ length: 100 }, (_, at) => 0x1000 + 64_000 * at);
  const found = (await findGoFunctions(elf, vaddrs))!;
  assertEquals(
    found.map((one) => one?.name),
    functions.filter((_, at) => at % 1000 === 0)
      .map(({ name }) => name),
  );
  assert(source.bytesRead < 150_000, `${source.bytesRead} bytes of ${source.size}`);
});

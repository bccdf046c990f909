import { assertEquals } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { DT_STRTAB, DT_SYMTAB, SHT_SYMTAB } from "../../lib/elf/constants.ts";
import { ElfFile, readBuildId } from "../../lib/elf/mod.ts";
import { FormatError, type SourcePlace } from "../../lib/errors.ts";
import { lookupSymbols } from "../../lib/symbols/mod.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { buildElf, type BuiltElf } from "../support/elf_builder.ts";

// One defect a file: a good file of 0x11c0 bytes with a function "main" at 0x3000b0, and one number
// of it changed. The tests of each structure have more of them.

interface Defect {
  /** What is wrong, as a clause behind "a file". */
  readonly what: string;
  /** Where the number is, its size in bytes, and what it becomes. */
  readonly change: (built: BuiltElf) => [fileOffset: number, size: number, value: number | bigint];
  /** What it says; undefined if the file can still be read. */
  readonly message: string | undefined;
  readonly place?: SourcePlace;
  /** The name found, for a file that can still be read; "main" by default, undefined for none. */
  readonly name?: string | undefined;
}

const headerAt = (built: BuiltElf, index: number) => built.sectionHeaderOffset + 64 * index;
const [TEXT, SYMTAB, STRTAB] = [1, 2, 3];

const DEFECTS: readonly Defect[] = [
  {
    what: "whose magic number is changed",
    change: () => [0, 1, 0x7e],
    message: 'Cannot read the ELF header of "bad.so" at file offset 0x0: ' +
      "first bytes are 7e 45 4c 46, want 7f 45 4c 46",
    place: { fileOffset: 0 },
  },
  {
    what: "whose program headers are behind its end",
    change: () => [32, 8, 0x2000],
    message: 'Cannot read the program headers of "bad.so" at file offset 0x2000: ' +
      "need 1 headers of 56 bytes, file ends at 0x11c0",
    place: { fileOffset: 0x2000 },
  },
  {
    what: "with more program headers than it has bytes",
    change: () => [56, 2, 0x8000],
    message: 'Cannot read the program headers of "bad.so" at file offset 0x40: ' +
      "need 32768 headers of 56 bytes, file ends at 0x11c0",
    place: { fileOffset: 0x40 },
  },
  {
    what: "with program headers of 0 bytes",
    change: () => [54, 2, 0],
    message: 'Cannot read the program headers of "bad.so" at file offset 0x40: ' +
      "e_phentsize is 0, want at least 56",
    place: { fileOffset: 0x40 },
  },
  {
    what: "with a segment at 2^63",
    change: () => [64 + 8, 8, 1n << 63n],
    message: 'Cannot read bytes of "bad.so" at file offset 0x48: ' +
      "value 0x8000000000000000 is past 2^53",
    place: { fileOffset: 0x48 },
  },
  {
    what: "with a segment whose vaddr is no address",
    change: () => [64 + 16, 8, 0x1234_5678_9abc_def0n],
    message: undefined,
  },
  {
    what: "whose section headers are behind its end",
    change: () => [40, 8, 0x2000],
    message: 'Cannot read the section headers of "bad.so" at file offset 0x2000: ' +
      "need 4 headers of 64 bytes, file ends at 0x11c0",
    place: { fileOffset: 0x2000 },
  },
  {
    what: "with section headers of 0 bytes",
    change: () => [58, 2, 0],
    message: 'Cannot read the section headers of "bad.so" at file offset 0x10c0: ' +
      "e_shentsize is 0, want at least 64",
    place: { fileOffset: 0x10c0 },
  },
  {
    what: "with one section header too many",
    change: () => [60, 2, 5],
    message: 'Cannot read the section headers of "bad.so" at file offset 0x10c0: ' +
      "need 5 headers of 64 bytes, file ends at 0x11c0",
    place: { fileOffset: 0x10c0 },
  },
  {
    what: "whose section .text is not executable",
    change: (built) => [headerAt(built, TEXT) + 8, 8, 2],
    message: undefined,
    name: undefined,
  },
  {
    what: "whose symbol table is behind its end",
    change: (built) => [headerAt(built, SYMTAB) + 24, 8, 0x2000],
    message: 'Cannot read bytes of "bad.so" at file offset 0x2000: ' +
      "need 48 bytes, file ends at 0x11c0",
    place: { fileOffset: 0x2000 },
  },
  {
    what: "whose symbol table is larger than it",
    change: (built) => [headerAt(built, SYMTAB) + 32, 8, 1n << 52n],
    message: 'Cannot read bytes of "bad.so" at file offset 0x1080: ' +
      "need 4503599627370496 bytes, file ends at 0x11c0",
    place: { fileOffset: 0x1080 },
  },
  {
    what: "with symbols of 23 bytes",
    change: (built) => [headerAt(built, SYMTAB) + 56, 8, 23],
    message: 'Cannot read the section header of .symtab of "bad.so": sh_entsize is 23, want 24',
  },
  {
    what: "with symbols larger than their table",
    change: (built) => [headerAt(built, SYMTAB) + 56, 8, 1n << 52n],
    message: undefined,
    name: undefined,
  },
  {
    what: "whose symbols have their names in no section",
    change: (built) => [headerAt(built, SYMTAB) + 40, 4, 4],
    message: 'Cannot read the section header of .symtab of "bad.so": ' +
      "sh_link is 4, file has 4 sections",
  },
  {
    what: "whose string table is of type SHT_NOBITS",
    change: (built) => [headerAt(built, STRTAB) + 4, 4, 8],
    message: 'Cannot read the section header of .symtab of "bad.so": ' +
      "sh_link is 3, a section without bytes",
  },
  {
    what: "whose string table ends behind it",
    change: (built) => [headerAt(built, STRTAB) + 32, 8, 0x1000],
    message: 'Cannot read bytes of "bad.so" at file offset 0x10b0: ' +
      "need 4096 bytes, file ends at 0x11c0",
    place: { fileOffset: 0x10b0 },
  },
  {
    what: "whose string table cuts a name",
    change: (built) => [headerAt(built, STRTAB) + 32, 8, 4],
    message: 'Cannot read a string of "bad.so" at file offset 0x10b1: it has no end',
    place: { fileOffset: 0x10b1 },
  },
  {
    what: "with a name outside the string table",
    change: (built) => [built.section(".symtab").fileOffset + 24, 4, 6],
    message: undefined,
    name: undefined,
  },
  {
    what: "with a symbol of a section that is not there",
    change: (built) => [built.section(".symtab").fileOffset + 30, 2, 77],
    message: undefined,
    name: undefined,
  },
  {
    what: "with a symbol whose size is no number of bytes",
    change: (built) => [built.section(".symtab").fileOffset + 40, 8, 0x1234_5678_9abc_def0n],
    message: undefined,
    name: undefined,
  },
];

for (const { what, change, message, place, ...rest } of DEFECTS) {
  const name = "name" in rest ? rest.name : "main";
  const outcome = message === undefined ? `finds ${name ?? "nothing"} in` : "rejects";

  Deno.test(`lookupSymbols() ${outcome} a file ${what}`, async () => {
    const built = buildElf({ symbols: [{ name: "main", at: 0x30, size: 8 }] });
    const { vaddr } = built.section(".text");
    const [fileOffset, size, value] = change(built);
    put(built.bytes, fileOffset, size, value);
    const source = new MemorySource("bad.so", built.bytes);
    const look = async () =>
      await lookupSymbols(await ElfFile.open(source), Float64Array.of(vaddr + 0x30));
    if (message === undefined) {
      assertEquals((await look()).functions.map((found) => found?.name), [name]);
    } else {
      const error = await assertRejectsExactly(look, FormatError, message);
      assertEquals(error.place, place);
      assertEquals(error.source, "bad.so");
    }
  });
}

Deno.test("lookupSymbols() finds nothing in a file whose dynamic tables are nowhere", async () => {
  for (const tag of [DT_SYMTAB, DT_STRTAB]) {
    const built = buildElf({
      noSectionHeaders: true,
      dynamicSymbols: [{ name: "main", at: 0x30, size: 8 }],
      dynamic: new Map([[tag, 0xdead_0000]]),
    });
    const elf = await ElfFile.open(built.source);
    const vaddrs = Float64Array.of(built.section(".text").vaddr + 0x30);
    assertEquals((await lookupSymbols(elf, vaddrs)).functions, [undefined]);
  }
});

Deno.test("lookupSymbols() takes no symbols from bytes that are no symbol table", async () => {
  const symtab = {
    name: ".symtab",
    type: SHT_SYMTAB,
    link: 1,
    bytes: new Uint8Array(48).fill(0xff),
  };
  const { source } = buildElf({ sections: [{ name: ".strtab", type: 3 }, symtab] });
  const elf = await ElfFile.open(source);
  assertEquals((await lookupSymbols(elf, Float64Array.of(-1, 0, 1))).functions, [
    undefined,
    undefined,
    undefined,
  ]);
});

Deno.test("readBuildId() finds nothing where a note segment holds something else", async () => {
  const moreSegments = [{ type: 4, fileOffset: 0x100, fileSize: 0x400 }];
  assertEquals(await readBuildId(await ElfFile.open(buildElf({ moreSegments }).source)), "");
});

function put(bytes: Uint8Array, fileOffset: number, size: number, value: number | bigint): void {
  let rest = BigInt.asUintN(64, BigInt(value));
  for (let at = 0; at < size; at++) {
    bytes[fileOffset + at] = Number(rest & 0xffn);
    rest >>= 8n;
  }
}

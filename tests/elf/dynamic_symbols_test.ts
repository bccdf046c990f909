import { assertEquals } from "@std/assert";
import {
  DT_GNU_HASH,
  DT_HASH,
  DT_STRSZ,
  DT_STRTAB,
  DT_SYMTAB,
  EM_S390,
  PT_DYNAMIC,
  PT_LOAD,
} from "../../lib/elf/constants.ts";
import { type DynamicSymbols, findDynamicSymbols } from "../../lib/elf/dynamic_symbols.ts";
import { ElfFile, findSymbolTables } from "../../lib/elf/mod.ts";
import { FormatError } from "../../lib/errors.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { buildElf, type BuiltElf, EM_X86_64, VADDR_SHIFT } from "../support/elf_builder.ts";
import type { ElfSpec } from "../support/elf_spec.ts";
import { pieceOf, SparseSource } from "../support/sparse_source.ts";

const SYMBOLS = ["one", "two", "three"].map((name, at) => ({ name, at: 16 * at, size: 8 }));

for (const hash of ["sysv", "gnu", "both"] as const) {
  for (const is64 of [true, false]) {
    for (const littleEndian of [true, false]) {
      const kind = `${is64 ? 64 : 32}-bit ${littleEndian ? "little" : "big"}-endian`;

      Deno.test(`findDynamicSymbols() counts by hash tables "${hash}", ${kind}`, async () => {
        const built = build({ hash, is64, littleEndian });
        assertEquals(await find(built), expectedOf(built, 4));
      });
    }
  }
}

Deno.test("findDynamicSymbols() reads the 8-byte words of DT_HASH on s390x", async () => {
  const built = build({ hash: "sysv", machine: EM_S390, littleEndian: false });
  assertEquals(await find(built), expectedOf(built, 4));
});

Deno.test("findDynamicSymbols() reads the 4-byte words of DT_HASH on 31-bit s390", async () => {
  const built = build({ hash: "sysv", machine: EM_S390, is64: false, littleEndian: false });
  assertEquals(await find(built), expectedOf(built, 4));
});

Deno.test("findDynamicSymbols() goes by DT_HASH where both tables are there", async () => {
  const built = build({ hash: "both", gnuHash: { buckets: [1], chains: [1] } });
  assertEquals((await find(built))?.count, 4);
});

Deno.test("findDynamicSymbols() goes by DT_GNU_HASH where DT_HASH is not in the file", async () => {
  const built = build({ hash: "both", dynamic: new Map([[DT_HASH, 0x7777_0000]]) });
  assertEquals((await find(built))?.count, 4);
});

Deno.test("findDynamicSymbols() gives nothing without a hash table", async () => {
  assertEquals(await find(build({ hash: "none" })), undefined);
});

Deno.test("findDynamicSymbols() gives nothing without a dynamic segment", async () => {
  assertEquals(await find(buildElf({ noSectionHeaders: true })), undefined);
});

for (const [name, tag] of [["DT_SYMTAB", DT_SYMTAB], ["DT_STRTAB", DT_STRTAB]] as const) {
  Deno.test(`findDynamicSymbols() gives nothing if ${name} is not in the file`, async () => {
    assertEquals(await find(build({ dynamic: new Map([[tag, 0x7777_0000]]) })), undefined);
  });
}

Deno.test("findDynamicSymbols() takes the end of the bucket that begins last", async () => {
  const gnuHash = { buckets: [2, 0, 1, 4, 0], chains: [0x11, 0x20, 0x21, 0x30, 0x40, 0x51] };
  assertEquals((await find(build({ hash: "gnu", gnuHash })))?.count, 7);
});

Deno.test("findDynamicSymbols() counts the symbols that are not hashed, too", async () => {
  const gnuHash = { firstSymbol: 3, buckets: [3], chains: [0x21] };
  assertEquals((await find(build({ hash: "gnu", gnuHash })))?.count, 4);
});

Deno.test("findDynamicSymbols() counts none but those if all buckets are empty", async () => {
  const gnuHash = { firstSymbol: 4, buckets: [0, 0, 0], chains: [] };
  assertEquals((await find(build({ hash: "gnu", gnuHash })))?.count, 4);
});

Deno.test("findDynamicSymbols() skips a Bloom filter of several words", async () => {
  for (const is64 of [true, false]) {
    const built = build({ hash: "gnu", is64, gnuHash: { symbolCount: 4, bloomWords: 8 } });
    assertEquals((await find(built))?.count, 4);
  }
});

Deno.test("findDynamicSymbols() follows a chain over several chunks", async () => {
  const built = build({ hash: "gnu", gnuHash: { symbolCount: 40_000 } });
  assertEquals((await find(built))?.count, 40_000);
});

Deno.test("findDynamicSymbols() reads buckets over several chunks", async () => {
  const buckets = Array.from({ length: 40_000 }, (_, at) => at === 39_999 ? 2 : 0);
  const built = build({ hash: "gnu", gnuHash: { buckets, chains: [0x11, 0x20, 0x31] } });
  assertEquals((await find(built))?.count, 4);
});

Deno.test("findDynamicSymbols() rejects a chain that no set bit ends", async () => {
  const built = build({ hash: "gnu" });
  // Behind DT_NULL there are zeros only, up to the end of the file.
  const chains = built.section(".gnu.hash").fileOffset + 28;
  const last = 1 + (built.source.size - 16 - chains) / 4;
  new DataView(built.bytes.buffer).setUint32(chains - 4, last, true);
  const chainOffset = built.source.size - 16;
  const error = await assertRejectsExactly(
    async () => await find(built),
    FormatError,
    'Cannot count the symbols of DT_GNU_HASH of "test.so" at file offset ' +
      `0x${chainOffset.toString(16)}: chain of symbol ${last} has no end`,
  );
  assertEquals(error.place, { fileOffset: chainOffset });
});

Deno.test("findDynamicSymbols() comes to the end of a chain of 100 MB", async () => {
  const built = build({ hash: "gnu" });
  const chains = built.section(".gnu.hash").fileOffset + 28;
  const last = 1 + (built.source.size - 16 - chains) / 4;
  new DataView(built.bytes.buffer).setUint32(chains - 4, last, true);
  const size = 100_000_000;
  const source = new SparseSource("test.so", size, [
    pieceOf(0, built.bytes),
    { fileOffset: size - 4, length: 4, fill: (_, into) => into.fill(1) },
  ]);
  const found = await findDynamicSymbols(await ElfFile.open(source));
  assertEquals(found?.count, last + (size - built.source.size + 16) / 4);
});

Deno.test("findDynamicSymbols() rejects buckets that go on behind the file", async () => {
  const built = build({ hash: "gnu" });
  const { fileOffset } = built.section(".gnu.hash");
  new DataView(built.bytes.buffer).setUint32(fileOffset, 0x4000_0000, true);
  const error = await assertRejectsExactly(
    async () => await find(built),
    FormatError,
    `Cannot read bytes of "test.so" at file offset 0x${(fileOffset + 24).toString(16)}: ` +
      `need 65536 bytes, file ends at 0x${built.source.size.toString(16)}`,
  );
  assertEquals(error.place, { fileOffset: fileOffset + 24 });
});

Deno.test("findDynamicSymbols() gives nothing if the dynamic segment has no bytes", async () => {
  // As in a file with debug information that objcopy made.
  const dynamic = { type: PT_DYNAMIC, fileOffset: 0x99_0000, fileSize: 0, memorySize: 0x100 };
  assertEquals(await find(buildElf({ moreSegments: [dynamic] })), undefined);
});

Deno.test("findDynamicSymbols() rejects a dynamic segment that is behind the file", async () => {
  const dynamic = { type: PT_DYNAMIC, fileOffset: 0x99_0000, fileSize: 0x20 };
  const built = buildElf({ noSectionHeaders: true, moreSegments: [dynamic] });
  await assertRejectsExactly(
    async () => await find(built),
    FormatError,
    'Cannot read bytes of "test.so" at file offset 0x990000: ' +
      `need 32 bytes, file ends at 0x${built.source.size.toString(16)}`,
  );
});

for (
  const [what, size] of [
    ["behind the file", 0x4000_0000],
    ["past 2^53", 1n << 53n],
    ["of 2^64 - 1", (1n << 64n) - 1n],
  ] as const
) {
  Deno.test(`findDynamicSymbols() ends the names with the file if DT_STRSZ is ${what}`, async () => {
    const built = build({ dynamic: new Map([[DT_STRSZ, size]]) });
    const { fileOffset } = built.section(".dynstr");
    assertEquals((await find(built))?.stringsSize, built.source.size - fileOffset);
  });
}

Deno.test("findSymbolTables() rejects more dynamic symbols than the file can hold", async () => {
  const built = build({ hash: "sysv" });
  const { fileOffset } = built.section(".hash");
  new DataView(built.bytes.buffer).setUint32(fileOffset + 4, 0xffff_ffff, true);
  const elf = await ElfFile.open(built.source);
  const at = `0x${built.section(".dynsym").fileOffset.toString(16)}`;
  await assertRejectsExactly(
    () => findSymbolTables(elf),
    FormatError,
    `Cannot read bytes of "test.so" at file offset ${at}: ` +
      `need 103079215080 bytes, file ends at 0x${built.source.size.toString(16)}`,
  );
});

Deno.test("findDynamicSymbols() finds tables by the segment that holds their vaddrs", async () => {
  // Two segments, each with another difference between vaddr and file offset.
  const whole = build({ hash: "both" });
  const split = whole.section(".dynstr").fileOffset;
  const segments = [
    { type: PT_LOAD, fileOffset: 0, vaddr: VADDR_SHIFT, fileSize: split },
    {
      type: PT_LOAD,
      fileOffset: split,
      vaddr: 0x77_0000 + split,
      fileSize: whole.source.size - split,
    },
  ];
  const moved = (name: string) => 0x77_0000 + built.section(name).fileOffset;
  // The second program header moves all sections by its own size.
  let built = build({ hash: "both", segments });
  const dynamic = new Map([
    [DT_STRTAB, moved(".dynstr")],
    [DT_HASH, moved(".hash")],
    [DT_GNU_HASH, moved(".gnu.hash")],
  ]);
  segments[0]!.fileSize = segments[1]!.fileOffset = built.section(".dynstr").fileOffset;
  segments[1]!.vaddr = moved(".dynstr");
  segments[1]!.fileSize = built.source.size - segments[1]!.fileOffset;
  built = build({ hash: "both", segments, dynamic });
  assertEquals(await find(built), expectedOf(built, 4));
});

function build(spec: ElfSpec): BuiltElf {
  return buildElf({
    machine: EM_X86_64,
    dynamicSymbols: SYMBOLS,
    noSectionHeaders: true,
    ...spec,
  });
}

async function find(built: BuiltElf): Promise<DynamicSymbols | undefined> {
  return await findDynamicSymbols(await ElfFile.open(built.source));
}

function expectedOf(built: BuiltElf, count: number): DynamicSymbols {
  const strings = built.section(".dynstr");
  return {
    fileOffset: built.section(".dynsym").fileOffset,
    count,
    stringsOffset: strings.fileOffset,
    stringsSize: strings.size,
  };
}

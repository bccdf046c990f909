import { assertEquals } from "@std/assert";
import {
  SHN_UNDEF,
  SHN_XINDEX,
  SHT_NOBITS,
  STB_GNU_UNIQUE,
  STB_LOCAL,
  STB_WEAK,
  STT_GNU_IFUNC,
  STT_NOTYPE,
} from "../../lib/elf/constants.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { FormatError } from "../../lib/errors.ts";
import { lookupSymbols } from "../../lib/symbols/mod.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { buildElf, codeSection } from "../support/elf_builder.ts";
import { namesAt, namesIn } from "../support/lookup.ts";
import { Random } from "../support/random.ts";

const STT_OBJECT = 1;
const STT_SECTION = 3;
const STT_FILE = 4;
const STT_COMMON = 5;
const STT_TLS = 6;
const SHN_ABS = 0xfff1;
const SHN_COMMON = 0xfff2;

for (const is64 of [true, false]) {
  for (const littleEndian of [true, false]) {
    const kind = `${is64 ? 64 : 32}-bit ${littleEndian ? "little" : "big"}-endian`;

    Deno.test(`lookupSymbols() names the functions of a ${kind} file`, async () => {
      const symbols = [{ name: "one", at: 0x10, size: 8 }, { name: "two", at: 0x18, size: 8 }];
      assertEquals(
        await namesAt({ is64, littleEndian, symbols }, [0xf, 0x10, 0x17, 0x18, 0x1f, 0x20]),
        [undefined, "one", "one", "two", "two", undefined],
      );
    });
  }
}

Deno.test("lookupSymbols() gives starts, and the tables of the file", async () => {
  const symbols = [{ name: "one", at: 0x10, size: 8 }];
  const built = buildElf({ symbols, dynamicSymbols: symbols });
  const start = built.section(".text").vaddr + 0x10;
  const elf = await ElfFile.open(built.source);
  assertEquals(await lookupSymbols(elf, Float64Array.of(start - 1, start + 4)), {
    functions: [undefined, { name: "one", start }],
    tables: ["dynsym", "symtab"],
  });
});

Deno.test("lookupSymbols() finds nothing in a file without symbols", async () => {
  const elf = await ElfFile.open(buildElf().source);
  assertEquals(await lookupSymbols(elf, Float64Array.of(0x10)), {
    functions: [undefined],
    tables: [],
  });
});

for (
  const [type, value] of Object.entries({
    FUNC: 2,
    NOTYPE: STT_NOTYPE,
    GNU_IFUNC: STT_GNU_IFUNC,
  })
) {
  Deno.test(`lookupSymbols() takes symbols of type ${type}`, async () => {
    const symbols = [{ name: "it", at: 0x10, size: 8, type: value }];
    assertEquals(await namesAt({ symbols }, [0x10]), ["it"]);
  });
}

for (
  const [type, value] of Object.entries({
    OBJECT: STT_OBJECT,
    SECTION: STT_SECTION,
    FILE: STT_FILE,
    COMMON: STT_COMMON,
    TLS: STT_TLS,
  })
) {
  Deno.test(`lookupSymbols() takes no symbols of type ${type}`, async () => {
    const symbols = [
      { name: "it", at: 0x10, size: 8, type: value },
      { name: "label", at: 0x20, type: value },
    ];
    assertEquals(await namesAt({ symbols }, [0x10, 0x20]), [undefined, undefined]);
  });
}

for (
  const [name, section] of Object.entries({ UNDEF: SHN_UNDEF, ABS: SHN_ABS, COMMON: SHN_COMMON })
) {
  Deno.test(`lookupSymbols() takes no symbols of section ${name}`, async () => {
    const { vaddr } = buildElf({ symbols: [] }).section(".text");
    const symbols = [{ name: "it", value: vaddr + 0x10, size: 8, section }];
    assertEquals(await namesAt({ symbols }, [0x10]), [undefined]);
  });
}

Deno.test("lookupSymbols() takes no symbols of sections without code", async () => {
  const sections = [
    codeSection(".text", 0x100),
    { name: ".data", bytes: new Uint8Array(0x100) },
    { name: ".bss", type: SHT_NOBITS, size: 0x100 },
  ];
  const symbols = [
    { name: "data", section: ".data", at: 0x10, size: 8 },
    { name: "bss", section: ".bss", at: 0x10, size: 8 },
  ];
  const built = buildElf({ sections, symbols });
  const vaddrs = [".data", ".bss"].map((name) => built.section(name).vaddr + 0x10);
  assertEquals(await namesIn(built.source, vaddrs), [undefined, undefined]);
});

Deno.test("lookupSymbols() takes no symbol of a section that is not there", async () => {
  const { vaddr } = buildElf({ symbols: [] }).section(".text");
  const symbols = [{ name: "it", value: vaddr + 0x10, size: 8, section: 99 }];
  assertEquals(await namesAt({ symbols }, [0x10]), [undefined]);
});

Deno.test("lookupSymbols() takes symbols of SHN_XINDEX by their vaddr", async () => {
  const sections = [codeSection(".text", 0x100), { name: ".data", bytes: new Uint8Array(0x100) }];
  const { vaddr } = buildElf({ sections, symbols: [] }).section(".text");
  const symbols = [
    { name: "code", value: vaddr + 0x10, size: 8, section: SHN_XINDEX },
    { name: "label", value: vaddr + 0x20, section: SHN_XINDEX },
    { name: "data", value: vaddr + 0x110, size: 8, section: SHN_XINDEX },
  ];
  assertEquals(await namesAt({ sections, symbols }, [0x10, 0x20, 0x110]), [
    "code",
    "label",
    undefined,
  ]);
});

Deno.test("lookupSymbols() takes a file with 70,000 sections", async () => {
  const sections = Array.from({ length: 70_000 }, (_, at) => ({ name: `.s${at}` }));
  const symbols = [{ name: "far", section: ".text", at: 0x10, size: 8 }, { name: "end", at: 0x20 }];
  const spec = { sections: [...sections, codeSection(".text", 0x100)], symbols };
  assertEquals(await namesAt({ ...spec, extendedNumbering: true }, [0x10, 0x20]), ["far", "end"]);
});

Deno.test("lookupSymbols() takes a function whose st_value is 0", async () => {
  const sections = [codeSection(".text", 0x100, { vaddr: 0 })];
  const symbols = [{ name: "first", value: 0, size: 8, section: 1 }];
  assertEquals(await namesAt({ sections, symbols }, [0, 7, 8]), ["first", "first", undefined]);
});

Deno.test("lookupSymbols() takes functions of the kernel's half", async () => {
  const sections = [codeSection(".text", 0x100, { vaddr: 0xffff_ffff_8100_0000n })];
  const symbols = [{ name: "_stext", value: 0xffff_ffff_8100_0010n, size: 8, section: 1 }];
  const { source } = buildElf({ sections, symbols });
  assertEquals(await namesIn(source, [-0x7effffef, -0x7effffe8]), ["_stext", undefined]);
});

Deno.test("lookupSymbols() ignores symbols whose numbers are no addresses", async () => {
  const wild = 0x1234_5678_9abc_def0n;
  const symbols = [
    { name: "value", value: wild, size: 8, section: 1 },
    { name: "label", value: wild, section: 1 },
    { name: "size", at: 0x10, size: wild },
    { name: "good", at: 0x10, size: 8 },
  ];
  assertEquals(await namesAt({ symbols }, [0x10, 0x18]), ["good", undefined]);
});

Deno.test("lookupSymbols() ignores empty names", async () => {
  const symbols = [{ name: "", at: 0x10, size: 8 }, { name: "outer", at: 0, size: 0x40 }];
  assertEquals(await namesAt({ symbols }, [0x10]), ["outer"]);
});

Deno.test("lookupSymbols() ignores names outside the string table", async () => {
  const symbols = [
    { name: "lost", at: 0x10, size: 8, nameOffset: 0x7777_7777 },
    { name: "outer", at: 0, size: 0x40 },
  ];
  assertEquals(await namesAt({ symbols }, [0x10]), ["outer"]);
});

Deno.test("lookupSymbols() ignores a default version, and keeps another", async () => {
  const symbols = [
    { name: "memcpy@@GLIBC_2.14", at: 0, size: 8 },
    { name: "memcpy@GLIBC_2.2.5", at: 8, size: 8 },
  ];
  assertEquals(await namesAt({ symbols }, [0, 8]), ["memcpy", "memcpy@GLIBC_2.2.5"]);
});

Deno.test("lookupSymbols() chooses among aliases by binding, then by name", async () => {
  const alias = (name: string, binding: number) => ({ name, binding, at: 0, size: 8 });
  const symbols = [alias("a", STB_LOCAL), alias("b", STB_WEAK), alias("__c", 1), alias("_c", 1)];
  assertEquals(await namesAt({ symbols }, [0]), ["_c"]);
});

Deno.test("lookupSymbols() takes GNU_UNIQUE for GLOBAL", async () => {
  const symbols = [
    { name: "a", binding: STB_WEAK, at: 0, size: 8 },
    { name: "unique", binding: STB_GNU_UNIQUE, at: 0, size: 8 },
  ];
  assertEquals(await namesAt({ symbols }, [0]), ["unique"]);
});

Deno.test("lookupSymbols() merges .symtab and .dynsym", async () => {
  const spec = {
    symbols: [{ name: "private", at: 0, size: 8 }, { name: "__both", at: 16, size: 8 }],
    dynamicSymbols: [{ name: "public", at: 8, size: 8 }, { name: "both", at: 16, size: 8 }],
  };
  assertEquals(await namesAt(spec, [0, 8, 16]), ["private", "public", "both"]);
});

Deno.test("lookupSymbols() names code up to the next label", async () => {
  const symbols = [
    { name: "_start", at: 0x10, type: STT_NOTYPE },
    { name: "loop", at: 0x20, type: STT_NOTYPE, binding: STB_LOCAL },
  ];
  assertEquals(await namesAt({ symbols }, [0, 0x10, 0x1f, 0x20, 0xfff]), [
    undefined,
    "_start",
    "_start",
    "loop",
    "loop",
  ]);
});

Deno.test("lookupSymbols() ends labels with their section", async () => {
  const sections = [codeSection(".text", 0x100), codeSection(".fini", 0x100)];
  const symbols = [{ name: "label", at: 0x10 }];
  assertEquals(await namesAt({ sections, symbols }, [0xff, 0x100]), ["label", undefined]);
});

Deno.test("lookupSymbols() takes a label at the end of a section for no start", async () => {
  // As __stop_text, which is the last section's though its vaddr is the next one's.
  const sections = [codeSection(".text", 0x100), codeSection(".fini", 0x100)];
  const symbols = [{ name: "__stop_text", at: 0x100, section: ".text" }];
  assertEquals(await namesAt({ sections, symbols }, [0x100, 0x110]), [undefined, undefined]);
});

Deno.test("lookupSymbols() lets an empty section not hide another at its vaddr", async () => {
  const sections = [codeSection(".text", 0x100), codeSection(".hot", 0)];
  const symbols = [{ name: "label", at: 0x10 }];
  const { vaddr } = buildElf({ sections, symbols }).section(".text");
  const empty = codeSection(".hot", 0, { vaddr: vaddr + 0x20 });
  assertEquals(await namesAt({ sections: [sections[0]!, empty], symbols }, [0x30]), ["label"]);
});

Deno.test("lookupSymbols() spreads no dynamic symbol without a size", async () => {
  const dynamicSymbols = [{ name: "public", at: 0x10 }];
  assertEquals(await namesAt({ dynamicSymbols }, [0x10, 0x11]), ["public", undefined]);
});

Deno.test("lookupSymbols() goes by segments where there are no sections", async () => {
  const dynamicSymbols = [{ name: "public", at: 0x10, size: 8 }];
  assertEquals(await namesAt({ dynamicSymbols, noSectionHeaders: true }, [0x10, 0x17, 0x18]), [
    "public",
    "public",
    undefined,
  ]);
});

Deno.test("lookupSymbols() does not depend on the order of the table", async () => {
  const random = new Random(7);
  const symbols = Array.from({ length: 200 }, (_, at) => ({
    name: `f${at}`,
    at: random.below(0x100),
    size: random.pick([0, 1, 4, 16, 64]),
    binding: random.below(3),
  }));
  const offsets = Array.from({ length: 0x140 }, (_, at) => at);
  const names = await namesAt({ symbols }, offsets);
  for (let round = 0; round < 20; round++) {
    assertEquals(await namesAt({ symbols: random.shuffle(symbols) }, offsets), names);
  }
});

Deno.test("lookupSymbols() rejects a table in which symbols overlap beyond reason", async () => {
  const symbols = Array.from({ length: 2100 }, () => ({ name: "x", at: 0, size: 0x8_0000 }));
  const elf = await ElfFile.open(buildElf({ symbols }).source);
  const first = buildElf({ symbols }).section(".text").vaddr;
  const vaddrs = Float64Array.from({ length: 100_000 }, (_, at) => first + at);
  const error = await assertRejectsExactly(
    () => lookupSymbols(elf, vaddrs),
    FormatError,
    'Cannot match the symbols of "test.so": too many symbols overlap',
  );
  assertEquals(error.place, undefined);
});

Deno.test("lookupSymbols() rejects a name that does not end in its table", async () => {
  const built = buildElf({ symbols: [{ name: "main", at: 0, size: 8 }] });
  const strings = built.section(".strtab");
  built.bytes.fill(0x61, strings.fileOffset, strings.fileOffset + strings.size);
  const at = `0x${(strings.fileOffset + 1).toString(16)}`;
  await assertRejectsExactly(
    () => namesIn(built.source, [built.section(".text").vaddr]),
    FormatError,
    `Cannot read a string of "test.so" at file offset ${at}: it has no end`,
  );
});

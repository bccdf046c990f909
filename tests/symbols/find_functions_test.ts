import { assertEquals } from "@std/assert";
import { type ByteSource, MemorySource } from "../../lib/bytes/mod.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { FormatError } from "../../lib/errors.ts";
import { type DebugFilePlaces, findFunctions } from "../../lib/symbols/mod.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { debugFile, knownFunctions } from "../support/debug_files.ts";
import { patched, SHIFTED } from "../support/shifted_library.ts";

// What is left of a file whose section headers are damaged: three of the four functions of the
// library are exported, the fourth has bounds only.

const SECTION_HEADERS = 2352;
const SYMTAB_HEADER = SECTION_HEADERS + 15 * 64;
/** The program header of the dynamic segment. */
const DYNAMIC_HEADER = 64 + 5 * 56;
const SECOND = 0x153a;
const PRIVATE = 0x1596;
const NO_PLACES: DebugFilePlaces = {
  debugDirs: [],
  openDebugFile: () => Promise.resolve(undefined),
};

interface Damage {
  readonly what: string;
  readonly bytes: Uint8Array;
  readonly message: string;
}

const DAMAGES: readonly Damage[] = [
  {
    what: "the section headers are cut off",
    bytes: SHIFTED.subarray(0, SECTION_HEADERS),
    message: 'Cannot read the section headers of "libx.so" at file offset 0x930: ' +
      "need 18 headers of 64 bytes, file ends at 0x930",
  },
  {
    what: "e_shoff is past 2^32",
    bytes: patched(SHIFTED, 0x28 + 5, [1]),
    message: 'Cannot read the section headers of "libx.so" at file offset 0x10000000930: ' +
      "need 18 headers of 64 bytes, file ends at 0xdb0",
  },
  {
    what: "e_shentsize is too small",
    bytes: patched(SHIFTED, 0x3a, [40]),
    message: 'Cannot read the section headers of "libx.so" at file offset 0x930: ' +
      "e_shentsize is 40, want at least 64",
  },
  {
    what: ".symtab lies behind the file",
    bytes: patched(SHIFTED, SYMTAB_HEADER + 24 + 2, [1]),
    message: 'Cannot read bytes of "libx.so" at file offset 0x10758: ' +
      "need 216 bytes, file ends at 0xdb0",
  },
  {
    what: ".symtab has its names in no section",
    bytes: patched(SHIFTED, SYMTAB_HEADER + 40, [99]),
    message: 'Cannot read the section header of .symtab of "libx.so": ' +
      "sh_link is 99, file has 18 sections",
  },
  {
    what: ".symtab is not compressed, but says so",
    bytes: patched(SHIFTED, SYMTAB_HEADER + 8 + 1, [8]),
    message: 'Cannot read "libx.so(.symtab)": ch_type 0 is not supported',
  },
];

for (const { what, bytes, message } of DAMAGES) {
  Deno.test(`findFunctions() takes the dynamic symbols where ${what}`, async () => {
    const elf = await ElfFile.open(new MemorySource("libx.so", bytes));
    const vaddrs = Float64Array.of(SECOND + 5, PRIVATE + 5);
    const lookup = await findFunctions(elf, "/lib/libx.so", vaddrs, NO_PLACES);
    assertEquals(lookup.functions, [
      { name: "layout_second", start: SECOND },
      { name: "", start: PRIVATE },
    ]);
    assertEquals(lookup.namesFrom, [".dynsym"]);
    assertEquals(lookup.hasSymtab, false);
    assertEquals(lookup.damage?.message, message);
    assertEquals(lookup.problems[0], message);
  });
}

Deno.test("findFunctions() has all functions of a file that is not damaged", async () => {
  const elf = await ElfFile.open(new MemorySource("libx.so", SHIFTED));
  const vaddrs = Float64Array.of(SECOND + 5, PRIVATE + 5);
  const lookup = await findFunctions(elf, "/lib/libx.so", vaddrs, NO_PLACES);
  assertEquals(lookup.functions.map((found) => found?.name), ["layout_second", "layout_private"]);
  assertEquals([lookup.damage, lookup.problems], [undefined, []]);
});

Deno.test("findFunctions() throws if there is no other way to the symbols", async () => {
  const withoutSections = patched(SHIFTED, 0x28 + 5, [1]);
  const bytes = patched(withoutSections, DYNAMIC_HEADER + 8 + 2, [1]);
  const elf = await ElfFile.open(new MemorySource("libx.so", bytes));
  await assertRejectsExactly(
    () => findFunctions(elf, "/lib/libx.so", Float64Array.of(SECOND), NO_PLACES),
    FormatError,
    'Cannot read bytes of "libx.so" at file offset 0x10658: need 160 bytes, file ends at 0xdb0',
  );
});

Deno.test("findFunctions() finds the debug file of a file without sound section headers", async () => {
  const whole = debugFile("x86_64/libnames-stripped.so");
  const bytes = (await whole.readAt(0, whole.size)).slice();
  bytes[0x28 + 4] = 1;
  const elf = await ElfFile.open(new MemorySource("libnames.so", bytes));
  const functions = knownFunctions("x86_64");
  const vaddrs = Float64Array.from(functions, ({ vaddr }) => vaddr);
  const lookup = await findFunctions(elf, "/lib/libnames.so", vaddrs, {
    debugDirs: ["/debug"],
    openDebugFile: (path) => Promise.resolve(byBuildId(path)),
  });
  assertEquals(lookup.functions.map((found) => found?.name), functions.map(({ name }) => name));
  assertEquals(lookup.hasSymtab, true);
});

Deno.test("findFunctions() does without a debug file whose symbols are damaged", async () => {
  const elf = await ElfFile.open(debugFile("x86_64/libnames-stripped.so"));
  const exported = knownFunctions("x86_64", "T");
  const vaddrs = Float64Array.from(exported, ({ vaddr }) => vaddr);
  const lookup = await findFunctions(elf, "/lib/libnames.so", vaddrs, {
    debugDirs: ["/debug"],
    openDebugFile: async (path) => {
      const source = byBuildId(path);
      if (source === undefined) return undefined;
      const bytes = (await source.readAt(0, source.size)).slice();
      // Whatever .symtab and .strtab are: the links of all sections lead nowhere.
      const headers = Number(new DataView(bytes.buffer).getBigUint64(0x28, true));
      for (let at = headers; at < bytes.length; at += 64) bytes[at + 40] = 0xff;
      return new MemorySource(path, bytes);
    },
  });
  assertEquals(lookup.functions.map((found) => found?.name), exported.map(({ name }) => name));
  assertEquals(lookup.namesFrom, [".dynsym"]);
  assertEquals(lookup.damage, undefined);
  assertEquals(lookup.problems.length, 1);
});

function byBuildId(path: string): ByteSource | undefined {
  const debugDir = "/debug/.build-id/";
  if (!path.startsWith(debugDir)) return undefined;
  return debugFile(`x86_64/debug/.build-id/${path.slice(debugDir.length)}`);
}

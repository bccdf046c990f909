import { assert, assertEquals } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { isSourceError } from "../../lib/errors.ts";
import { findFunctionBounds } from "../../lib/symbols/function_bounds.ts";
import { findGoFunctions } from "../../lib/symbols/go_functions.ts";
import { buildElf } from "../support/elf_builder.ts";
import { buildGoTable } from "../support/go_table_builder.ts";
import { testdata } from "../support/testdata.ts";

const LIBRARIES = [
  "x86_64/lld",
  "x86_64/no-sections",
  "aarch64/no-hdr",
  "aarch64/debug-frame",
  "armhf/exidx-lld",
  "s390x/gnu",
];
const MASKS = [0x01, 0x80, 0xff];

interface Case {
  readonly name: string;
  readonly whole: Uint8Array;
  readonly vaddrs: Float64Array;
  readonly read: (elf: ElfFile, vaddrs: Float64Array) => Promise<unknown>;
}

const CASES: readonly Case[] = [
  ...LIBRARIES.map((name) => ({
    name: `findFunctionBounds() with ${name}`,
    whole: Deno.readFileSync(testdata(`bounds/${name}.so`)),
    vaddrs: Float64Array.from({ length: 64 }, (_, at) => 0x300 + 0x5d * at),
    read: findFunctionBounds,
  })),
  ...(["1.2", "1.16", "1.20"] as const).map((version) => ({
    name: `findGoFunctions() with a table of Go ${version}`,
    whole: goProgram(version),
    vaddrs: Float64Array.of(0x1000, 0x1010, 0x1050, 0x1200),
    read: findGoFunctions,
  })),
];

for (const { name, whole, vaddrs, read } of CASES) {
  Deno.test(`${name} works for every prefix, or refuses it`, async () => {
    for (let length = 0; length < whole.length; length += length < 1000 ? 1 : 7) {
      await readOrRefuse(read, whole.slice(0, length), vaddrs, `${length} bytes`);
    }
  });

  Deno.test(`${name} works with any byte changed, or refuses it`, async () => {
    for (let at = 0; at < whole.length; at++) {
      const bytes = whole.slice();
      bytes[at]! ^= MASKS[at % MASKS.length]!;
      await readOrRefuse(read, bytes, vaddrs, `byte ${at}`);
    }
  });
}

async function readOrRefuse(
  read: Case["read"],
  bytes: Uint8Array,
  vaddrs: Float64Array,
  what: string,
): Promise<void> {
  try {
    const found = await read(await ElfFile.open(new MemorySource("test.so", bytes)), vaddrs);
    if (found !== undefined) assertEquals((found as unknown[]).length, vaddrs.length, what);
  } catch (error) {
    assert(isSourceError(error), `${what}: ${(error as Error).stack}`);
  }
}

function goProgram(version: "1.2" | "1.16" | "1.20"): Uint8Array {
  const base = version === "1.20" ? 0 : 0x1000;
  const functions = [0, 0x40, 0x80].map((start, at) => ({ start: base + start, name: `f${at}` }));
  const bytes = buildGoTable({ version, textStart: 0x1000, functions, end: base + 0x100 });
  return buildElf({ sectionNames: true, sections: [{ name: ".gopclntab", bytes }] }).bytes;
}

import { assertEquals } from "@std/assert";
import { ElfFile } from "../../lib/elf/mod.ts";
import { openMiniDebugInfo } from "../../lib/elf/mini_debug_info.ts";
import { findSection, openSection } from "../../lib/elf/section_data.ts";
import { FormatError } from "../../lib/errors.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import {
  ARCHITECTURES,
  debugElf,
  expectedNames,
  knownFunctions,
  namesOf,
} from "../support/debug_files.ts";
import { buildElf } from "../support/elf_builder.ts";
import { testdata } from "../support/testdata.ts";

for (const architecture of ARCHITECTURES) {
  Deno.test(`openMiniDebugInfo() has the static functions: ${architecture}`, async () => {
    const elf = await debugElf(`${architecture}/libnames-mini.so`);
    const hidden = knownFunctions(architecture, "t");
    assertEquals(await namesOf(elf, hidden), hidden.map(() => ["", ""]));
    const mini = (await openMiniDebugInfo(elf))!;
    assertEquals(mini.source.name, "libnames-mini.so(.gnu_debugdata)");
    assertEquals(await namesOf(mini, hidden), expectedNames(hidden));
    const exported = knownFunctions(architecture, "T");
    assertEquals(await namesOf(mini, exported), exported.map(() => ["", ""]));
  });
}

Deno.test("openMiniDebugInfo() gives nothing where there is none", async () => {
  assertEquals(await openMiniDebugInfo(await debugElf("x86_64/libnames.so")), undefined);
});

Deno.test("openMiniDebugInfo() rejects data that is no xz data", async () => {
  const elf = await withData(new TextEncoder().encode("something else, and long enough"), 62);
  await assertRejectsExactly(
    () => openMiniDebugInfo(elf),
    FormatError,
    'Cannot decompress the xz data of "test.so(.gnu_debugdata)" at file offset 0x0: ' +
      "it does not begin as xz data does",
  );
});

Deno.test("openMiniDebugInfo() rejects what is no ELF file", async () => {
  const bytes = Deno.readFileSync(testdata("debug_files/streams/text.xz"));
  const elf = await withData(bytes, 62);
  await assertRejectsExactly(
    () => openMiniDebugInfo(elf),
    FormatError,
    'Cannot read the ELF header of "test.so(.gnu_debugdata)" at file offset 0x0: ' +
      "first bytes are 2f 2a 20 45, want 7f 45 4c 46",
  );
});

Deno.test("openMiniDebugInfo() rejects an ELF file of another machine", async () => {
  const [armhf, x86] = [await dataOf("armhf"), await dataOf("x86_64")];
  for (
    const [bytes, machine, is64, detail] of [
      [x86, 183, true, "e_machine is 62, want 183"],
      [armhf, 40, true, "it has 32 bits, want 64"],
      [await dataOf("s390x"), 22, true, "it is big-endian, want little-endian"],
    ] as const
  ) {
    const elf = await withData(bytes, machine, is64);
    await assertRejectsExactly(
      () => openMiniDebugInfo(elf),
      FormatError,
      `Cannot use the ELF file of "test.so(.gnu_debugdata)": ${detail}`,
    );
  }
});

/** The bytes of `.gnu_debugdata`. */
async function dataOf(architecture: string): Promise<Uint8Array> {
  const elf = await debugElf(`${architecture}/libnames-mini.so`);
  const section = await openSection(elf, (await findSection(elf, ".gnu_debugdata"))!);
  return await section.readAt(0, section.size);
}

async function withData(bytes: Uint8Array, machine: number, is64 = true): Promise<ElfFile> {
  const sections = [{ name: ".gnu_debugdata", bytes }];
  return await ElfFile.open(buildElf({ machine, is64, sections, sectionNames: true }).source);
}

import { assertEquals } from "@std/assert";
import { readDebugFileBuildId } from "../../lib/elf/debug_file_build_id.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { SHT_NOTE } from "../../lib/elf/constants.ts";
import { ARCHITECTURES, debugElf, debugText } from "../support/debug_files.ts";
import { buildElf } from "../support/elf_builder.ts";

for (const architecture of ARCHITECTURES) {
  for (const file of ["libnames.so", "libnames-stripped.so", "linked/.debug/libnames.debug"]) {
    Deno.test(`readDebugFileBuildId() reads that of ${architecture}/${file}`, async () => {
      const elf = await debugElf(`${architecture}/${file}`);
      assertEquals(await readDebugFileBuildId(elf), debugText(`${architecture}/build-id`));
    });
  }
}

Deno.test("readDebugFileBuildId() reads that of a file by eu-strip", async () => {
  const elf = await debugElf("x86_64/elfutils/libnames.debug");
  assertEquals(await readDebugFileBuildId(elf), debugText("x86_64/build-id"));
});

Deno.test("readDebugFileBuildId() gives nothing where there is none", async () => {
  const elf = await debugElf("x86_64/no-build-id/libnames.debug");
  assertEquals(await readDebugFileBuildId(elf), "");
});

Deno.test("readDebugFileBuildId() goes by the section, not by the program headers", async () => {
  const elf = await ElfFile.open(
    buildElf({
      sections: [
        { name: ".other", type: SHT_NOTE, bytes: note([1, 2, 3, 4]) },
        { name: ".note.gnu.build-id", type: SHT_NOTE, bytes: note([5, 6, 7, 8]) },
      ],
      sectionNames: true,
    }).source,
  );
  assertEquals(await readDebugFileBuildId(elf), "05060708");
});

function note(description: readonly number[]): Uint8Array {
  return new Uint8Array([
    ...[4, 0, 0, 0, description.length, 0, 0, 0, 3, 0, 0, 0],
    ...[0x47, 0x4e, 0x55, 0, ...description],
  ]);
}

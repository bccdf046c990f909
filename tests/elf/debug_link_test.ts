import { assertEquals } from "@std/assert";
import { crc32OfSource } from "../../lib/bytes/crc32.ts";
import { readAltDebugLink, readDebugLink } from "../../lib/elf/debug_link.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { FormatError } from "../../lib/errors.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { ARCHITECTURES, debugElf, debugFile, debugText } from "../support/debug_files.ts";
import { buildElf } from "../support/elf_builder.ts";

for (const architecture of ARCHITECTURES) {
  Deno.test(`readDebugLink() reads what objcopy wrote: ${architecture}`, async () => {
    assertEquals(await readDebugLink(await debugElf(`${architecture}/linked/libnames.so`)), {
      fileName: "libnames.debug",
      crc32: await crc32OfSource(debugFile(`${architecture}/linked/.debug/libnames.debug`)),
    });
  });
}

Deno.test("readDebugLink() finds the CRC behind zero to three bytes of padding", async () => {
  const crc = [0x78, 0x56, 0x34, 0x12];
  for (const [name, padding] of [["abc", 0], ["ab", 1], ["a", 2], ["abcd", 3]] as const) {
    const bytes = [...text(name), 0, ...new Array(padding).fill(0xee), ...crc];
    assertEquals(await readDebugLink(await withSection(".gnu_debuglink", bytes)), {
      fileName: name,
      crc32: 0x1234_5678,
    });
  }
});

Deno.test("readDebugLink() reads the CRC in the byte order of the file", async () => {
  const bytes = [...text("abc"), 0, 0xf2, 0x34, 0x56, 0x78];
  const elf = await withSection(".gnu_debuglink", bytes, false);
  assertEquals((await readDebugLink(elf))?.crc32, 0xf234_5678);
});

Deno.test("readDebugLink() gives nothing where there is no link", async () => {
  assertEquals(await readDebugLink(await debugElf("x86_64/libnames.so")), undefined);
});

for (
  const [what, bytes, message] of [
    ["an empty section", [], "Cannot read the link of NAME: the name has no end"],
    ["a name without an end", text("abc"), "Cannot read the link of NAME: the name has no end"],
    ["an empty name", [0, 0, 0, 0, 1, 2, 3, 4], "Cannot read the link of NAME: it is empty"],
    [
      "a name that leads elsewhere",
      [...text("../../etc/x"), 0, 1, 2, 3, 4],
      "Cannot read the link of NAME: the file name has a slash",
    ],
    [
      "a CRC that is cut",
      [...text("abc"), 0, 1, 2, 3],
      "Cannot read bytes of NAME at file offset 0x4: need 4 bytes, 3 are left",
    ],
    [
      "a section of 1 MiB",
      new Array(1 << 20).fill(0x61),
      "Cannot read the link of NAME: it has 1048576 bytes, want at most 8192",
    ],
  ] as const
) {
  Deno.test(`readDebugLink() rejects ${what}`, async () => {
    const elf = await withSection(".gnu_debuglink", bytes);
    await assertRejectsExactly(
      () => readDebugLink(elf),
      FormatError,
      message.replace("NAME", '"test.so(.gnu_debuglink)"'),
    );
  });
}

Deno.test("readAltDebugLink() reads what dwz wrote", async () => {
  assertEquals(await readAltDebugLink(await debugElf("x86_64/dwz/libone.so")), {
    path: "../dwz/common.debug",
    buildId: debugText("x86_64/dwz/common.build-id"),
  });
});

Deno.test("readAltDebugLink() gives nothing where there is no link", async () => {
  assertEquals(await readAltDebugLink(await debugElf("x86_64/libnames.so")), undefined);
});

Deno.test("readAltDebugLink() rejects a link without a build-id", async () => {
  const elf = await withSection(".gnu_debugaltlink", [...text("abc"), 0]);
  await assertRejectsExactly(
    () => readAltDebugLink(elf),
    FormatError,
    'Cannot read the link of "test.so(.gnu_debugaltlink)": there is no build-id behind the path',
  );
});

function text(text: string): number[] {
  return [...new TextEncoder().encode(text)];
}

async function withSection(
  name: string,
  bytes: readonly number[],
  littleEndian = true,
): Promise<ElfFile> {
  const sections = [{ name, bytes: new Uint8Array(bytes) }];
  return await ElfFile.open(buildElf({ littleEndian, sections, sectionNames: true }).source);
}

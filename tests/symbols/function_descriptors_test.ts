import { assert, assertEquals } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { ElfFile, type SectionHeader } from "../../lib/elf/mod.ts";
import { findSection } from "../../lib/elf/section_data.ts";
import { FormatError } from "../../lib/errors.ts";
import {
  FunctionDescriptors,
  readFunctionDescriptors,
} from "../../lib/symbols/function_descriptors.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { buildElf } from "../support/elf_builder.ts";
import { testdata } from "../support/testdata.ts";

const FOLDER = "layouts/powerpc64/plain";
const LIBRARY = `${FOLDER}/sysroot/opt/layouts/libplain.so`;

Deno.test("readFunctionDescriptors() finds the entries that nm --synthetic prints", async () => {
  const descriptors = await read(libraryBytes());
  const values = namesIn("nm", /^([0-9a-f]+) [dD] (layout_\w+)$/gm);
  const entries = namesIn("nm-synthetic", /^([0-9a-f]+) [tT] \.(layout_\w+)$/gm);
  assertEquals(entries.size, 4);
  for (const [name, entry] of entries) {
    assertEquals(descriptors?.entryOf(values.get(name)!), entry, name);
  }
});

Deno.test("readFunctionDescriptors() takes addends where the file holds zeros", async () => {
  const bytes = libraryBytes();
  const opd = await sectionOf(bytes, ".opd");
  const plain = await read(bytes.slice());
  bytes.fill(0, opd.fileOffset, opd.fileOffset + opd.size);
  const relocated = await read(bytes);
  for (let vaddr = opd.vaddr; vaddr < opd.vaddr + opd.size; vaddr += 24) {
    assertEquals(relocated?.entryOf(vaddr), plain?.entryOf(vaddr));
  }
});

Deno.test("readFunctionDescriptors() gives the range of .opd", async () => {
  const descriptors = await read(libraryBytes());
  assertEquals([descriptors?.start, descriptors?.end], [0x1ea0, 0x1f00]);
});

Deno.test("readFunctionDescriptors() finds none in an ELFv2 file", async () => {
  const bytes = libraryBytes();
  bytes[51] = 2;
  assertEquals(await read(bytes), undefined);
});

Deno.test("readFunctionDescriptors() finds some in a file that names no ABI", async () => {
  const bytes = libraryBytes();
  bytes[51] = 0;
  assert(await read(bytes) !== undefined);
});

Deno.test("readFunctionDescriptors() finds none on other machines, or without .opd", async () => {
  assertEquals(await read(buildElf().bytes), undefined);
  assertEquals(await read(buildElf({ machine: 21, littleEndian: true }).bytes), undefined);
  assertEquals(await read(buildElf({ machine: 21, littleEndian: false }).bytes), undefined);
});

Deno.test("readFunctionDescriptors() refuses a section outside the file", async () => {
  const bytes = libraryBytes();
  const view = new DataView(bytes.buffer);
  // .opd is section 12; sh_size is at 32 of its header.
  view.setBigUint64(Number(view.getBigUint64(40)) + 12 * 64 + 32, 0x10_0000n);
  await assertRejectsExactly(
    () => read(bytes),
    FormatError,
    'Cannot read bytes of "libplain.so" at file offset 0xea0: need 1048576 bytes, file ends at ' +
      `0x${bytes.length.toString(16)}`,
  );
});

Deno.test("FunctionDescriptors.entryOf() gives NaN for what is no descriptor", () => {
  const bytes = Uint8Array.of(0, 0, 0, 0, 0, 0, 4, 80, 0x10, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3);
  const descriptors = new FunctionDescriptors(0x2000, bytes);
  assertEquals(descriptors.entryOf(0x2000), 0x450);
  for (const vaddr of [0x1ff8, 0x2004, 0x2008, 0x2010, 0x2018, NaN, -8]) {
    assertEquals(descriptors.entryOf(vaddr), NaN);
  }
});

Deno.test("FunctionDescriptors.entryOf() reads the upper half as negative vaddrs", () => {
  const bytes = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x81, 0, 0, 0);
  assertEquals(new FunctionDescriptors(0, bytes).entryOf(0), -0x7f00_0000);
});

async function read(bytes: Uint8Array): Promise<FunctionDescriptors | undefined> {
  return await readFunctionDescriptors(
    await ElfFile.open(new MemorySource("libplain.so", bytes)),
  );
}

async function sectionOf(bytes: Uint8Array, name: string): Promise<SectionHeader> {
  const elf = await ElfFile.open(new MemorySource("libplain.so", bytes));
  const section = await findSection(elf, name);
  if (section === undefined) throw new Error(`Cannot find section "${name}"`);
  return section;
}

function libraryBytes(): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(testdata(LIBRARY));
}

function namesIn(file: string, regexp: RegExp): Map<string, number> {
  const text = Deno.readTextFileSync(testdata(`${FOLDER}/${file}`));
  return new Map([...text.matchAll(regexp)].map((match) => [match[2]!, parseInt(match[1]!, 16)]));
}

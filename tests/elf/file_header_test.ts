import { assert, assertEquals } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { ET_DYN, ET_EXEC } from "../../lib/elf/constants.ts";
import { isElf, readFileHeader } from "../../lib/elf/mod.ts";
import { FormatError, UnsupportedError } from "../../lib/errors.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";

const MAGIC = [0x7f, 0x45, 0x4c, 0x46];

Deno.test("readFileHeader() reads 64-bit little-endian headers", async () => {
  const header = await readFileHeader(sourceOf([
    ...[...MAGIC, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ...[3, 0, 0xb7, 0, 1, 0, 0, 0], // e_type, e_machine, e_version
    ...[0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11], // e_entry
    ...[0x40, 0, 0, 0, 1, 0, 0, 0], // e_phoff
    ...[0x88, 0x77, 0x66, 0x55, 2, 0, 0, 0], // e_shoff
    ...[0xff, 0xff, 0xff, 0xff, 64, 0], // e_flags, e_ehsize
    ...[56, 0, 9, 0, 64, 0, 0x2c, 0x01, 0x2b, 0x01], // the numbers of headers and their sizes
  ]));
  assertEquals(header, {
    is64: true,
    littleEndian: true,
    type: ET_DYN,
    machine: 183,
    programHeaderOffset: 0x100000040,
    programHeaderSize: 56,
    programHeaderCount: 9,
    sectionHeaderOffset: 0x255667788,
    sectionHeaderSize: 64,
    sectionHeaderCount: 300,
    sectionNamesIndex: 299,
  });
});

Deno.test("readFileHeader() reads 64-bit big-endian headers", async () => {
  const header = await readFileHeader(sourceOf([
    ...[...MAGIC, 2, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ...[0, 3, 0, 22, 0, 0, 0, 1],
    ...[0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11],
    ...[0, 0, 0, 1, 0, 0, 0, 0x40],
    ...[0, 0, 0, 2, 0x55, 0x66, 0x77, 0x88],
    ...[0xff, 0xff, 0xff, 0xff, 0, 64],
    ...[0, 56, 0, 9, 0, 64, 0x01, 0x2c, 0x01, 0x2b],
  ]));
  assertEquals(header, {
    is64: true,
    littleEndian: false,
    type: ET_DYN,
    machine: 22,
    programHeaderOffset: 0x100000040,
    programHeaderSize: 56,
    programHeaderCount: 9,
    sectionHeaderOffset: 0x255667788,
    sectionHeaderSize: 64,
    sectionHeaderCount: 300,
    sectionNamesIndex: 299,
  });
});

Deno.test("readFileHeader() reads 32-bit little-endian headers", async () => {
  const header = await readFileHeader(sourceOf([
    ...[...MAGIC, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ...[2, 0, 40, 0, 1, 0, 0, 0],
    ...[0x11, 0x11, 0x11, 0x11],
    ...[0x34, 0, 0, 0],
    ...[0x88, 0x77, 0x66, 0xf5],
    ...[0xff, 0xff, 0xff, 0xff, 52, 0],
    ...[32, 0, 9, 0, 40, 0, 0x2c, 0x01, 0x2b, 0x01],
  ]));
  assertEquals(header, {
    is64: false,
    littleEndian: true,
    type: ET_EXEC,
    machine: 40,
    programHeaderOffset: 0x34,
    programHeaderSize: 32,
    programHeaderCount: 9,
    sectionHeaderOffset: 0xf5667788,
    sectionHeaderSize: 40,
    sectionHeaderCount: 300,
    sectionNamesIndex: 299,
  });
});

Deno.test("readFileHeader() reads 32-bit big-endian headers", async () => {
  const header = await readFileHeader(sourceOf([
    ...[...MAGIC, 1, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ...[0, 2, 0, 8, 0, 0, 0, 1],
    ...[0x11, 0x11, 0x11, 0x11],
    ...[0, 0, 0, 0x34],
    ...[0xf5, 0x66, 0x77, 0x88],
    ...[0xff, 0xff, 0xff, 0xff, 0, 52],
    ...[0, 32, 0, 9, 0, 40, 0x01, 0x2c, 0x01, 0x2b],
  ]));
  assertEquals(header, {
    is64: false,
    littleEndian: false,
    type: ET_EXEC,
    machine: 8,
    programHeaderOffset: 0x34,
    programHeaderSize: 32,
    programHeaderCount: 9,
    sectionHeaderOffset: 0xf5667788,
    sectionHeaderSize: 40,
    sectionHeaderCount: 300,
    sectionNamesIndex: 299,
  });
});

Deno.test("readFileHeader() rejects a file that is no ELF file", async () => {
  const error = await assertRejectsExactly(
    () => readFileHeader(sourceOf([...new TextEncoder().encode("#!/bin/sh\necho hello\n")])),
    FormatError,
    'Cannot read the ELF header of "test.so" at file offset 0x0: ' +
      "first bytes are 23 21 2f 62, want 7f 45 4c 46",
  );
  assertEquals(error.place, { fileOffset: 0 });
});

Deno.test("readFileHeader() rejects an empty file", async () => {
  await assertRejectsExactly(
    () => readFileHeader(sourceOf([])),
    FormatError,
    'Cannot read the ELF header of "test.so" at file offset 0x0: ' +
      "first bytes are none, want 7f 45 4c 46",
  );
});

Deno.test("readFileHeader() rejects a file of three bytes", async () => {
  await assertRejectsExactly(
    () => readFileHeader(sourceOf([0x7f, 0x45, 0x4c])),
    FormatError,
    'Cannot read the ELF header of "test.so" at file offset 0x0: ' +
      "first bytes are 7f 45 4c, want 7f 45 4c 46",
  );
});

Deno.test("readFileHeader() rejects a file that is cut behind the magic number", async () => {
  const error = await assertRejectsExactly(
    () => readFileHeader(sourceOf([...MAGIC, 2, 1, 1])),
    FormatError,
    'Cannot read the ELF header of "test.so" at file offset 0x0: need 16 bytes, file has 7',
  );
  assertEquals(error.place, { fileOffset: 0 });
});

Deno.test("readFileHeader() rejects a file that is cut before its class", async () => {
  await assertRejectsExactly(
    () => readFileHeader(sourceOf(MAGIC)),
    FormatError,
    'Cannot read the ELF header of "test.so" at file offset 0x0: need 16 bytes, file has 4',
  );
});

Deno.test("readFileHeader() rejects a 64-bit header that is cut", async () => {
  const bytes = new Uint8Array(63);
  bytes.set([...MAGIC, 2, 1, 1]);
  await assertRejectsExactly(
    () => readFileHeader(new MemorySource("test.so", bytes)),
    FormatError,
    'Cannot read the ELF header of "test.so" at file offset 0x0: need 64 bytes, file has 63',
  );
});

Deno.test("readFileHeader() rejects a 32-bit header that is cut", async () => {
  const bytes = new Uint8Array(51);
  bytes.set([...MAGIC, 1, 1, 1]);
  await assertRejectsExactly(
    () => readFileHeader(new MemorySource("test.so", bytes)),
    FormatError,
    'Cannot read the ELF header of "test.so" at file offset 0x0: need 52 bytes, file has 51',
  );
});

Deno.test("readFileHeader() takes a 32-bit file that is its header only", async () => {
  const bytes = new Uint8Array(52);
  bytes.set([...MAGIC, 1, 1, 1]);
  const header = await readFileHeader(new MemorySource("test.so", bytes));
  assertEquals(header.programHeaderOffset, 0);
});

Deno.test("readFileHeader() rejects an unknown class", async () => {
  const error = await assertRejectsExactly(
    () => readFileHeader(sourceOf([...MAGIC, 3, 1, ...new Array(58).fill(0)])),
    UnsupportedError,
    'Cannot read "test.so": EI_CLASS 3 is not supported',
  );
  assertEquals([error.source, error.feature], ["test.so", "EI_CLASS 3"]);
});

Deno.test("readFileHeader() rejects an unknown byte order", async () => {
  await assertRejectsExactly(
    () => readFileHeader(sourceOf([...MAGIC, 2, 0, ...new Array(58).fill(0)])),
    UnsupportedError,
    'Cannot read "test.so": EI_DATA 0 is not supported',
  );
});

Deno.test("readFileHeader() rejects an offset that no file can have", async () => {
  const bytes = new Uint8Array(64);
  bytes.set([...MAGIC, 2, 1, 1]);
  bytes.set([0, 0, 0, 0, 0, 0, 0x20, 0], 32);
  const error = await assertRejectsExactly(
    () => readFileHeader(new MemorySource("test.so", bytes)),
    FormatError,
    'Cannot read bytes of "test.so" at file offset 0x20: value 0x20000000000000 is past 2^53',
  );
  assertEquals(error.place, { fileOffset: 0x20 });
});

Deno.test("isElf() tells ELF files by their magic number", () => {
  const header = new Uint8Array(64);
  assert(!isElf(header));
  header.set(MAGIC);
  assert(isElf(header));
  assert(!isElf(new Uint8Array([0x7f, 0x45, 0x4c])));
});

function sourceOf(bytes: number[]): MemorySource {
  return new MemorySource("test.so", new Uint8Array(bytes));
}

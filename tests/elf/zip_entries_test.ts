import { assertEquals } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { ElfFile, readBuildId } from "../../lib/elf/mod.ts";
import { findZipEntry } from "../../lib/elf/zip_entries.ts";
import { FormatError, isSourceError } from "../../lib/errors.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { CountingSource } from "../support/counting_source.ts";
import { debugFile, debugText, readAllOf } from "../support/debug_files.ts";
import { buildZip, type ZipSpec } from "../support/zip_builder.ts";

const LIBRARY = await readAllOf(debugFile("x86_64/libnames-stripped.so"));
const NAME = "lib/arm64-v8a/libnames.so";

for (const file of ["stored.apk", "zip64.apk", "self-extracting.zip"]) {
  Deno.test(`findZipEntry() finds the library in ${file}`, async () => {
    const archive = debugFile(`x86_64/archives/${file}`);
    const start = await offsetOf(archive, LIBRARY);
    for (const fileOffset of [start, start + 0x1000, start + LIBRARY.length - 1]) {
      const answer = await findZipEntry(archive, fileOffset);
      if (!("source" in answer)) throw new Error(answer.reason);
      assertEquals(answer.entryName, NAME);
      assertEquals(answer.source.name, `${file}!${NAME}`);
      assertEquals(answer.source.start, start);
      assertEquals(await readAllOf(answer.source), LIBRARY);
      const buildId = await readBuildId(await ElfFile.open(answer.source));
      assertEquals(buildId, debugText("x86_64/build-id"));
    }
  });
}

Deno.test("findZipEntry() says that an entry is compressed", async () => {
  const archive = debugFile("x86_64/archives/compressed.jar");
  assertEquals(await findZipEntry(archive, archive.size / 2), {
    reason: "compressed entry",
    detail: `it is "${NAME}", method 8`,
  });
});

Deno.test("findZipEntry() says that an entry is encrypted", async () => {
  const { source, starts } = buildZip({ entries: [{ name: "a", data: bytes(9), flags: 1 }] });
  assertEquals(await findZipEntry(source, starts[0]!), {
    reason: "encrypted entry",
    detail: 'it is "a"',
  });
});

Deno.test("findZipEntry() finds no entry in headers, in the directory, behind the end", async () => {
  const { source, starts } = buildZip(TWO);
  for (const at of [0, starts[0]! - 1, starts[0]! + 4, starts[1]! + 6, source.size, 1e12]) {
    assertEquals(await findZipEntry(source, at), {
      reason: "no entry",
      detail: `none holds file offset 0x${at.toString(16)}`,
    });
  }
});

Deno.test("findZipEntry() tells entries apart at their edges", async () => {
  const { source, starts } = buildZip(TWO);
  for (const [at, name] of [[starts[0]!, "a"], [starts[0]! + 3, "a"], [starts[1]!, "b"]] as const) {
    const answer = await findZipEntry(source, at);
    assertEquals("source" in answer && answer.entryName, name);
  }
});

Deno.test("findZipEntry() takes sizes and offsets from zip64 fields", async () => {
  const { source, starts } = buildZip({ ...TWO, zip64: true });
  const answer = await findZipEntry(source, starts[1]! + 2);
  assertEquals("source" in answer && [...await readAllOf(answer.source)], [...bytes(6)]);
});

Deno.test("findZipEntry() looks behind a comment, even one that looks like an end record", async () => {
  const comment = new Uint8Array(40);
  comment.set([0x50, 0x4b, 5, 6], 3);
  const { source, starts } = buildZip({ ...TWO, comment });
  const answer = await findZipEntry(source, starts[0]!);
  assertEquals("source" in answer && answer.entryName, "a");
});

Deno.test("findZipEntry() allows for a gap before the end record", async () => {
  const { source, starts } = buildZip({ ...TWO, gap: 100 });
  const answer = await findZipEntry(source, starts[0]!);
  assertEquals("source" in answer && answer.entryName, "a");
});

Deno.test("findZipEntry() knows files that are no archives", async () => {
  for (const data of [new Uint8Array(), bytes(21), bytes(100_000), LIBRARY]) {
    const answer = await findZipEntry(new MemorySource("file", data), 0);
    assertEquals(answer, { reason: "not a zip archive", detail: "" });
  }
});

Deno.test("findZipEntry() reads little of a large archive", async () => {
  const entries = Array.from({ length: 30_000 }, (_, at) => ({ name: `f${at}`, data: bytes(100) }));
  const { source, starts } = buildZip({ entries });
  const counting = new CountingSource(source);
  const answer = await findZipEntry(counting, starts[20_000]! + 50);
  assertEquals("source" in answer && answer.entryName, "f20000");
  assertEquals(counting.bytesRead < source.size / 2, true);
  assertEquals(counting.longestRead, 1 << 20);
});

Deno.test("findZipEntry() rejects a local header that is not the directory's", async () => {
  const { bytes: archive, headers, source } = buildZip(TWO);
  archive[headers[1]! + 30] = 0x63;
  await assertRejectsExactly(
    () => findZipEntry(source, headers[1]! + 40),
    FormatError,
    `Cannot read the local header of "b" of "test.zip" at file offset 0x${
      headers[1]!.toString(16)
    }: it is that of "c"`,
  );
  archive[headers[1]! + 8] = 8;
  await assertRejectsExactly(
    () => findZipEntry(source, headers[1]! + 40),
    FormatError,
    `Cannot read the local header of "b" of "test.zip" at file offset 0x${
      headers[1]!.toString(16)
    }: method is 8, the directory has 0`,
  );
  archive[headers[1]!] = 0;
  await assertRejectsExactly(
    () => findZipEntry(source, headers[1]! + 40),
    FormatError,
    `Cannot read the local header of "b" of "test.zip" at file offset 0x${
      headers[1]!.toString(16)
    }: it begins with 0x4034b00, want 0x4034b50`,
  );
});

Deno.test("findZipEntry() rejects a directory that does not lie before its end record", async () => {
  const { bytes: archive, source } = buildZip(TWO);
  new DataView(archive.buffer).setUint32(archive.length - 10, 0x1000, true);
  await assertRejectsExactly(
    () => findZipEntry(source, 40),
    FormatError,
    `Cannot find the directory of "test.zip" at file offset 0x${
      (archive.length - 22).toString(16)
    }: 0x1000 bytes at 0x48 do not lie before its end record`,
  );
});

Deno.test("findZipEntry() answers or throws our errors for every flipped byte and every cut", async () => {
  const { bytes: archive, starts } = buildZip({ ...TWO, zip64: true });
  for (let at = 0; at < archive.length; at++) {
    for (const mask of [1, 0x80, 0xff]) {
      const flipped = archive.slice();
      flipped[at]! ^= mask;
      await answersOrThrows(flipped, starts[1]!);
    }
    await answersOrThrows(archive.subarray(0, at), starts[1]!);
  }
});

const TWO: ZipSpec = {
  entries: [{ name: "a", data: bytes(4) }, { name: "b", data: bytes(6) }],
};

async function answersOrThrows(archive: Uint8Array, fileOffset: number): Promise<void> {
  try {
    const answer = await findZipEntry(new MemorySource("flipped", archive), fileOffset);
    if ("source" in answer) await readAllOf(answer.source);
  } catch (error) {
    if (!isSourceError(error)) throw error;
  }
}

function bytes(length: number): Uint8Array {
  return new Uint8Array(length).map((_, at) => at + 1);
}

async function offsetOf(archive: MemorySource, wanted: Uint8Array): Promise<number> {
  const text = new TextDecoder("latin1").decode(await readAllOf(archive));
  return text.indexOf(new TextDecoder("latin1").decode(wanted));
}

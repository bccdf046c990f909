import { assert, assertEquals } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { readStrings } from "../../lib/bytes/read_strings.ts";
import { FormatError } from "../../lib/errors.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { CountingSource } from "../support/counting_source.ts";

Deno.test("readStrings() reads strings by their offset in the table", async () => {
  const { source, table } = tableOf("\0one\0two\0three\0");
  assertEquals(
    await readStrings(source, table, [5, 1, 9]),
    new Map([[1, "one"], [5, "two"], [9, "three"]]),
  );
});

Deno.test("readStrings() reads the end of a string as a string", async () => {
  const { source, table } = tableOf("\0memmove\0");
  assertEquals(await readStrings(source, table, [4, 1]), new Map([[1, "memmove"], [4, "move"]]));
});

Deno.test("readStrings() gives an empty string for offset 0", async () => {
  const { source, table } = tableOf("\0one\0");
  assertEquals(await readStrings(source, table, [0]), new Map([[0, ""]]));
});

Deno.test("readStrings() reads nothing if nothing is asked for", async () => {
  const { source, table } = tableOf("\0one\0");
  assertEquals(await readStrings(source, table, []), new Map());
  assertEquals(source.reads, []);
});

Deno.test("readStrings() reads near strings in one piece", async () => {
  const { source, table } = tableOf("abcdefg\0".repeat(1000));
  const offsets = Array.from({ length: 1000 }, (_, at) => 8 * at);
  const strings = await readStrings(source, table, offsets);
  assertEquals(strings.size, 1000);
  assertEquals(new Set(strings.values()), new Set(["abcdefg"]));
  assertEquals(source.reads.length, 1);
});

Deno.test("readStrings() reads far strings in pieces of their own", async () => {
  const { source, table } = tableOf("a\0".padEnd(50_000, "x") + "\0b\0".padEnd(50_000, "y") + "\0");
  const strings = await readStrings(source, table, [0, 50_001]);
  assertEquals([...strings.values()], ["a", "b"]);
  assertEquals(source.reads.length, 2);
  assert(source.bytesRead <= 1024, `${source.bytesRead} bytes were read`);
});

Deno.test("readStrings() reads no piece of more than some 1 MiB for many strings", async () => {
  const { source, table } = tableOf("0123456\0".repeat(400_000));
  const offsets = Array.from({ length: 4000 }, (_, at) => 800 * at);
  const strings = await readStrings(source, table, offsets);
  assertEquals(strings.get(800 * 3999), "0123456");
  assert(source.longestRead < 1.1 * (1 << 20), `${source.longestRead} bytes in one read`);
});

for (const length of [255, 256, 257, 5_000, 70_000, 1_000_000]) {
  Deno.test(`readStrings() reads a string of ${length} bytes`, async () => {
    const long = "L".repeat(length);
    const { source, table } = tableOf(`\0${long}\0next\0`);
    const strings = await readStrings(source, table, [1]);
    assert(strings.get(1) === long);
  });
}

Deno.test("readStrings() reads the last string of a table", async () => {
  const { source, table } = tableOf("\0one\0last\0");
  assertEquals(await readStrings(source, table, [5]), new Map([[5, "last"]]));
});

Deno.test("readStrings() spells bytes that are no UTF-8 with U+FFFD", async () => {
  const { source, table } = tableOf(new Uint8Array([0x61, 0xff, 0x62, 0xc3, 0xa9, 0]));
  assertEquals(await readStrings(source, table, [0]), new Map([[0, "a\ufffdbé"]]));
});

Deno.test("readStrings() keeps a byte order mark, which is part of the name", async () => {
  const { source, table } = tableOf("\ufeffname\0");
  assertEquals(await readStrings(source, table, [0]), new Map([[0, "\ufeffname"]]));
});

Deno.test("readStrings() rejects an offset behind the table", async () => {
  const { source, table } = tableOf("\0one\0");
  const error = await assertRejectsExactly(
    () => readStrings(source, table, [5]),
    FormatError,
    'Cannot read a string of "test.so" at file offset 0x15: it is outside the table',
  );
  assertEquals(error.place, { fileOffset: 0x15 });
});

Deno.test("readStrings() rejects a string that the table cuts", async () => {
  const { source, table } = tableOf("\0one\0two");
  const error = await assertRejectsExactly(
    () => readStrings(source, table, [1, 5]),
    FormatError,
    'Cannot read a string of "test.so" at file offset 0x15: it has no end',
  );
  assertEquals(error.place, { fileOffset: 0x15 });
});

Deno.test("readStrings() does not look for the end of a string behind the table", async () => {
  const { source, table } = tableOf("\0one\0two\0");
  await assertRejectsExactly(
    () => readStrings(source, { ...table, stringsSize: 8 }, [5]),
    FormatError,
    'Cannot read a string of "test.so" at file offset 0x15: it has no end',
  );
});

Deno.test("readStrings() gives up a string after 1 MiB", async () => {
  const { source, table } = tableOf(new Uint8Array(20_000_000).fill(0x61));
  await assertRejectsExactly(
    () => readStrings(source, table, [0]),
    FormatError,
    'Cannot read a string of "test.so" at file offset 0x10: it has no end',
  );
  assert(source.longestRead <= 1 << 20, `${source.longestRead} bytes in one read`);
});

Deno.test("readStrings() rejects a table that goes on behind the file", async () => {
  const { source, table } = tableOf("\0one\0two");
  await assertRejectsExactly(
    () => readStrings(source, { ...table, stringsSize: 9 }, [5]),
    FormatError,
    'Cannot read bytes of "test.so" at file offset 0x15: need 4 bytes, file ends at 0x18',
  );
});

/** A string table 16 bytes behind the start of a file. */
function tableOf(content: string | Uint8Array) {
  const strings = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const bytes = new Uint8Array(16 + strings.length);
  bytes.set(strings, 16);
  return {
    source: new CountingSource(new MemorySource("test.so", bytes)),
    table: { stringsOffset: 16, stringsSize: strings.length },
  };
}

import { assertEquals, assertRejects } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { readRecords } from "../../lib/elf/records.ts";
import { FormatError } from "../../lib/errors.ts";
import { CountingSource } from "../support/counting_source.ts";

const BYTES = Uint8Array.from({ length: 10_000 }, (_, at) => at % 251);

Deno.test("readRecords() gives each record, and reads neighbours at once", async () => {
  const source = new CountingSource(new MemorySource("test.so", BYTES));
  const records = await readRecords(source, Float64Array.of(3, 5, 900, 5000), 4, 10_000);
  assertEquals(
    records.map((record) => [...record]),
    [3, 5, 900, 5000].map((at) => [...BYTES.subarray(at, at + 4)]),
  );
  assertEquals(source.reads, [{ fileOffset: 3, length: 901 }, { fileOffset: 5000, length: 4 }]);
});

Deno.test("readRecords() cuts records at the end", async () => {
  const source = new MemorySource("test.so", BYTES);
  const records = await readRecords(source, Float64Array.of(10, 18, 20), 6, 20);
  assertEquals(records.map(({ length }) => length), [6, 2, 0]);
});

Deno.test("readRecords() refuses an offset outside the file", async () => {
  const source = new MemorySource("test.so", BYTES);
  await assertRejects(() => readRecords(source, Float64Array.of(20_000), 6, 30_000), FormatError);
});

import { assert, assertEquals } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { searchSortedTable } from "../../lib/elf/sorted_table.ts";
import { CountingSource } from "../support/counting_source.ts";
import { Random } from "../support/random.ts";

const HEAD = 5;

/** Entries of 8 bytes, the key in the last four. */
function tableOf(keys: readonly number[]) {
  const bytes = new Uint8Array(HEAD + 8 * keys.length);
  const view = new DataView(bytes.buffer);
  for (const [index, key] of keys.entries()) view.setUint32(HEAD + 8 * index + 4, key);
  const source = new CountingSource(new MemorySource("test.so", bytes));
  return {
    source,
    littleEndian: false,
    fileOffset: HEAD,
    count: keys.length,
    entrySize: 8,
    keyAt: (cursor: { skip(count: number): void; u32(): number }) => {
      cursor.skip(4);
      return cursor.u32();
    },
  };
}

Deno.test("searchSortedTable() finds the last entry that is not above a value", async () => {
  const table = tableOf([10, 20, 20, 30]);
  const found = await searchSortedTable(table, Float64Array.of(9, 10, 19, 20, 29, 30, 1000));
  assertEquals([...found], [-1, 0, 0, 2, 2, 3, 3]);
});

Deno.test("searchSortedTable() finds nothing in an empty table", async () => {
  assertEquals([...await searchSortedTable(tableOf([]), Float64Array.of(1, 2))], [-1, -1]);
});

Deno.test("searchSortedTable() agrees with a plain search", async () => {
  const random = new Random(0x5eed);
  for (let round = 0; round < 200; round++) {
    const count = random.below(3000);
    const keys = Array.from({ length: count }, () => random.below(10_000)).sort((a, b) => a - b);
    const wanted = Float64Array.from({ length: random.below(80) }, () => random.below(10_100))
      .sort();
    const found = await searchSortedTable(tableOf(keys), wanted);
    const plain = Array.from(wanted, (value) => keys.findLastIndex((key) => key <= value));
    assertEquals([...found], plain, `seed 0x5eed, round ${round}`);
  }
});

Deno.test("searchSortedTable() reads little of a large table", async () => {
  const table = tableOf(Array.from({ length: 300_000 }, (_, index) => 7 * index));
  const wanted = Float64Array.from({ length: 100 }, (_, at) => 20_999 * at + 3);
  assertEquals(
    [...await searchSortedTable(table, wanted)],
    [...wanted].map((value) => Math.floor(value / 7)),
  );
  assert(table.source.bytesRead < 60_000, `${table.source.bytesRead} bytes`);
});

Deno.test("searchSortedTable() reads no entry twice if all are wanted", async () => {
  const keys = Array.from({ length: 50_000 }, (_, index) => 2 * index);
  const table = tableOf(keys);
  await searchSortedTable(table, Float64Array.from(keys));
  assert(table.source.bytesRead <= 8 * 50_000);
  assert(table.source.reads.length < 30);
});

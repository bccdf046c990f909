import { assertEquals } from "@std/assert";
import { crc32OfSource } from "../../lib/bytes/crc32.ts";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { CountingSource } from "../support/counting_source.ts";

Deno.test("crc32OfSource() gives the check value of the polynomial", async () => {
  const source = new MemorySource("check", new TextEncoder().encode("123456789"));
  assertEquals(await crc32OfSource(source), 0xcbf4_3926);
});

Deno.test("crc32OfSource() gives 0 for an empty source", async () => {
  assertEquals(await crc32OfSource(new MemorySource("empty", new Uint8Array())), 0);
});

Deno.test("crc32OfSource() reads in chunks of 1 MiB", async () => {
  const source = new CountingSource(new MemorySource("zeros", new Uint8Array((5 << 19) + 1)));
  assertEquals(await crc32OfSource(source), 0x26b3_9c53);
  assertEquals(source.reads.map(({ length }) => length), [1 << 20, 1 << 20, (1 << 19) + 1]);
});

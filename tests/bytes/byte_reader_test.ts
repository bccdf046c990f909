import { assertEquals } from "@std/assert";
import { chunksOf, readerOfBytes, readerOfChunks } from "../../lib/bytes/mod.ts";
import { readAll } from "../support/read_all.ts";

const bytes = (...values: number[]) => new Uint8Array(values);

Deno.test("readerOfChunks() gives all chunks, one after the other", async () => {
  const reader = readerOfChunks("test", [bytes(1, 2), bytes(3), bytes(4, 5, 6)]);
  assertEquals((await readAll(reader)).bytes, bytes(1, 2, 3, 4, 5, 6));
});

Deno.test("readerOfChunks() skips empty chunks: they are not the end", async () => {
  const reader = readerOfChunks("test", [bytes(), bytes(1), bytes(), bytes(), bytes(2)]);
  assertEquals((await readAll(reader)).bytes, bytes(1, 2));
});

Deno.test("readerOfChunks() gives a large chunk in pieces", async () => {
  const reader = readerOfChunks("test", [bytes(1, 2, 3)]);
  const into = new Uint8Array(2);
  assertEquals([await reader.read(into), ...into], [2, 1, 2]);
  assertEquals([await reader.read(into), into[0]], [1, 3]);
  assertEquals(await reader.read(into), 0);
});

Deno.test("readerOfChunks() stays at its end", async () => {
  const reader = readerOfChunks("test", [bytes(1)]);
  const into = new Uint8Array(4);
  assertEquals([await reader.read(into), await reader.read(into), await reader.read(into)], [
    1,
    0,
    0,
  ]);
});

Deno.test("readerOfChunks() reads a ReadableStream", async () => {
  const reader = readerOfChunks("test", ReadableStream.from([bytes(1), bytes(2, 3)]));
  assertEquals((await readAll(reader)).bytes, bytes(1, 2, 3));
});

Deno.test("readerOfChunks() passes the error of its chunks on", async () => {
  function* failing() {
    yield bytes(1);
    throw new Error("no more disk");
  }
  const { bytes: read, error } = await readAll(readerOfChunks("test", failing()));
  assertEquals(read, bytes(1));
  assertEquals((error as Error).message, "no more disk");
});

Deno.test("readerOfBytes() gives the bytes and has the name", async () => {
  const reader = readerOfBytes("a.folded", bytes(1, 2, 3));
  assertEquals(reader.name, "a.folded");
  assertEquals((await readAll(reader, 2)).bytes, bytes(1, 2, 3));
});

Deno.test("chunksOf() gives chunks that later ones do not change", async () => {
  const chunks = [];
  for await (const chunk of chunksOf(readerOfBytes("test", bytes(1, 2, 3, 4, 5)), 2)) {
    chunks.push(chunk);
  }
  assertEquals(chunks, [bytes(1, 2), bytes(3, 4), bytes(5)]);
});

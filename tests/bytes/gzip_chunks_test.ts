import { assertEquals } from "@std/assert";
import { gzipChunks } from "../../lib/bytes/mod.ts";

Deno.test("gzipChunks() compresses chunks whose bytes are used again", async () => {
  const chunk = new Uint8Array(70_000);
  function* chunks() {
    for (let value = 1; value <= 20; value++) yield chunk.fill(value);
  }
  const stream = ReadableStream.from(gzipChunks(chunks()) as AsyncIterable<Uint8Array<ArrayBuffer>>)
    .pipeThrough(new DecompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const want = new Uint8Array(20 * 70_000);
  for (let value = 1; value <= 20; value++) {
    want.fill(value, (value - 1) * 70_000, value * 70_000);
  }
  assertEquals(bytes, want);
});

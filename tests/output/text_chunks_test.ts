import { assert, assertEquals } from "@std/assert";
import { textChunks } from "../../lib/output/text_chunks.ts";

const DECODER = new TextDecoder("utf-8", { fatal: true });

Deno.test("textChunks() gathers pieces", () => {
  const chunks = [...textChunks(["a", "ä", "\u{1f600}", ""])];
  assertEquals(chunks.map((chunk) => DECODER.decode(chunk)), ["aä\u{1f600}"]);
});

Deno.test("textChunks() of nothing is nothing", () => {
  assertEquals([...textChunks([])], []);
});

Deno.test("textChunks() makes no giant chunk", () => {
  const piece = "x".repeat(1000);
  const chunks = [...textChunks(Array.from({ length: 1000 }, () => piece))];
  assertEquals(chunks.reduce((sum, { length }) => sum + length, 0), 1_000_000);
  assert(chunks.length > 10 && chunks.every(({ length }) => length < 70_000));
});

Deno.test("textChunks() makes lone surrogates valid UTF-8", () => {
  const chunks = [...textChunks(["a\ud800b"])];
  assertEquals(chunks.map((chunk) => DECODER.decode(chunk)), ["a\ufffdb"]);
});

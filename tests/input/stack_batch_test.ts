import { assertEquals } from "@std/assert";
import { addBatch, type StackBatch, StackBatcher } from "../../lib/input/mod.ts";
import { bytesOf } from "../support/resolve_text.ts";

function addText(batcher: StackBatcher, text: string): void {
  const bytes = bytesOf(`<<${text}>>`);
  batcher.add(new DataView(bytes.buffer), 2, bytes.length - 2);
}

function textsOf(batch: StackBatch): string[] {
  const texts: string[] = [];
  addBatch(batch, {
    add(view, start, end) {
      texts.push(new TextDecoder().decode(new Uint8Array(view.buffer, start, end - start)));
    },
  });
  return texts;
}

Deno.test("addBatch() passes on the stacks that a StackBatcher took, in order", () => {
  const batcher = new StackBatcher();
  const texts = ["main;f", "", "a", "bc", "def", "main;ghij;k", ";"];
  for (const text of texts) addText(batcher, text);
  assertEquals(batcher.size, 24);
  assertEquals(textsOf(batcher.take()), texts);
});

Deno.test("StackBatcher.take() begins anew", () => {
  const batcher = new StackBatcher();
  addText(batcher, "a");
  batcher.take();
  assertEquals(batcher.size, 0);
  addText(batcher, "b");
  assertEquals(textsOf(batcher.take()), ["b"]);
  assertEquals(textsOf(batcher.take()), []);
});

Deno.test("StackBatcher grows with the number of stacks and with their length", () => {
  const batcher = new StackBatcher();
  const texts = Array.from({ length: 20_000 }, (_, at) => `main;${at}`);
  texts.push("x".repeat(5_000_000), "behind");
  for (const text of texts) addText(batcher, text);
  assertEquals(textsOf(batcher.take()), texts);
});

Deno.test("StackBatcher uses what it gets back, also if it has grown", () => {
  const batcher = new StackBatcher();
  const long = "x".repeat(3_000_000);
  addText(batcher, long);
  const batch = batcher.take();
  batcher.giveBack(batch);
  addText(batcher, "first");
  assertEquals(textsOf(batcher.take()), ["first"]);
  const again = [long.slice(9), "second"];
  for (const text of again) addText(batcher, text);
  const reused = batcher.take();
  assertEquals(reused.view.buffer === batch.view.buffer, true);
  assertEquals(textsOf(reused), again);
});

import { assertEquals, assertThrows } from "@std/assert";
import { FrameTable } from "../../lib/profile/mod.ts";

Deno.test("FrameTable.internText() numbers frames in order of first appearance", () => {
  const frames = new FrameTable();
  const numbers = ["main", "0x7f0000001234", "main", "höhe"].map((text) => frames.internText(text));
  assertEquals(numbers, [0, 1, 0, 2]);
  assertEquals(frames.size, 3);
});

Deno.test("FrameTable.intern() and internText() know each other's frames", () => {
  const frames = new FrameTable();
  const bytes = new TextEncoder().encode("a;höhe;b");
  assertEquals(frames.internText("höhe"), 0);
  assertEquals(frames.intern(new DataView(bytes.buffer), 2, bytes.length - 2), 0);
  assertEquals(frames.intern(new DataView(bytes.buffer), 0, 1), 1);
});

Deno.test("FrameTable.textOf() gives the text back", () => {
  const frames = new FrameTable();
  for (const text of ["main", "日本", "a b"]) {
    assertEquals(frames.textOf(frames.internText(text)), text);
  }
});

Deno.test("FrameTable.textOf() has U+FFFD for what is no UTF-8, bytesOf() the bytes", () => {
  const frames = new FrameTable();
  const bytes = new Uint8Array([0x61, 0xff]);
  const frame = frames.intern(new DataView(bytes.buffer), 0, 2);
  assertEquals(frames.textOf(frame), "a\ufffd");
  assertEquals(frames.bytesOf(frame), bytes);
});

Deno.test("FrameTable.textOf() throws for a number that no frame has", () => {
  const frames = new FrameTable();
  frames.internText("main");
  assertThrows(() => frames.textOf(1), RangeError, "Cannot give the bytes of 1");
});

Deno.test("FrameTable.append() gives a text a second number, and internText() keeps the first", () => {
  const frames = new FrameTable();
  const [main, other] = [frames.internText("main"), frames.append("main")];
  assertEquals([main, other, frames.append("new")], [0, 1, 2]);
  assertEquals(frames.internText("main"), 0);
  assertEquals([0, 1, 2].map((frame) => frames.textOf(frame)), ["main", "main", "new"]);
});

Deno.test("FrameTable.append() keeps its numbers while the table grows", () => {
  const frames = new FrameTable();
  for (let at = 0; at < 5000; at++) {
    assertEquals(at % 2 === 0 ? frames.append("same") : frames.internText(`frame ${at}`), at);
  }
  for (let at = 1; at < 5000; at += 2) assertEquals(frames.internText(`frame ${at}`), at);
});

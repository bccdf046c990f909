import { assertEquals, assertThrows } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { WindowSource } from "../../lib/bytes/window_source.ts";
import { FormatError } from "../../lib/errors.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";

const INNER = new MemorySource("inner", new Uint8Array([10, 11, 12, 13, 14]));

Deno.test("WindowSource gives the bytes of its part", async () => {
  const window = new WindowSource("window", INNER, 1, 3);
  assertEquals([window.name, window.start, window.size], ["window", 1, 3]);
  assertEquals([...await window.readAt(0, 3)], [11, 12, 13]);
  assertEquals([...await window.readAt(2, 1)], [13]);
  assertEquals([...await window.readAt(3, 0)], []);
});

Deno.test("WindowSource gives nothing behind its end, though the other source has it", async () => {
  const window = new WindowSource("window", INNER, 1, 3);
  await assertRejectsExactly(
    () => window.readAt(2, 2),
    FormatError,
    'Cannot read bytes of "window" at file offset 0x2: need 2 bytes, file ends at 0x3',
  );
});

Deno.test("WindowSource rejects a part that does not lie inside the other source", () => {
  for (const [start, size] of [[1, 5], [6, 0], [-1, 2], [NaN, 1], [1, NaN], [0, -1]] as const) {
    assertThrows(() => new WindowSource("window", INNER, start, size), FormatError);
  }
  assertEquals(new WindowSource("window", INNER, 5, 0).size, 0);
});

import { assertEquals } from "@std/assert";
import { labelText } from "../../../lib/output/svg/label_text.ts";

Deno.test("labelText() is the name where there is room", () => {
  assertEquals(labelText("main", 1200), "main");
  assertEquals(labelText("main", 6 + 4 * 7.25), "main");
});

Deno.test("labelText() cuts a name", () => {
  assertEquals(labelText("main", 6 + 4 * 7.25 - 0.01), "ma…");
  assertEquals(
    labelText("\u{1f600}\u{1f600}\u{1f600}\u{1f600}", 6 + 3 * 7.25),
    "\u{1f600}\u{1f600}…",
  );
});

Deno.test("labelText() leaves out what would say nothing", () => {
  assertEquals(labelText("main", 27), "");
  assertEquals(labelText("f", 27), "");
  assertEquals(labelText("f", 0), "");
});

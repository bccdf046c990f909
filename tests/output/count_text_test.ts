import { assertEquals } from "@std/assert";
import { countText } from "../../lib/output/count_text.ts";

Deno.test("countText() says one of them without the s", () => {
  const texts = [0, 1, 2, 1234].map((count) => countText(count, "functions"));
  assertEquals(texts, ["0 functions", "1 function", "2 functions", "1234 functions"]);
});

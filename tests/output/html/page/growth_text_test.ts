import { assertEquals } from "@std/assert";
import { growthText } from "../../../../lib/output/html/page/growth_text.ts";

for (
  const [before, after, text] of [
    [0, 5, "new"],
    [5, 0, "gone"],
    [5, 5, "+0.0 %"],
    [0, 0, "-"],
    [100, 103.14, "+3.1 %"],
    [100, 50, "-50.0 %"],
    [10, 400, "+3900.0 %"],
  ] as const
) {
  Deno.test(`growthText() writes ${before} to ${after} as ${text}`, () => {
    assertEquals(growthText(before, after), text);
  });
}

import { assertEquals } from "@std/assert";
import { callTreeOf } from "../../lib/output/call_tree.ts";
import { treeLines } from "../../lib/output/tree_lines.ts";
import { profileOf, type SampleText } from "../support/profile_of.ts";

/** Each line with its total, its self, and how many callees are left out with what they weigh. */
function linesOf(samples: readonly SampleText[]): string[] {
  return Array.from(treeLines(callTreeOf(profileOf(samples))), ({ text, total, self, leftOut }) => {
    const { count, total: weight, base } = leftOut;
    return `${text} ${total} ${self}${count > 0 ? ` -${count}: ${weight} ${base}` : ""}`;
  });
}

Deno.test("treeLines() indents where there are several callees, and not for an only one", () => {
  assertEquals(
    linesOf([[["a", "b", "c", "d"], 3], [["a", "b", "e", "f"], 2], [["a", "b", "e", "g"], 1]]),
    ["all 6 0", "a 6 0", "b 6 0", "├─ c 3 0", "│  d 3 3", "└─ e 3 0", "   ├─ f 2 2", "   └─ g 1 1"],
  );
});

Deno.test("treeLines() leaves out callees below 0.5 %, and does not call others several for them", () => {
  assertEquals(
    linesOf([[["a", "b"], 993], [["a", "c"], 4], [["a", "d", "e"], 3]]),
    ["all 1000 0", "a 1000 0 -2: 7 0", "b 993 993"],
  );
  assertEquals(linesOf([[["a"], 995], [["b"], 5]]), ["all 1000 0", "├─ a 995 995", "└─ b 5 5"]);
});

Deno.test("treeLines() keeps what was large before", () => {
  assertEquals(
    linesOf([[["a"], 1000, 100], [["b"], 0, 50], [["c"], 1], [["d"], 2, 0]]),
    ["all 1003 0 -2: 3 0", "├─ a 1000 1000", "└─ b 0 0"],
  );
});

import { assertEquals } from "@std/assert";
import { callTreeOf, ROOT } from "../../../lib/output/call_tree.ts";
import { flameBoxes } from "../../../lib/output/svg/flame_boxes.ts";
import { profileOf, type SampleText } from "../../support/profile_of.ts";

/** A line a box: its name or how many it stands for, where it begins, and how wide it is. */
function boxesOf(samples: readonly SampleText[], minWeight = 1): string[] {
  const tree = callTreeOf(profileOf(samples));
  return Array.from(flameBoxes(tree, minWeight), ({ node, depth, start, weight, leftOut }) => {
    const name = node === ROOT ? "all" : tree.functions[tree.functionOf[node]!]!.name;
    const what = leftOut > 0 ? `${leftOut} of ${name}` : name;
    return `${"  ".repeat(depth)}${what} ${start} +${weight}`;
  });
}

Deno.test("flameBoxes() places callees over their callers, in the order of their names", () => {
  assertEquals(
    boxesOf([[["main", "b", "x"], 3], [["main", "a"], 2], [["main"], 1], [["init"], 4]]),
    ["all 0 +10", "  init 0 +4", "  main 4 +6", "    a 4 +2", "    b 6 +3", "      x 6 +3"],
  );
});

Deno.test("flameBoxes() makes narrow callees one box at the right of the others", () => {
  assertEquals(
    boxesOf([
      [["main", "a"], 4],
      [["main", "b", "x"], 3],
      [["main", "b", "y"], 1],
      [["main", "c"], 20],
      [["main"], 2],
    ], 5),
    ["all 0 +30", "  main 0 +30", "    4 of main 20 +8", "    c 0 +20"],
  );
});

Deno.test("flameBoxes() leaves out what is too narrow even together", () => {
  assertEquals(boxesOf([[["main", "a"], 4], [["main"], 20]], 5), ["all 0 +24", "  main 0 +24"]);
});

Deno.test("flameBoxes() draws the root even if nothing weighs anything", () => {
  assertEquals(boxesOf([[["main"], 0]]), ["all 0 +0"]);
  assertEquals(boxesOf([]), ["all 0 +0"]);
});

Deno.test("flameBoxes() takes very deep stacks", () => {
  const stack = Array.from({ length: 100_000 }, () => "f");
  const tree = callTreeOf(profileOf([[stack, 1]]));
  assertEquals([...flameBoxes(tree, 1)].length, 100_001);
});

Deno.test("flameBoxes() counts no calls that weigh nothing", () => {
  assertEquals(
    boxesOf([[["a"], 20], [["b"], 3], [["b", "gone"], 0, 9], [["c"], 3], [["d"], 0, 9]], 5),
    ["all 0 +26", "  2 of all 20 +6", "  a 0 +20"],
  );
});

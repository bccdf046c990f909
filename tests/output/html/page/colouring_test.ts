import { assertEquals, assertNotEquals } from "@std/assert";
import { changePart, colourTree } from "../../../../lib/output/html/page/colouring.ts";
import { flameTreeOf } from "../../../../lib/output/html/page/flame_tree.ts";
import { DARK, LIGHT } from "../../../../lib/output/html/page/palette.ts";
import { largeProfile } from "../../../support/large_profile.ts";
import { nodeOf, pageDataOf, pageTree } from "../../../support/page_tree.ts";

const LARGE = flameTreeOf(pageDataOf(largeProfile(3000)));

Deno.test("colourTree() tells the heaviest files apart, the others alike", () => {
  const { legend } = colourTree(LARGE, "image", LIGHT);
  assertEquals(new Set(legend.map(({ label }) => label)).size, legend.length);
  // 14 files: 10 have a hue, and there are the others, and what has no name.
  assertEquals(legend.length, 12);
  assertEquals(legend.filter(({ label }) => label === "other files").length, 1);
  assertEquals(new Set(legend.map(({ fill }) => fill)).size, 12);
});

for (const by of ["image", "kind"] as const) {
  Deno.test(`colourTree() by ${by} says in the legend where all of the weight is`, () => {
    const { legend } = colourTree(LARGE, by, DARK);
    const weights = legend.map(({ weight }) => weight!);
    assertEquals(weights.reduce((sum, weight) => sum + weight), LARGE.totalOf[0]);
    assertEquals(weights, weights.toSorted((a, b) => b - a));
  });
}

Deno.test("colourTree() by kind tells inlined functions and what has no name", () => {
  const labels = colourTree(LARGE, "kind", LIGHT).legend.map(({ label }) => label).sort();
  assertEquals(labels, ["inlined", "native", "without a name"]);
});

Deno.test("colourTree() takes a suffix for what it says", () => {
  const tree = pageTree([[["main", "read_[k]"], 1]]);
  const colouring = colourTree(tree, "kind", LIGHT);
  assertEquals(colouring.legend.map(({ label }) => label), ["kernel"]);
  assertNotEquals(colouring.fillOf(1), colouring.fillOf(2));
});

Deno.test("colourTree() by change tells less from more", () => {
  const tree = pageTree([[["less"], 1, 2], [["more"], 2, 1], [["same"], 1, 1]]);
  const { fillOf, legend } = colourTree(tree, "change", LIGHT);
  const fill = Object.fromEntries(legend.map(({ label, fill }) => [label, fill]));
  assertEquals(fillOf(nodeOf(tree, "less")), fill["half"]);
  assertEquals(fillOf(nodeOf(tree, "more")), fill["double"]);
  assertEquals(fillOf(nodeOf(tree, "same")), fill["as before"]);
});

Deno.test("changePart() is -1 for what is gone, 0.5 for double", () => {
  const parts = [[5, 0], [4, 2], [3, 3], [0, 0], [2, 4], [0, 5]]
    .map(([before, after]) => changePart(before!, after!));
  assertEquals(parts, [-1, -0.5, 0, 0, 0.5, 1]);
});

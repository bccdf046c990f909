import { assertEquals } from "@std/assert";
import {
  type ChildOrder,
  firstAfter,
  layOut,
  levelCountOf,
  nodeAt,
  type WidthOf,
} from "../../../../lib/output/html/page/flame_layout.ts";
import { type FlameTree, nameOf } from "../../../../lib/output/html/page/flame_tree.ts";
import { pageTree } from "../../../support/page_tree.ts";

const TREE = pageTree([
  [["main", "a"], 2],
  [["main", "b", "c"], 5],
  [["main"], 1],
  [["zz"], 4],
]);
const DIFFERENTIAL = pageTree([[["gone"], 0, 6], [["new"], 3, 0], [["same", "x"], 2, 2]]);

Deno.test("layOut() puts children side by side where their parent begins", () => {
  assertEquals(textOf(TREE, "name", "after"), [
    "all 0+12",
    "main 0+8 zz 8+4",
    "a 0+2 b 2+5",
    "c 2+5",
  ]);
});

Deno.test("layOut() puts the widest first by weight", () => {
  assertEquals(textOf(TREE, "weight", "after"), [
    "all 0+12",
    "main 0+8 zz 8+4",
    "b 0+5 a 5+2",
    "c 0+5",
  ]);
});

Deno.test("layOut() leaves out what has no width", () => {
  assertEquals(textOf(DIFFERENTIAL, "name", "after"), ["all 0+5", "new 0+3 same 3+2", "x 3+2"]);
  assertEquals(textOf(DIFFERENTIAL, "name", "before"), ["all 0+8", "gone 0+6 same 6+2", "x 6+2"]);
});

Deno.test("layOut() shows what is gone and what is new with the larger weights", () => {
  assertEquals(textOf(DIFFERENTIAL, "name", "both"), [
    "all 0+11",
    "gone 0+6 new 6+3 same 9+2",
    "x 9+2",
  ]);
});

Deno.test("layOut() of a profile without weight has no level", () => {
  const layout = layOut(pageTree([[["a"], 0]]), "name", "after");
  assertEquals(levelCountOf(layout), 0);
  assertEquals(nodeAt(layout, 0, 0), -1);
});

Deno.test("nodeAt() finds the node of a level at a place", () => {
  const layout = layOut(TREE, "name", "after");
  const names = [0, 1.99, 2, 6.9, 7, 11].map((x) => nodeAt(layout, 2, x))
    .map((node) => node < 0 ? "-" : nameOf(TREE, node));
  assertEquals(names, ["a", "a", "b", "b", "-", "-"]);
  assertEquals(nodeAt(layout, -1, 0), -1);
  assertEquals(nodeAt(layout, 4, 0), -1);
});

Deno.test("firstAfter() gives the end of the level behind its last node", () => {
  const layout = layOut(TREE, "name", "after");
  assertEquals(firstAfter(layout, 2, 100), layout.levelStarts[3]);
  assertEquals(firstAfter(layout, 2, 1), layout.levelStarts[2]);
});

function textOf(tree: FlameTree, order: ChildOrder, width: WidthOf): string[] {
  const layout = layOut(tree, order, width);
  return Array.from({ length: levelCountOf(layout) }, (_, level) => {
    const nodes = layout.nodes.subarray(layout.levelStarts[level], layout.levelStarts[level + 1]);
    return Array.from(
      nodes,
      (node) => `${nameOf(tree, node)} ${layout.startOf[node]}+${layout.widthOf[node]}`,
    ).join(" ");
  });
}

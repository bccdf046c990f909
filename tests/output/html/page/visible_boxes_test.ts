import { assert, assertEquals } from "@std/assert";
import { layOut } from "../../../../lib/output/html/page/flame_layout.ts";
import { flameTreeOf, nameOf } from "../../../../lib/output/html/page/flame_tree.ts";
import { levelsIn, visitBoxes } from "../../../../lib/output/html/page/visible_boxes.ts";
import { largeProfile } from "../../../support/large_profile.ts";
import { pageDataOf, pageTree } from "../../../support/page_tree.ts";

const TREE = pageTree([[["a", "x"], 10], [["a"], 10], [["b", "y"], 20]]);
const LAYOUT = layOut(TREE, "name", "after");

Deno.test("visitBoxes() gives the nodes of a level in pixels", () => {
  assertEquals(boxes(1, { from: 0, to: 40, pixels: 400 }), ["a 0+200", "b 200+200"]);
  assertEquals(boxes(2, { from: 0, to: 40, pixels: 400 }), ["x 0+100", "y 200+200"]);
});

Deno.test("visitBoxes() cuts what is only partly in the view", () => {
  assertEquals(boxes(0, { from: 20, to: 40, pixels: 400 }), ["all 0+400"]);
  assertEquals(boxes(1, { from: 10, to: 30, pixels: 400 }), ["a 0+200", "b 200+200"]);
  assertEquals(boxes(2, { from: 10, to: 20, pixels: 400 }), []);
});

Deno.test("visitBoxes() draws a pixel twice at most, however many nodes there are", () => {
  const tree = flameTreeOf(pageDataOf(largeProfile(20_000)));
  const layout = layOut(tree, "weight", "after");
  const view = { from: 0, to: layout.widthOf[0]!, pixels: 300 };
  for (let level = 0; level < levelsIn(layout, view); level++) {
    let count = 0;
    let lastEnd = 0;
    visitBoxes(layout, level, view, (_, x, width) => {
      assert(x + width <= 301 && width >= 1);
      // A box of a pixel may lie over the end of the one before.
      assert(x >= lastEnd - 1);
      lastEnd = x + width;
      count++;
    });
    assert(count <= 602, `${count} in level ${level}`);
  }
});

Deno.test("levelsIn() counts the levels that have something in a view", () => {
  assertEquals(levelsIn(LAYOUT, { from: 0, to: 40, pixels: 1 }), 3);
  assertEquals(levelsIn(LAYOUT, { from: 10, to: 20, pixels: 1 }), 2);
});

function boxes(level: number, view: { from: number; to: number; pixels: number }): string[] {
  const texts: string[] = [];
  visitBoxes(LAYOUT, level, view, (node, x, width) => {
    texts.push(`${nameOf(TREE, node)} ${x}+${width}`);
  });
  return texts;
}

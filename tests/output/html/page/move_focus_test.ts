import { assertEquals } from "@std/assert";
import { moveOf } from "../../../../lib/output/html/page/graph_input.ts";
import { layOut } from "../../../../lib/output/html/page/flame_layout.ts";
import { nameOf, ROOT } from "../../../../lib/output/html/page/flame_tree.ts";
import { type FocusMove, moveFocus } from "../../../../lib/output/html/page/move_focus.ts";
import { nodeOf, pageTree } from "../../../support/page_tree.ts";

const TREE = pageTree([
  [["a", "x", "deep"], 1],
  [["a", "y"], 5],
  [["b", "z"], 2],
  [["c"], 3],
]);
const A = nodeOf(TREE, "a");
const B = nodeOf(TREE, "b");
const X = nodeOf(TREE, "a", "x");

for (
  const [title, zoom, focus, move, name] of [
    ["goes to the caller", ROOT, X, "out", "a"],
    ["stays at the root", ROOT, ROOT, "out", "all"],
    ["goes to the heaviest called function", ROOT, A, "in", "y"],
    ["stays at a leaf", ROOT, nodeOf(TREE, "c"), "in", "c"],
    ["goes to the right", ROOT, A, "next", "b"],
    ["goes on to another caller's", ROOT, nodeOf(TREE, "a", "y"), "next", "z"],
    ["stays at the right end", ROOT, nodeOf(TREE, "c"), "next", "c"],
    ["goes to the left", ROOT, B, "previous", "a"],
    ["stays at the left end", ROOT, A, "previous", "a"],
    ["goes to the last of the level", ROOT, X, "last", "z"],
    ["goes to the first of the level", ROOT, nodeOf(TREE, "b", "z"), "first", "x"],
    ["does not leave the zoom", A, nodeOf(TREE, "a", "y"), "next", "y"],
    ["stays at the zoom in its own level", A, A, "next", "a"],
    ["has callers of the zoom", A, A, "out", "all"],
    ["stays above the zoom", B, ROOT, "last", "all"],
    ["finds the ends in the zoom", A, X, "last", "y"],
  ] as const satisfies readonly (readonly [string, number, number, FocusMove, string])[]
) {
  Deno.test(`moveFocus() ${title}`, () => {
    const layout = layOut(TREE, "name", "after");
    assertEquals(nameOf(TREE, moveFocus(TREE, layout, zoom, focus, move)), name);
  });
}

Deno.test("moveOf() goes up where frames are above", () => {
  const keys = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End", "x"];
  assertEquals(
    keys.map((key) => moveOf(key, false)),
    ["out", "in", "previous", "next", "first", "last", undefined],
  );
  assertEquals(keys.slice(0, 2).map((key) => moveOf(key, true)), ["in", "out"]);
});

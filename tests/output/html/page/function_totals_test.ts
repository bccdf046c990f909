import { assertEquals } from "@std/assert";
import { functionTotals, sortTotals } from "../../../../lib/output/html/page/function_totals.ts";
import { type FlameTree, ROOT } from "../../../../lib/output/html/page/flame_tree.ts";
import { nodeOf, pageTree } from "../../../support/page_tree.ts";

const TREE = pageTree([
  [["main", "walk", "walk", "leaf"], 8],
  [["main", "walk"], 1],
  [["main", "leaf"], 4],
  [["walk"], 2],
]);
const DIFFERENTIAL = pageTree([[["a", "gone"], 0, 6], [["a", "new"], 3, 0], [["a"], 2, 1]]);

Deno.test("functionTotals() counts a stack once for a function that is in it twice", () => {
  assertEquals(textOf(TREE, ROOT), ["leaf 12 12", "main 0 13", "walk 3 11"]);
});

Deno.test("functionTotals() counts what is in a subtree only", () => {
  assertEquals(textOf(TREE, nodeOf(TREE, "main", "walk")), ["leaf 8 8", "walk 1 9"]);
});

Deno.test("functionTotals() knows functions that are gone", () => {
  const totals = functionTotals(DIFFERENTIAL, ROOT);
  sortTotals(totals, DIFFERENTIAL, "name", true);
  assertEquals(
    totals.map(({ self, total, baseSelf, baseTotal }) => [self, total, baseSelf, baseTotal]),
    [
      [2, 5, 1, 7],
      [0, 0, 6, 6],
      [3, 3, 0, 0],
    ],
  );
});

for (
  const [column, isAscending, names] of [
    ["self", false, ["new", "a", "gone"]],
    ["self", true, ["gone", "a", "new"]],
    ["total", false, ["a", "new", "gone"]],
    ["selfChange", false, ["gone", "new", "a"]],
    ["totalChange", false, ["gone", "new", "a"]],
    ["name", true, ["a", "gone", "new"]],
    ["name", false, ["new", "gone", "a"]],
  ] as const
) {
  Deno.test(`sortTotals() sorts by ${column}, ${isAscending ? "up" : "down"}`, () => {
    const totals = functionTotals(DIFFERENTIAL, ROOT);
    sortTotals(totals, DIFFERENTIAL, column, isAscending);
    assertEquals(totals.map((of) => DIFFERENTIAL.functions[of.function]!.name), [...names]);
  });
}

Deno.test("sortTotals() sorts equal ones by name", () => {
  const tree = pageTree([[["c"], 1], [["a"], 1], [["b"], 1]]);
  for (const isAscending of [true, false]) {
    const totals = sortTotals(functionTotals(tree, ROOT), tree, "self", isAscending);
    assertEquals(totals.map((of) => tree.functions[of.function]!.name), ["a", "b", "c"]);
  }
});

function textOf(tree: FlameTree, within: number): string[] {
  return functionTotals(tree, within)
    .map((of) => `${tree.functions[of.function]!.name} ${of.self} ${of.total}`).sort();
}

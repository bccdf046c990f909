import { assertEquals } from "@std/assert";
import {
  expressionOf,
  matchedWeight,
  searchFunctions,
  topMatches,
} from "../../../../lib/output/html/page/frame_search.ts";
import { type FlameTree, nameOf, ROOT } from "../../../../lib/output/html/page/flame_tree.ts";
import { nodeOf, pageTree } from "../../../support/page_tree.ts";

const TREE = pageTree([
  [["main", "walk", "walk", "leaf"], 8],
  [["main", "walk"], 1],
  [["main", "Leaf"], 4],
  [["walk"], 2],
]);

Deno.test("searchFunctions() finds nothing for nothing", () => {
  assertEquals(searchFunctions(TREE, ""), undefined);
});

for (
  const [expression, names] of [
    ["leaf", ["Leaf", "leaf"]],
    ["Leaf", ["Leaf"]],
    ["^w.*k$", ["walk"]],
    ["main|walk", ["main", "walk"]],
    ["\\Slk", ["walk"]],
    ["nothing", []],
  ] as const
) {
  Deno.test(`searchFunctions() finds ${names.join(" and ") || "nothing"} for ${expression}`, () => {
    const result = searchFunctions(TREE, expression)!;
    assertEquals(
      TREE.functions.filter((_, of) => result.matches[of] === 1).map(({ name }) => name).sort(),
      [...names],
    );
    assertEquals(result.functionCount, names.length);
    assertEquals(result.error, "");
  });
}

Deno.test("searchFunctions() says what is wrong with an expression", () => {
  const result = searchFunctions(TREE, "walk(")!;
  assertEquals(result.error, "Unterminated group");
  assertEquals(result.functionCount, 0);
  assertEquals([...topMatches(TREE, result, ROOT)], []);
});

Deno.test("matchedWeight() counts nested matches once", () => {
  // 9 below main and 2 beside it: the inner walk is in the outer one.
  assertEquals(weightOf(TREE, "walk"), 11);
  assertEquals(weightOf(TREE, "walk|leaf"), 15);
  assertEquals(weightOf(TREE, "."), 15);
  assertEquals(weightOf(TREE, "nothing"), 0);
});

Deno.test("matchedWeight() counts what is in the zoom only", () => {
  assertEquals(weightOf(TREE, "walk", nodeOf(TREE, "main")), 9);
  assertEquals(weightOf(TREE, "walk", nodeOf(TREE, "main", "Leaf")), 0);
  assertEquals(weightOf(TREE, "walk", nodeOf(TREE, "main", "walk", "walk")), 8);
});

Deno.test("topMatches() gives matches in order, without those below", () => {
  const nodes = [...topMatches(TREE, searchFunctions(TREE, "walk")!, ROOT)];
  assertEquals(nodes, [nodeOf(TREE, "main", "walk"), nodeOf(TREE, "walk")]);
});

for (const name of ["a+b", "operator()", "f<int[2]>::g", "x|y", "^$", "C:\\d", "a{2}?", "-/"]) {
  Deno.test(`expressionOf() finds ${name} and no other`, () => {
    const tree = pageTree([[[name, `${name}x`, `x${name}`, "aab"], 1]]);
    const { matches } = searchFunctions(tree, expressionOf(name))!;
    assertEquals(tree.functions.filter((_, of) => matches[of] === 1).map((of) => of.name), [name]);
  });
}

function weightOf(tree: FlameTree, expression: string, within = ROOT): number {
  assertEquals(nameOf(tree, ROOT), "all");
  return matchedWeight(tree, searchFunctions(tree, expression)!, within);
}

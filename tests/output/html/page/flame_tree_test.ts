import { assertEquals } from "@std/assert";
import {
  childrenOf,
  flameTreeOf,
  nameOf,
  ROOT,
} from "../../../../lib/output/html/page/flame_tree.ts";
import { largeProfile } from "../../../support/large_profile.ts";
import { nodeOf, pageDataOf, pageTree } from "../../../support/page_tree.ts";

const TREE = pageTree([
  [["main", "parse", "read"], 4],
  [["main", "read"], 2],
  [["main"], 1],
  [["zero"], 8],
]);

Deno.test("flameTreeOf() puts each node in front of its children", () => {
  assertEquals(Array.from({ length: TREE.size }, (_, node) => nameOf(TREE, node)), [
    "all",
    "main",
    "parse",
    "read",
    "read",
    "zero",
  ]);
  assertEquals([...TREE.parentOf], [-1, 0, 1, 2, 1, 0]);
  assertEquals([...TREE.levelOf], [0, 1, 2, 3, 2, 1]);
  assertEquals([...TREE.endOf], [6, 5, 4, 4, 5, 6]);
});

Deno.test("flameTreeOf() adds up weights", () => {
  assertEquals([...TREE.selfOf], [0, 1, 0, 4, 2, 8]);
  assertEquals([...TREE.totalOf], [15, 7, 4, 4, 2, 8]);
  assertEquals(TREE.base, undefined);
});

Deno.test("flameTreeOf() adds up the base of a differential profile", () => {
  const tree = pageTree([[["a", "b"], 2, 5], [["a"], 0, 7]]);
  assertEquals([...tree.base!.totalOf], [12, 12, 5]);
  assertEquals([...tree.totalOf], [2, 2, 2]);
});

Deno.test("flameTreeOf() knows which functions have no name", () => {
  const data = pageDataOf(largeProfile(200));
  const tree = flameTreeOf(data);
  const unresolved = tree.functions.filter(({ isUnresolved }) => isUnresolved);
  assertEquals(
    unresolved.map(({ name }) => name.startsWith("[libpart")),
    unresolved.map(() => true),
  );
  assertEquals(unresolved.length, data.places.reason.filter((reason) => reason > 0).length);
});

Deno.test("childrenOf() gives the children and not theirs", () => {
  const main = nodeOf(TREE, "main");
  assertEquals([...childrenOf(TREE, main)].map((node) => nameOf(TREE, node)), ["parse", "read"]);
  assertEquals([...childrenOf(TREE, ROOT)].map((node) => nameOf(TREE, node)), ["main", "zero"]);
  assertEquals([...childrenOf(TREE, nodeOf(TREE, "zero"))], []);
});

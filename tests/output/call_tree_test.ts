import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { FormatError } from "../../lib/errors.ts";
import {
  type CallTree,
  callTreeOf,
  childrenOf,
  NO_NODE,
  ROOT,
} from "../../lib/output/call_tree.ts";
import { MAX_WEIGHT } from "../../lib/profile/mod.ts";
import { profileOf } from "../support/profile_of.ts";

Deno.test("callTreeOf() gives stacks with the same callers one node", () => {
  const tree = callTreeOf(profileOf([
    [["main", "read"], 2],
    [["main"], 1],
    [["main", "parse", "read"], 4],
  ]));
  assertEquals(textOf(tree), [
    "all 7 0",
    "  main 7 1",
    "    parse 4 0",
    "      read 4 4",
    "    read 2 2",
  ]);
  assertEquals(tree.base, undefined);
});

Deno.test("callTreeOf() orders children by the bytes of their names", () => {
  const names = ["b", "a-x", "a", "\u{1f600}", "\uff5e", "a;b"];
  const tree = callTreeOf(profileOf(names.map((name) => [[name], 1])));
  const lines = textOf(tree).slice(1).map((line) => line.trim().split(" ")[0]);
  assertEquals(lines, ["a", "a-x", "a;b", "b", "\uff5e", "\u{1f600}"]);
});

Deno.test("callTreeOf() adds the samples of one stack", () => {
  const tree = callTreeOf(profileOf([[["main"], 2], [["main"], 3]]));
  assertEquals(textOf(tree), ["all 5 0", "  main 5 5"]);
});

Deno.test("callTreeOf() adds up the bases of differential samples", () => {
  const tree = callTreeOf(profileOf([[["main", "a"], 2, 5], [["main", "b"], 0, 7], [["c"], 1]]));
  assertEquals(textOf(tree), [
    "all 3 0",
    "  c 1 1",
    "  main 2 0",
    "    a 2 2",
    "    b 0 0",
  ]);
  assertEquals(Array.from(tree.base!.totalOf), [12, 12, 5, 7, 0]);
  assertEquals(Array.from(tree.base!.selfOf), [0, 0, 5, 7, 0]);
});

Deno.test("callTreeOf() takes the frame of a node from its heaviest stack", () => {
  const profile = profileOf([[["main", "a"], 2], [["main", "b"], 3]]);
  const { frameOf, functionOf } = callTreeOf(profile);
  const texts = Array.from(frameOf.slice(1), (frame) => profile.frames.textOf(frame));
  assertEquals(texts, ["main", "a", "b"]);
  assertEquals([...functionOf.slice(1)], [0, 1, 2]);
});

Deno.test("callTreeOf() refuses weights whose sum is not exact", () => {
  const profile = profileOf([[["a"], MAX_WEIGHT], [["b"], 1]]);
  assertThrows(
    () => callTreeOf(profile),
    FormatError,
    'Cannot add the weights of "output": all stacks together weigh more than 2^53 - 1',
  );
});

Deno.test("callTreeOf() of many stacks weighs what they weigh", () => {
  const samples = Array.from(
    { length: 2000 },
    (_, at) => [["main", `f${at % 7}`, `g${at % 11}`, `h${at % 13}`], at] as const,
  );
  const tree = callTreeOf(profileOf(samples));
  const sum = 1999 * 2000 / 2;
  assertEquals(tree.totalOf[ROOT], sum);
  assertAlmostEquals(tree.selfOf.reduce((total, self) => total + self, 0), sum, 0);
  assertEquals(tree.size, 1 + 1 + 7 + 77 + 1001);
});

/** A line a node, children in their order: name, total and self. */
function textOf(tree: CallTree, node = ROOT, depth = 0): string[] {
  const name = node === ROOT ? "all" : tree.functions[tree.functionOf[node]!]!.name;
  const lines = [`${"  ".repeat(depth)}${name} ${tree.totalOf[node]} ${tree.selfOf[node]}`];
  for (let at = tree.firstChildOf[node]!; at !== NO_NODE; at = tree.nextSiblingOf[at]!) {
    lines.push(...textOf(tree, at, depth + 1));
  }
  return lines;
}

Deno.test("childrenOf() gives the children in the order of their names", () => {
  const tree = callTreeOf(profileOf([[["m", "b"], 9], [["m", "a", "x"], 1], [["m", "c"], 2]]));
  const namesOf = (node: number) =>
    childrenOf(tree, node).map((child) => tree.functions[tree.functionOf[child]!]!.name);
  const [main = -1] = childrenOf(tree, ROOT);
  assertEquals([namesOf(ROOT), namesOf(main)], [["m"], ["a", "b", "c"]]);
  assertEquals(childrenOf(tree, childrenOf(tree, main)[1]!), []);
});

import { assertEquals } from "@std/assert";
import { callTreeOf } from "../../lib/output/call_tree.ts";
import { functionWeightsOf } from "../../lib/output/function_weights.ts";
import { profileOf, type SampleText } from "../support/profile_of.ts";

function weightsOf(samples: readonly SampleText[]): Record<string, [self: number, total: number]> {
  const tree = callTreeOf(profileOf(samples));
  const { selfOf, totalOf } = functionWeightsOf(tree);
  return Object.fromEntries(
    tree.functions.map(({ name }, of) => [name, [selfOf[of]!, totalOf[of]!]]),
  );
}

Deno.test("functionWeightsOf() adds up all places of a function", () => {
  const weights = weightsOf([[["main", "a", "b"], 1], [["main", "b"], 2], [["main"], 4]]);
  assertEquals(weights, { main: [4, 7], a: [0, 1], b: [3, 3] });
});

Deno.test("functionWeightsOf() counts a stack once in the total of a recursive function", () => {
  const weights = weightsOf([
    [["main", "f", "f", "g", "f"], 1],
    [["main", "f", "g"], 2],
    [["main", "g", "f"], 4],
  ]);
  assertEquals(weights, { main: [0, 7], f: [5, 7], g: [2, 7] });
});

Deno.test("functionWeightsOf() of a base counts what was before", () => {
  const tree = callTreeOf(profileOf([[["f", "f"], 1, 10], [["f"], 2, 0]]));
  const { selfOf, totalOf } = functionWeightsOf(tree, tree.base);
  assertEquals([[...selfOf], [...totalOf]], [[10], [10]]);
});

Deno.test("functionWeightsOf() of nothing is nothing", () => {
  assertEquals(weightsOf([]), {});
});

Deno.test("functionWeightsOf() takes very deep stacks", () => {
  const stack = Array.from({ length: 200_000 }, (_, at) => `f${at % 3}`);
  assertEquals(weightsOf([[stack, 5]]), { f0: [0, 5], f1: [5, 5], f2: [0, 5] });
});

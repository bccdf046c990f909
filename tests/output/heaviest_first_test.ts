import { assertEquals } from "@std/assert";
import { callTreeOf } from "../../lib/output/call_tree.ts";
import { heaviestFirst } from "../../lib/output/heaviest_first.ts";
import { profileOf, type SampleText } from "../support/profile_of.ts";

function namesInOrder(samples: readonly SampleText[]): string[] {
  const tree = callTreeOf(profileOf(samples));
  return Array.from(heaviestFirst(tree), (node) => tree.functions[tree.functionOf[node]!]!.name);
}

Deno.test("heaviestFirst() goes down the heaviest child first", () => {
  assertEquals(
    namesInOrder([
      [["main", "light"], 1],
      [["main", "heavy", "a"], 2],
      [["main", "heavy", "b"], 3],
      [["other"], 2],
    ]),
    ["main", "heavy", "b", "a", "light", "other"],
  );
});

Deno.test("heaviestFirst() orders by name what weighs the same", () => {
  assertEquals(namesInOrder([[["b"], 1], [["c"], 1], [["a"], 1]]), ["a", "b", "c"]);
});

Deno.test("heaviestFirst() counts bases too", () => {
  assertEquals(namesInOrder([[["a"], 2, 0], [["b"], 0, 3]]), ["b", "a"]);
});

Deno.test("heaviestFirst() of nothing is nothing", () => {
  assertEquals(namesInOrder([]), []);
});

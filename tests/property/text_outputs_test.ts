import { assert, assertEquals } from "@std/assert";
import { callTreeOf, ROOT } from "../../lib/output/call_tree.ts";
import { functionWeightsOf } from "../../lib/output/function_weights.ts";
import { treeLines } from "../../lib/output/tree_lines.ts";
import { writeTop, writeTree } from "../../lib/output/mod.ts";
import { profileOf, type SampleText } from "../support/profile_of.ts";
import { randomSamples } from "../support/random_samples.ts";
import { Random } from "../support/random.ts";
import { foldedText } from "../support/resolve_text.ts";

for (let seed = 1; seed <= 20; seed++) {
  const random = new Random(seed);
  const samples = randomSamples(random, { differential: seed % 2 === 0 });

  Deno.test(`functionWeightsOf() weighs as simple counting does, seed ${seed}`, () => {
    const tree = callTreeOf(profileOf(samples));
    const { selfOf, totalOf } = functionWeightsOf(tree);
    for (const [of, { name }] of tree.functions.entries()) {
      assertEquals(selfOf[of], weightWhere(samples, (stack) => stack.at(-1) === name));
      assertEquals(totalOf[of], weightWhere(samples, (stack) => stack.includes(name)));
    }
  });

  Deno.test(`treeLines() says what all stacks weigh, seed ${seed}`, () => {
    const tree = callTreeOf(profileOf(samples));
    let weight = 0;
    for (const { self, leftOut } of treeLines(tree)) weight += self + leftOut.total;
    assertEquals(weight, weightWhere(samples, () => true));
    assertEquals(weight, tree.totalOf[ROOT]);
  });

  Deno.test(`writeTop() and writeTree() give clean lines, seed ${seed}`, () => {
    for (const write of [writeTop, writeTree]) {
      const lines = foldedText(write(profileOf(samples), {})).split("\n");
      assertEquals(lines.at(-1), "");
      // deno-lint-ignore no-control-regex -- those are the characters that must not be there
      assertEquals(lines.filter((line) => / $|[\x00-\x1f\x7f-\x9f]/.test(line)), []);
      assert(lines.length > 3);
    }
  });
}

function weightWhere(
  samples: readonly SampleText[],
  isWanted: (stack: readonly string[]) => boolean,
): number {
  return samples.reduce((sum, [stack, weight]) => sum + (isWanted(stack) ? weight : 0), 0);
}

import { assert, assertEquals } from "@std/assert";
import { callTreeOf } from "../../lib/output/call_tree.ts";
import { layOut } from "../../lib/output/html/page/flame_layout.ts";
import { type FlameTree, flameTreeOf, ROOT } from "../../lib/output/html/page/flame_tree.ts";
import { searchFunctions, topMatches } from "../../lib/output/html/page/frame_search.ts";
import { functionTotals } from "../../lib/output/html/page/function_totals.ts";
import { pageDataOf } from "../support/page_tree.ts";
import { profileOf, type SampleText } from "../support/profile_of.ts";
import { Random } from "../support/random.ts";

const SEED = 20_261_128;
const NAMES = ["a", "b", "c_[k]", "</script>", "\ud800\u0000", "", "operator<", "\u{1f600}", "d"];

Deno.test("a page has the tree of its profile", () => {
  for (const { seed, samples } of rounds()) {
    const profile = profileOf(samples);
    const tree = flameTreeOf(pageDataOf(profile));
    const wanted = callTreeOf(profile);
    assertEquals(tree.size, wanted.size, seed);
    assertEquals(tree.totalOf[ROOT], weightOf(samples), seed);
    assertEquals(tree.totalOf.toSorted(), wanted.totalOf.toSorted(), seed);
    assertEquals(tree.base?.totalOf[ROOT], wanted.base?.totalOf[ROOT], seed);
  }
});

Deno.test("a page lays out every node in its parent", () => {
  for (const { seed, samples } of rounds()) {
    const tree = flameTreeOf(pageDataOf(profileOf(samples)));
    for (const width of ["after", "before", "both"] as const) {
      const { widthOf, startOf, nodes, levelStarts } = layOut(tree, "weight", width);
      assertEquals(levelStarts.at(-1), nodes.length, seed);
      for (const node of nodes) {
        const parent = tree.parentOf[node]!;
        if (parent < 0) continue;
        assert(startOf[node]! >= startOf[parent]!, seed);
        assert(startOf[node]! + widthOf[node]! <= startOf[parent]! + widthOf[parent]!, seed);
      }
    }
  }
});

Deno.test("a page counts as the stacks do", () => {
  for (const { seed, samples } of rounds()) {
    const tree = flameTreeOf(pageDataOf(profileOf(samples)));
    const totals = new Map(
      functionTotals(tree, ROOT).map((of) => [tree.functions[of.function]!.name, of] as const),
    );
    for (const name of ["a", "b", "d"]) {
      const inStacks = weightOf(samples.filter(([stack]) => stack.includes(name)));
      assertEquals(totals.get(name)?.total ?? 0, inStacks, seed);
      const atEnd = weightOf(samples.filter(([stack]) => stack.at(-1) === name));
      assertEquals(totals.get(name)?.self ?? 0, atEnd, seed);
      assertEquals(matched(tree, `^${name}$`), inStacks, seed);
    }
  }
});

function* rounds(): Generator<{ readonly seed: string; readonly samples: SampleText[] }> {
  for (let round = 0; round < 40; round++) {
    const random = new Random(SEED + round);
    const isDifferential = round % 3 === 0;
    const samples = Array.from({ length: random.below(60) }, (): SampleText => {
      const stack = Array.from({ length: 1 + random.below(12) }, () => random.pick(NAMES));
      const weight = random.below(50);
      return isDifferential ? [stack, weight, random.below(50)] : [stack, weight];
    });
    yield { seed: `seed ${SEED + round}`, samples };
  }
}

function weightOf(samples: readonly SampleText[]): number {
  return samples.reduce((sum, [, weight]) => sum + weight, 0);
}

function matched(tree: FlameTree, expression: string): number {
  const nodes = topMatches(tree, searchFunctions(tree, expression)!, ROOT);
  return [...nodes].reduce((sum, node) => sum + tree.totalOf[node]!, 0);
}

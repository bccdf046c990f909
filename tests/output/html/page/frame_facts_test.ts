import { assertEquals } from "@std/assert";
import { flameTreeOf, ROOT } from "../../../../lib/output/html/page/flame_tree.ts";
import { factsOf, spokenFacts } from "../../../../lib/output/html/page/frame_facts.ts";
import { largeProfile } from "../../../support/large_profile.ts";
import { nodeOf, pageDataOf, pageTree } from "../../../support/page_tree.ts";

const SAMPLES = { weightType: { name: "samples", unit: "count" }, decimals: 0 };
const TREE = pageTree([[["main", "walk"], 3], [["main"], 1], [["other"], 4]]);

Deno.test("factsOf() tells weights and shares", () => {
  assertEquals(factsOf(TREE, SAMPLES, nodeOf(TREE, "main", "walk"), ROOT), {
    name: "walk",
    rows: [
      ["Weight", "3 samples"],
      ["Of all", "37.5 %"],
      ["Of parent", "75.0 %"],
      ["Self", "3 samples, 37.5 %"],
      ["Kind", "named by the recorder"],
    ],
  });
});

Deno.test("factsOf() tells the share of the zoom, of what is in it", () => {
  const main = nodeOf(TREE, "main");
  const labels = (node: number) => factsOf(TREE, SAMPLES, node, main).rows.map(([label]) => label);
  assertEquals(labels(nodeOf(TREE, "main", "walk")).includes("Of zoomed"), true);
  assertEquals(labels(main).includes("Of zoomed"), false);
  assertEquals(labels(ROOT), ["Weight"]);
});

Deno.test("factsOf() tells the digits that a short weight leaves out", () => {
  const scale = { weightType: { name: "cpu", unit: "nanoseconds" }, decimals: 0 };
  const tree = pageTree([[["main"], 3_204_112_000]]);
  assertEquals(factsOf(tree, scale, 1, ROOT).rows[0], [
    "Weight",
    "3.20 s (3204112000 nanoseconds)",
  ]);
});

Deno.test("factsOf() tells both weights of a differential profile", () => {
  const tree = pageTree([[["main", "walk"], 3, 6], [["main"], 1, 2]]);
  assertEquals(factsOf(tree, SAMPLES, nodeOf(tree, "main"), ROOT).rows.slice(0, 4), [
    ["Before", "8 samples, 100.0 % of all"],
    ["After", "4 samples, 100.0 % of all"],
    ["Change", "-4, -50.0 %"],
    ["Self", "2 samples → 1 sample, -1"],
  ]);
});

Deno.test("factsOf() tells image, source, and why there is no name", () => {
  const tree = flameTreeOf(pageDataOf(largeProfile(500)));
  const nodes = Array.from({ length: tree.size - 1 }, (_, at) => at + 1);
  const isNamed = (node: number) => tree.places[tree.placeOf[node]!]!.reason === "";
  const rowsOf = (node: number) => Object.fromEntries(factsOf(tree, SAMPLES, node, ROOT).rows);
  const named = rowsOf(nodes.find(isNamed)!);
  assertEquals(named["Name"], "resolved");
  assertEquals(/^\/opt\/server\/lib\/libpart\d+\.so\.1$/.test(named["Image"]!), true);
  assertEquals(/^\/src\/server\/module\d+\.cc:\d+$/.test(named["Source"]!), true);
  const unnamed = rowsOf(nodes.find((node) => !isNamed(node))!);
  assertEquals(unnamed["Name"], undefined);
  assertEquals(
    unnamed["No name"],
    "the file is stripped: it has symbols for exported functions only: " +
      "install its debug symbols, or give their folder with --debug-dir DIR: " +
      "symfold images says which file",
  );
});

Deno.test("spokenFacts() tells what a frame is in one sentence", () => {
  assertEquals(
    spokenFacts(TREE, SAMPLES, nodeOf(TREE, "main")),
    "main, 50.0 % of all, 4 samples, level 1, calls 1 function",
  );
  const tree = pageTree([[["main"], 3, 6]]);
  assertEquals(
    spokenFacts(tree, SAMPLES, 1),
    "main, 100.0 % of all, 3 samples, before 6 samples, -50.0 %, level 1, calls nothing",
  );
});

Deno.test("factsOf() spells weights as the other outputs do", () => {
  const weightText = (weight: number, name: string, unit: string, decimals = 0) =>
    factsOf(pageTree([[["f"], weight]]), { weightType: { name, unit }, decimals }, 1, ROOT)
      .rows[0]![1];
  assertEquals(weightText(1048575, "space", "bytes"), "1.00 MiB (1048575 bytes)");
  assertEquals(weightText(999_999, "cpu", "nanoseconds"), "1.00 ms (999999 nanoseconds)");
  assertEquals(weightText(20_000, "cpu", "microseconds"), "20.0 ms (20000 microseconds)");
  assertEquals(weightText(9007199254740991, "x", "count", 2), "90071992547409.91 x");
});

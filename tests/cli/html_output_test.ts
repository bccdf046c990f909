import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  type FlameTree,
  flameTreeOf,
  nameOf,
  ROOT,
} from "../../lib/output/html/page/flame_tree.ts";
import { assertGolden } from "../support/golden.ts";
import { CPP_OPTIONS, CPP_RECORDING, runSymfold } from "../support/run_symfold.ts";
import { TempFolder } from "../support/temp_folder.ts";

Deno.test("symfold -o page.html writes a page with the stacks that it writes folded", async () => {
  using folder = new TempFolder();
  const path = folder.at("page.html");
  const run = await runSymfold([...CPP_OPTIONS, "-q", "-o", path, CPP_RECORDING]);
  assertEquals(run, { code: 0, stdout: "", stderr: "" });
  assertGolden(foldedOf(treeOf(Deno.readTextFileSync(path))), "cpp-x86_64.folded");
});

Deno.test("symfold --format html knows images and why there is no name", async () => {
  const { stdout } = await runSymfold([...CPP_OPTIONS, "-q", "--format", "html", CPP_RECORDING]);
  assertStringIncludes(stdout, "<title>raw.folded</title>");
  const { functions, places } = treeOf(stdout);
  const walk = functions.find(({ name }) => name === "geometry::Bvh::walk")!;
  assertEquals([walk.image, walk.kind], ["/opt/cpp-demo/lib/libgeometry.so", "native"]);
  const missing = functions.find(({ name }) => name.startsWith("[libc.so.6@"))!;
  assertEquals(missing.isUnresolved, true);
  const { reason } = places.find((place) => functions[place.function] === missing)!;
  assertStringIncludes(reason, "there is no such file here: copy it from the recorded machine");
});

Deno.test("symfold -o page.html keeps both weights of differential stacks", async () => {
  using folder = new TempFolder();
  const path = folder.at("page.html");
  const stdin = "main;work 5 2\nmain;gone 7 0\n";
  const args = ["-q", "--title", "a & b", "--unit", "bytes", "-o", path];
  assertEquals((await runSymfold(args, { stdin })).code, 0);
  const text = Deno.readTextFileSync(path);
  assertStringIncludes(text, "<title>a &#38; b</title>");
  const tree = treeOf(text);
  assertEquals([tree.totalOf[ROOT], tree.base?.totalOf[ROOT]], [2, 12]);
});

function treeOf(page: string): FlameTree {
  const [, data] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page)!;
  return flameTreeOf(JSON.parse(data!));
}

function foldedOf(tree: FlameTree): string {
  const weights = new Map<string, number>();
  for (let node = ROOT + 1; node < tree.size; node++) {
    const weight = tree.selfOf[node]!;
    if (weight === 0) continue;
    const names: string[] = [];
    for (let at = node; at !== ROOT; at = tree.parentOf[at]!) names.push(nameOf(tree, at));
    const stack = names.reverse().join(";");
    weights.set(stack, (weights.get(stack) ?? 0) + weight);
  }
  return [...weights].map(([stack, weight]) => `${stack} ${weight}\n`).sort().join("");
}

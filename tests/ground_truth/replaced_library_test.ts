import { assert, assertEquals } from "@std/assert";
import { resolveText } from "../support/resolve_text.ts";
import { testdata } from "../support/testdata.ts";

// A program that replaced a library by another one at the same place, with a snapshot of before and
// one of after: see testdata/recordings/README.md. perf knew when each was mapped.

const FOLDER = testdata("recordings/replaced-x86_64");
const read = (name: string) => Deno.readTextFileSync(`${FOLDER}/${name}`);

for (const order of [["maps-before", "maps"], ["maps", "maps-before"]]) {
  Deno.test(`resolve() names nothing otherwise than perf by ${order.join(" and ")}`, async () => {
    const { output, report } = await resolveText(read("raw.folded"), {
      maps: order.map(read),
      sysroot: `${FOLDER}/sysroot`,
    });
    const [found, truth] = [namesInLibraries(output), weightsOf(read("truth"))];
    let named = 0;
    for (const [names, weight] of found) {
      if (truth.get(names) === weight) named += weight;
      else assert(weight < (truth.get(names) ?? 0), `${names} ${weight}`);
    }
    // Of some stacks the only return address follows a call in both libraries.
    const own = report.reasons.filter(({ reason }) => reason === "ambiguous-snapshot");
    const total = truth.values().reduce((sum, weight) => sum + weight, 0);
    const sum = found.values().reduce((all, weight) => all + weight, 0);
    assertEquals(own.map(({ weight }) => weight), [2 * (total - sum)]);
    assert(sum > 0.8 * total, `${sum} of ${total}`);
    assert(named > 0.6 * total, `${named} of ${total}`);
  });
}

/** What frames in the libraries weigh, by their names, root first. */
function namesInLibraries(output: string): Map<string, number> {
  return weightsOf(output.replaceAll(/^.*?(?:;(run\b.*)|;((?:leaf|caller)\d_.*)| \d+)$/gm, "$1$2"));
}

function weightsOf(lines: string): Map<string, number> {
  const weights = new Map<string, number>();
  for (const [, names, weight] of lines.matchAll(/^(\S+) (\d+)$/gm)) {
    weights.set(names!, (weights.get(names!) ?? 0) + Number(weight));
  }
  return weights;
}

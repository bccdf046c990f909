import { assert, assertEquals } from "@std/assert";
import { writeSvg } from "../../lib/output/mod.ts";
import { profileOf } from "../support/profile_of.ts";
import { randomSamples } from "../support/random_samples.ts";
import { Random } from "../support/random.ts";
import { foldedText } from "../support/resolve_text.ts";
import { readSvg, type SvgFrame } from "../support/svg_frames.ts";

for (let seed = 1; seed <= 20; seed++) {
  Deno.test(`writeSvg() draws all weight, nothing over another, seed ${seed}`, () => {
    const random = new Random(seed);
    const samples = randomSamples(random, { differential: seed % 2 === 0 });
    // Makes everything else narrow, now and then.
    if (seed % 3 === 0) samples.push([["heavy"], 1_000_000, 0]);
    const { frames } = readSvg(foldedText(writeSvg(profileOf(samples), {})));
    const [root] = frames;
    assertEquals(root!.weight, samples.reduce((sum, [, weight]) => sum + weight, 0));
    const rows = Map.groupBy(frames, ({ y }) => y);
    for (const [y, row] of rows) {
      const inOrder = row.toSorted((a, b) => a.start - b.start);
      for (const [at, frame] of inOrder.entries()) {
        const next = inOrder[at + 1];
        assert(next === undefined || frame.start + frame.weight <= next.start);
        assert(frame.x + frame.width <= 1200.01 && frame.width > 0);
        if (frame === root) continue;
        const below = rows.get(y + 18)!;
        assertEquals(below.filter((caller) => holds(caller, frame)).length, 1);
      }
    }
  });
}

function holds(caller: SvgFrame, { start, weight }: SvgFrame): boolean {
  return !caller.isRest && caller.start <= start &&
    start + weight <= caller.start + caller.weight;
}

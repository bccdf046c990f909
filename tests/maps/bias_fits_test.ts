import { assert, assertEquals } from "@std/assert";
import { BiasFits } from "../../lib/maps/bias_fits.ts";
import {
  type BiasCandidate,
  fitSegment,
  type LoadSegment,
  type Mapping,
} from "../../lib/maps/mod.ts";
import { load } from "../support/maps_lines.ts";
import { Random } from "../support/random.ts";

const PAGE = 0x1000;

/** A page of a file, at a file offset. */
function page(start: number, fileOffset: number, permissions = "r-xp"): Mapping {
  return {
    start,
    end: start + PAGE,
    readable: permissions.includes("r"),
    writable: permissions.includes("w"),
    executable: permissions.includes("x"),
    fileOffset,
    device: "fe:01",
    inode: 42,
    path: "/opt/x.so",
    deleted: false,
  };
}

/** The rules again, said as slowly as possible: all biases of what is left, in each round. */
function* roundsSlowly(
  mappings: readonly Mapping[],
  segments: readonly LoadSegment[],
  proven: readonly number[],
) {
  for (let rest = mappings;;) {
    const candidates: BiasCandidate[] = [];
    for (const one of rest) {
      const scores = new Map<number, number>();
      for (const segment of segments) {
        const fit = fitSegment(one, segment, segments, PAGE);
        if (fit === undefined) continue;
        scores.set(fit.loadBias, Math.max(fit.score, scores.get(fit.loadBias) ?? 0));
      }
      for (const [loadBias, score] of scores) {
        const at = candidates.findIndex((candidate) => candidate.loadBias === loadBias);
        const before = candidates[at] ?? { mappings: [], score: 0 };
        const after = {
          loadBias,
          mappings: [...before.mappings, one],
          score: before.score + score,
        };
        candidates.splice(at < 0 ? candidates.length : at, 1, after);
      }
    }
    const known = proven.map((bias) => candidates.find(({ loadBias }) => loadBias === bias))
      .find((candidate) => candidate !== undefined);
    const best = Math.max(...candidates.map(({ score }) => score));
    const chosen = known ?? candidates.find(({ score }) => score === best);
    if (chosen === undefined) return;
    const rivals = candidates.filter((one) =>
      one !== chosen && chosen.score - one.score < 8 &&
      one.mappings.some((mapping) => chosen.mappings.includes(mapping))
    );
    yield { candidates, chosen, rivals };
    rest = rest.filter((mapping) => !chosen.mappings.includes(mapping));
  }
}

Deno.test("BiasFits takes the biases that a search of all in each round takes", () => {
  let withRivals = 0;
  for (let seed = 0; seed < 500; seed++) {
    const random = new Random(seed);
    // Small files at few places: biases coincide.
    const segments = Array.from({ length: 1 + random.below(3) }, () =>
      load(
        random.below(4) * 0x800,
        random.below(6) * 0x1000,
        1 + random.below(3) * 0x800,
        0x2000,
        random.pick(["R", "R E", "RW"]),
      ));
    const mappings = Array.from({ length: random.below(14) }, (_, at) => {
      const start = 0x7f0000000000 + at * 0x3000 + random.below(2) * 0x1000;
      return page(start, random.below(4) * 0x1000, random.pick(["r--p", "r-xp", "rw-p"]));
    });
    const all = [...roundsSlowly(mappings, segments, [])][0]?.candidates ?? [];
    const proven = random.below(2) === 0 ? [] : [1, 2].map(() => random.pick([...all, all[0]]))
      .flatMap((candidate) => candidate === undefined ? [] : [candidate.loadBias]);
    const fits = new BiasFits(mappings, segments, PAGE);
    let round = 0;
    for (const { candidates, chosen, rivals } of roundsSlowly(mappings, segments, proven)) {
      assertEquals(fits.before(round), candidates, `seed ${seed}, round ${round}`);
      const taken = fits.takeFirst(proven) ?? fits.takeBest();
      assertEquals(taken, { chosen, rivals }, `seed ${seed}, round ${round}`);
      // What came later changes nothing of what was.
      assertEquals(fits.before(round), candidates, `seed ${seed}, round ${round}`);
      if (rivals.length > 0) withRivals++;
      round++;
    }
    assertEquals(fits.takeFirst(proven), undefined);
    assertEquals(fits.takeBest(), undefined);
  }
  assert(withRivals > 100, `${withRivals}`);
});

Deno.test("BiasFits has an end for a file that is mapped very often", () => {
  const COUNT = 50_000;
  // The first two segments share a page, so that every mapping has two biases, all different.
  const segments = [load(0, 0, 0x800, 0x800, "R E"), load(0x800, 0x5800, 0x100, 0x100, "RW")];
  const mappings = Array.from(
    { length: COUNT },
    (_, at) => page(0x7f0000000000 + at * 0x100000, 0),
  );
  const fits = new BiasFits(mappings, segments, PAGE);
  const biases: number[] = [];
  for (let taken = fits.takeBest(); taken !== undefined; taken = fits.takeBest()) {
    biases.push(taken.chosen.loadBias);
    assertEquals([taken.chosen.mappings.length, taken.rivals.length], [1, 1]);
  }
  assertEquals(biases, mappings.map(({ start }) => start));
});

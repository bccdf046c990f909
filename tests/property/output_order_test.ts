import { assertEquals } from "@std/assert";
import { readFolded } from "../../lib/input/mod.ts";
import { readerOfBytes } from "../../lib/bytes/mod.ts";
import { writeFolded } from "../../lib/output/mod.ts";
import { profileOf, type SampleText } from "../support/profile_of.ts";
import { Random } from "../support/random.ts";
import { bytesOf, foldedText } from "../support/resolve_text.ts";
import { sortLines } from "../support/sort_lines.ts";

// What sorts before, between and behind the semicolon, the blank and the digits, so that names are
// prefixes of each other and of each other's counts.
const PLAIN = ["a", "b", "ab", "a-", "a!", "a:", "a<", "[a]", "A", "_", "a.b", "a_1", "a1"];
const NUMBERED = ["a 1", "a 12", "a 1x", "a  2", "1", "b 0", "b 0 3", "a 1 1y"];
const NASTY = [...PLAIN, ...NUMBERED, "a b", "a !"];
const WIDE = [...PLAIN, "é", "éa", "日", "日本", "\u{1f600}", "ÿ"];

const NAMES = { plain: PLAIN, nasty: NASTY, wide: WIDE };

function randomSamples(random: Random, names: readonly string[]): SampleText[] {
  const bases = random.below(2) === 0;
  return Array.from({ length: random.below(200) }, (): SampleText => {
    const stack = Array.from({ length: 1 + random.below(4) }, () => random.pick(names));
    const weight = random.below(200);
    return bases && random.below(3) === 0 ? [stack, weight, random.below(200)] : [stack, weight];
  });
}

/** Writes as simply as possible: a Map, and sort(1). */
async function writeSimply(samples: readonly SampleText[]): Promise<string> {
  const sums = new Map<string, { weight: number; base: number | undefined }>();
  for (const [stack, weight, base] of samples) {
    const leaf = stack.at(-1)!.replace(/\s+(\d+(\.\d*)?)$/, "_$1");
    const text = [...stack.slice(0, -1), leaf].join(";");
    const key = `${text}\n${base === undefined ? "one" : "two"}`;
    const sum = sums.get(key) ?? { weight: 0, base: base === undefined ? undefined : 0 };
    sum.weight += weight;
    if (base !== undefined) sum.base! += base;
    sums.set(key, sum);
  }
  const lines = [...sums].map(([key, { weight, base }]) =>
    `${key.split("\n")[0]} ${base === undefined ? "" : `${base} `}${weight}\n`
  );
  return await sortLines(lines.join(""));
}

for (const [kind, names] of Object.entries(NAMES)) {
  for (let seed = 1; seed <= 12; seed++) {
    Deno.test(`writeFolded() sums and sorts ${kind} names as sort(1), seed ${seed}`, async () => {
      const samples = randomSamples(new Random(seed), names);
      assertEquals(foldedText(writeFolded(profileOf(samples))), await writeSimply(samples));
    });

    Deno.test(`readFolded() reads back output of ${kind} names, seed ${seed}`, async () => {
      const output = foldedText(writeFolded(profileOf(randomSamples(new Random(seed), names))));
      const again = await readFolded([readerOfBytes("output", bytesOf(output))]);
      assertEquals(foldedText(writeFolded(again)), output);
    });
  }
}

for (let seed = 1; seed <= 6; seed++) {
  Deno.test(`writeFolded() does not depend on the order of samples, seed ${seed}`, () => {
    const random = new Random(seed);
    const samples = randomSamples(random, NASTY);
    const output = foldedText(writeFolded(profileOf(samples)));
    const shuffled = foldedText(writeFolded(profileOf(random.shuffle(samples))));
    assertEquals(shuffled, output);
  });
}

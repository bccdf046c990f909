import { assert, assertEquals, assertThrows } from "@std/assert";
import { lineKeys } from "../../lib/output/line_keys.ts";
import { LineWriter } from "../../lib/output/line_writer.ts";
import { FrameTable, SampleTable, StackTable } from "../../lib/profile/mod.ts";
import { Random } from "../support/random.ts";

type Line = readonly [names: readonly string[], weight: number, base?: number];

/** A writer of these lines, each with a stack of its own. */
function writerOf(lines: readonly Line[]): LineWriter {
  const frames = new FrameTable();
  const stacks = new StackTable();
  const samples = new SampleTable();
  for (const [names, weight, base] of lines) {
    for (const name of names) stacks.push(frames.internText(name));
    samples.push(stacks.finish(), weight, base);
  }
  const keys = lineKeys({ frames, stacks, samples, decimals: 0 });
  return new LineWriter(stacks, keys, samples.columns());
}

function textOf(lines: readonly Line[]): string {
  const decoder = new TextDecoder();
  return Array.from(writerOf(lines).chunks(), (chunk) => decoder.decode(chunk)).join("");
}

function wantedText(lines: readonly Line[]): string {
  return lines.map(([names, weight, base]) =>
    `${names.join(";")} ${base === undefined ? "" : `${base} `}${weight}\n`
  ).join("");
}

const LARGEST = Number.MAX_SAFE_INTEGER;

for (
  const lines of [
    [],
    [[["a"], 0]],
    [[["a", "b"], 10], [["a", "b", "c"], 999]],
    [[["a", "b"], LARGEST, LARGEST], [["a"], 7], [["b"], 0, 1]],
    [[[""], 1], [["", ""], 2]],
  ] as Line[][]
) {
  Deno.test(`LineWriter.chunks() writes ${JSON.stringify(lines)}`, () => {
    assertEquals(textOf(lines), wantedText(lines));
  });
}

for (let seed = 1; seed <= 10; seed++) {
  Deno.test(`LineWriter.chunks() writes what joining writes, seed ${seed}`, () => {
    const random = new Random(seed);
    const names = Array.from(
      { length: 40 },
      (_, at) => `${at}${"é".repeat(random.below(random.pick([2, 20, 300])))}`,
    );
    const lines = Array.from({ length: 3000 }, (): Line => {
      const stack = Array.from(
        { length: 1 + random.below(30) },
        (_, depth) => names[random.below(depth < 5 ? 2 : names.length)]!,
      );
      const weight = random.below(10 ** (1 + random.below(15)));
      return random.below(2) === 0 ? [stack, weight] : [stack, weight, random.below(100)];
    });
    assertEquals(textOf(lines), wantedText(lines));
  });
}

Deno.test("LineWriter.chunks() writes names that are longer than a chunk", () => {
  const [one, other] = ["x", "y"].map((letter) => letter.repeat(3 << 20));
  const lines: Line[] = [[[one!, "a"], 1], [[one!, other!, "b"], 2], [["c"], 3]];
  assert(textOf(lines) === wantedText(lines));
});

Deno.test("LineWriter.line() writes one line", () => {
  const writer = writerOf([[["a", "b"], 1], [["a", "c"], 2]]);
  const texts = [1, 0].map((line) => new TextDecoder().decode(writer.line(line)));
  assertEquals(texts, ["a;c 2\n", "a;b 1\n"]);
});

Deno.test("LineWriter throws for what does not fit into 4 GiB", () => {
  const stacks = new StackTable();
  stacks.push(0);
  stacks.finish();
  stacks.frameCount = 2 ** 30;
  const frames = new FrameTable();
  const keys = lineKeys({
    frames,
    stacks: new StackTable(),
    samples: new SampleTable(),
    decimals: 0,
  });
  assertThrows(
    () => new LineWriter(stacks, keys, new SampleTable().columns()),
    RangeError,
    "Cannot write so many different stacks: 4 GiB are not enough",
  );
});

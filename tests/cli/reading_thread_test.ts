import { assertEquals, assertGreater } from "@std/assert";
import { gzipSync } from "node:zlib";
import { readInTwoThreads, readProfile } from "../../lib/cli/reading_thread.ts";
import type { ReadEvents } from "../../lib/cli/read_recordings.ts";
import type { RawProfile } from "../../lib/profile/mod.ts";
import { Random } from "../support/random.ts";
import { randomRecording } from "../support/random_recording.ts";
import { bytesOf } from "../support/resolve_text.ts";
import { runShell, runSymfold } from "../support/run_symfold.ts";
import { AT_SECOND, IN_FIRST, SMALL_OPTIONS } from "../support/small_case.ts";
import { TempFolder } from "../support/temp_folder.ts";

const MAX = Number.MAX_SAFE_INTEGER;

/** Recordings by what is in them; each is read as several files. */
const CASES: Readonly<Record<string, readonly (string | Uint8Array)[]>> = {
  "lines that repeat": ["a;b 1\na;c 2\na;b 3\n", "a;c 4\nd 5"],
  "an empty file": ["", "a 1\n"],
  "nothing but comments": ["# a\n\n# b\n"],
  "lines that are no stacks": ["a 1\nbad\nb 2\n", "worse\n"],
  "fractions": ["a 1\nb 0.25\n", "a 1.5\nc 0.125\n"],
  "two counts": ["a 1 2\nb 3\na 4 5\na 6\n"],
  "weights that add up to too much": [`a ${MAX}\nb 1\na 1\n`, `b ${MAX}\n`],
  "gzip, which is cut": [gzipSync("a 1\n"), gzipSync("b 1\n".repeat(1000)).subarray(0, 20), "c 1"],
  "no UTF-8": [Uint8Array.of(0x61, 0xff, 0x20, 0x31, 0x0a, 0x61, 0xfe, 0x20, 0x31)],
  "a stack of a megabyte": [`${"0x7f0000001234;".repeat(70_000)}end 1\n`, "end 2\n"],
};

for (const [title, contents] of Object.entries(CASES)) {
  for (const merge of [true, false]) {
    Deno.test(`readInTwoThreads() reads ${title} as one does, merge: ${merge}`, async () => {
      using folder = new TempFolder();
      const paths = contents.map((content, at) => folder.write(`${at}.folded`, content));
      await assertSame([paths[0]!, folder.at("missing"), ...paths.slice(1)], merge);
    });
  }
}

for (const seed of [1, 2]) {
  Deno.test(`readInTwoThreads() reads many batches as one does, seed ${seed}`, async () => {
    using folder = new TempFolder();
    const lines = randomRecording(new Random(seed), 40_000);
    await assertSame([folder.write("raw.folded", lines.join("\n"))], seed === 1);
  });
}

Deno.test("readInTwoThreads() tells how far it is", async () => {
  using folder = new TempFolder();
  const path = folder.write("raw.folded", "a 1\n".repeat(300_000));
  const seen: unknown[][] = [];
  await readInTwoThreads({ paths: [path], merge: true }, {
    onProgress: (...of) => seen.push(of),
    onFailure() {},
  });
  assertGreater(seen.length, 0);
  assertEquals(seen[0]!.slice(0, 2), [path, 1_200_000]);
});

Deno.test("run() takes a large recording with permission to read only", async () => {
  using folder = new TempFolder();
  const path = folder.write("raw.folded", largeText());
  assertEquals(await runSymfold([...SMALL_OPTIONS, "-q", path]), {
    code: 0,
    stdout: "app;layout_first 600000\napp;layout_second 400000\n",
    stderr: "",
  });
});

Deno.test("run() takes a large recording and standard input", async () => {
  using folder = new TempFolder();
  const path = folder.write("raw.folded", largeText());
  const args = [...SMALL_OPTIONS, "-q", "-", path, folder.at("missing")];
  const { code, stdout, stderr } = await runShell((symfold) => `echo 'app 7' | ${symfold}`, args);
  assertEquals(stdout, "app 7\napp;layout_first 600000\napp;layout_second 400000\n");
  assertEquals(code, 1);
  const missing = folder.at("missing");
  assertEquals(
    stderr,
    `symfold: Cannot read "${missing}": there is no such file or directory\n`,
  );
});

/** A little more than 16 MiB, from which on there are two threads. */
function largeText(): Uint8Array {
  const chunk = `app;${IN_FIRST} 3\napp;${AT_SECOND} 2\n`;
  return bytesOf(chunk.repeat(200_000) + "#".repeat(1 << 24));
}

async function assertSame(paths: readonly string[], merge: boolean): Promise<void> {
  const one = new Failures();
  const wanted = textsOf(await readProfile({ paths, merge }, one));
  const two = new Failures();
  assertEquals(textsOf(await readInTwoThreads({ paths, merge }, two)), wanted);
  assertEquals(two.messages, one.messages);
}

class Failures implements ReadEvents {
  readonly messages: string[] = [];

  onProgress(): void {}

  onFailure(message: string): void {
    this.messages.push(message);
  }
}

/** All that a profile holds, in its order. */
function textsOf(profile: RawProfile) {
  const { frames, stacks, samples, locations, decimals, skipped } = profile;
  const numbers = (size: number) => Array.from({ length: size }, (_, at) => at);
  return {
    frames: numbers(frames.size).map((frame) => [...frames.bytesOf(frame)].join(" ")),
    stacks: numbers(stacks.size).map((stack) => stacks.framesOf(stack).join(" ")),
    samples: numbers(samples.size).map((at) =>
      `${samples.stackOf(at)} ${samples.baseOf(at)} ${samples.weightOf(at)}`
    ),
    locations,
    decimals,
    skipped,
  };
}

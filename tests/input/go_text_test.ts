import { assert, assertEquals, assertRejects } from "@std/assert";
import { FormatError } from "../../lib/errors.ts";
import { readGoText } from "../../lib/input/mod.ts";
import {
  linesOf,
  locationOf,
  readText,
  recorderFile,
  samplesOf,
  weightOf,
} from "../support/recording_text.ts";

const GOROUTINES = linesOf(
  "goroutine profile: total 4",
  "3 @ 0x47de8e 0x4dd6b5 0x484501",
  '# labels: {"kind":"worker"}',
  "#\t0x4dd6b4\tmain.(*T).wait+0x14\t\t/src/a b.go:31",
  "",
  "1 @ 0x442c51 0x608fff 0x609000",
  "#\t0x442c50\truntime.gopark+0x1\truntime/proc.go:1",
  "#\t0x608ffe\tmain.inner+0x5e\t/src/main.go:7",
  "#\t0x608fff\tmain.outer+0x5f\t/src/main.go:3",
);

const MUTEX = linesOf(
  "--- mutex:",
  "cycles/second=2000000000",
  "sampling period=1",
  "600 40 @ 0x4dd73e 0x484501",
  "#\t0x4dd73d\tmain.f+0x5d\t/src/main.go:65",
  "",
);

Deno.test("readGoText() keeps Go's names, and the addresses of what it has not named", async () => {
  const recording = await readText(readGoText, GOROUTINES);
  assertEquals(samplesOf(recording), [
    "0x484501;main.(*T).wait;0x47de8e 3",
    "main.outer;main.inner;runtime.gopark 1",
  ]);
  assertEquals(recording.returnAddresses, "all");
  assertEquals(locationOf(recording, "main.outer"), { kind: "name" });
  assertEquals(locationOf(recording, "0x484501")?.kind, "address");
  assertEquals(recording.profile.skipped.invalid, 0);
});

Deno.test("readGoText() gives an address the name in its own stack only", async () => {
  const text = GOROUTINES + linesOf("", "2 @ 0x4dd6b5");
  assertEquals(samplesOf(await readText(readGoText, text)).at(-1), "0x4dd6b5 2");
});

Deno.test("readGoText() weighs contention by nanoseconds, or counts it", async () => {
  const byDelay = await readText(readGoText, MUTEX);
  assertEquals(samplesOf(byDelay), ["0x484501;main.f 300"]);
  assertEquals(byDelay.profile.weightType, { name: "delay", unit: "nanoseconds" });
  const counted = await readText(readGoText, MUTEX, { weight: "contentions" });
  assertEquals(samplesOf(counted), ["0x484501;main.f 40"]);
  assertEquals(byDelay.profile.skipped.invalid + counted.profile.skipped.invalid, 0);
});

Deno.test("readGoText() refuses a weight that the profile does not have", async () => {
  const error = await assertRejects(
    () => readText(readGoText, MUTEX, { weight: "inuse_space" }),
    FormatError,
  );
  assertEquals(
    error.message,
    'Cannot find the weight "inuse_space" of "test": there is delay, contentions',
  );
});

Deno.test("readGoText() leaves the zeros out that fill stacks of threads up", async () => {
  const text = linesOf(
    "threadcreate profile: total 5",
    "4 @ 0x0 0x0",
    "#\t0x0",
    "",
    "1 @ 0x12 0x0",
  );
  assertEquals(samplesOf(await readText(readGoText, text)), ["[unknown] 4", "0x12 1"]);
});

Deno.test("readGoText() counts lines that it cannot read, and takes no name of theirs", async () => {
  const text = GOROUTINES.replace("3 @", "3 4 @") +
    linesOf("1 @ 0x4dd6b5", "what is this", "1 @ 0x0zz");
  const recording = await readText(readGoText, text);
  assertEquals(samplesOf(recording), ["main.outer;main.inner;runtime.gopark 1", "0x4dd6b5 1"]);
  const { invalid, firstInvalid } = recording.profile.skipped;
  assertEquals([invalid, firstInvalid?.line], [3, 2]);
  assertEquals(firstInvalid?.detail, "no counts of its profile in front of the @");
});

for (const name of ["goroutine", "threadcreate", "heap", "block", "mutex"]) {
  Deno.test(`readGoText() weighs the stacks of ${name} as go tool pprof does`, async () => {
    const raw = new TextDecoder().decode(recorderFile(`go/${name}.pprof`));
    const rows = raw.split("\n").flatMap((line) =>
      /^ +([\d ]+):(?: \d+)+ *$/.exec(line)?.[1] ?? []
    );
    const text = recorderFile(`go/${name}.txt`);
    const types = /^((?:\w+\/\w+ ?)+)/m.exec(raw)![1]!.split(" ").map((type) =>
      type.split("/")[0]!
    );
    assert(rows.length > 0);
    for (const [at, weight] of types.entries()) {
      const wanted = rows.map((row) => Number(row.trim().split(/ +/)[at]));
      const isNamed = types.length > 1;
      const recording = await readText(readGoText, text, isNamed ? { weight, merge: false } : {});
      const sum = wanted.reduce((one, other) => one + other, 0);
      // It cuts fractions off.
      assert(weightOf(recording) - sum >= 0 && weightOf(recording) - sum <= rows.length, weight);
      assertEquals(recording.profile.skipped.invalid, 0);
    }
  });
}

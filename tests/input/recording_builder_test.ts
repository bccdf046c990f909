import { assertEquals } from "@std/assert";
import { RecordingBuilder } from "../../lib/input/mod.ts";
import { samplesOf } from "../support/recording_text.ts";

const MAX = Number.MAX_SAFE_INTEGER;

function push(builder: RecordingBuilder, ...frames: string[]): RecordingBuilder {
  for (const frame of frames) builder.push(builder.frame(frame));
  return builder;
}

Deno.test("finish() makes one sample of the same stack", () => {
  const builder = new RecordingBuilder("test");
  for (const weight of [1, 2]) assertEquals(push(builder, "leaf", "root").finish(weight), "");
  push(builder, "root").finish(4);
  assertEquals(samplesOf(builder.recording({})), ["root;leaf 3", "root 4"]);
});

Deno.test("finish() makes a sample each without merging", () => {
  const builder = new RecordingBuilder("test", false);
  for (const weight of [1, 2]) push(builder, "leaf").finish(weight);
  const recording = builder.recording({});
  assertEquals(samplesOf(recording), ["leaf 1", "leaf 2"]);
  assertEquals(recording.profile.stacks.size, 1);
});

Deno.test("finish() takes stacks of any depth", () => {
  const builder = new RecordingBuilder("test");
  const frames = Array.from({ length: 5000 }, (_, at) => `f${at}`);
  for (const weight of [1, 2]) push(builder, ...frames).finish(weight);
  assertEquals(samplesOf(builder.recording({})), [`${frames.toReversed().join(";")} 3`]);
});

Deno.test("finish() gives a stack without frames one", () => {
  const builder = new RecordingBuilder("test");
  builder.finish(3);
  assertEquals(samplesOf(builder.recording({})), ["[unknown] 3"]);
});

for (
  const [weight, problem] of [
    [-1, "its count is no whole number"],
    [1.5, "its count is no whole number"],
    [NaN, "its count is no whole number"],
    [2 ** 53, "count past 2^53"],
    [MAX, "the weights of its stack add up to more than 2^53 - 1"],
  ] as const
) {
  Deno.test(`finish() refuses the weight ${weight}, and forgets the stack`, () => {
    const builder = new RecordingBuilder("test");
    push(builder, "a").finish(1);
    assertEquals(push(builder, "a").finish(weight), problem);
    push(builder, "b").finish(1);
    assertEquals(samplesOf(builder.recording({})), ["a 1", "b 1"]);
  });
}

Deno.test("drop() forgets the stack that is being made", () => {
  const builder = new RecordingBuilder("test");
  push(builder, "a").drop();
  push(builder, "b").finish(1);
  assertEquals(samplesOf(builder.recording({})), ["b 1"]);
});

Deno.test("recording() has processes only if they are known", () => {
  const builder = new RecordingBuilder("test");
  push(builder, "a").finish(1);
  assertEquals(builder.recording({}).profile.processes, undefined);
  push(builder, "a").finish(1, 12);
  assertEquals([...builder.recording({}).profile.processes!], [-1, 12]);
  const changed = builder.recording({}, (process) => process < 0 ? 7 : process);
  assertEquals([...changed.profile.processes!], [7, 12]);
});

Deno.test("recording() leaves out maps that are empty", () => {
  const maps = [{ process: undefined, text: "" }];
  assertEquals(new RecordingBuilder("test").recording({ maps }).maps, []);
});

Deno.test("addInvalid() keeps the first line, cut", () => {
  const builder = new RecordingBuilder("test");
  builder.addInvalid(3, `${"x".repeat(300)}\r`, "why");
  builder.addInvalid(4, "y", "because");
  assertEquals(builder.recording({}).profile.skipped, {
    comments: 0,
    invalid: 2,
    firstInvalid: { source: "test", line: 3, text: "x".repeat(200), detail: "why" },
  });
});

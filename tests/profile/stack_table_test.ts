import { assertEquals, assertThrows } from "@std/assert";
import { StackTable } from "../../lib/profile/mod.ts";

function tableOf(...stacks: number[][]): StackTable {
  const table = new StackTable();
  for (const stack of stacks) {
    for (const frame of stack) table.push(frame);
    table.finish();
  }
  return table;
}

Deno.test("StackTable.framesOf() gives the frames, root first", () => {
  const table = tableOf([7, 8, 9], [7], [1, 1]);
  assertEquals([0, 1, 2].map((stack) => [...table.framesOf(stack)]), [[7, 8, 9], [7], [1, 1]]);
});

Deno.test("StackTable.finish() numbers stacks from 0, equal ones too", () => {
  const table = new StackTable();
  table.push(3);
  assertEquals(table.finish(), 0);
  table.push(3);
  assertEquals(table.finish(), 1);
  assertEquals(table.size, 2);
});

Deno.test("StackTable.finish() refuses a stack without frames", () => {
  const message = "Cannot end a stack: it has no frames";
  assertThrows(() => new StackTable().finish(), RangeError, message);
  const table = tableOf([3]);
  assertThrows(() => table.finish(), RangeError, message);
  table.push(4);
  assertEquals(table.finish(), 1);
});

Deno.test("StackTable.startOf() and endOf() are places in frames", () => {
  const table = tableOf([7, 8, 9], [7], [1, 1]);
  assertEquals([0, 1, 2].map((stack) => [table.startOf(stack), table.endOf(stack)]), [
    [0, 3],
    [3, 4],
    [4, 6],
  ]);
  assertEquals([...table.frames.subarray(0, table.frameCount)], [7, 8, 9, 7, 1, 1]);
});

Deno.test("StackTable grows with its stacks", () => {
  const table = new StackTable();
  for (let stack = 0; stack < 3000; stack++) {
    for (let frame = 0; frame < 1 + stack % 5; frame++) table.push(stack * 10 + frame);
    assertEquals(table.finish(), stack);
  }
  for (let stack = 0; stack < 3000; stack++) {
    const wanted = Array.from({ length: 1 + stack % 5 }, (_, frame) => stack * 10 + frame);
    assertEquals([...table.framesOf(stack)], wanted);
  }
  assertEquals(table.frameCount, 3 * 3000);
});

Deno.test("StackTable holds a stack of 100,000 frames", () => {
  const frames = Array.from({ length: 100_000 }, (_, frame) => frame);
  const table = tableOf([5], frames, [6]);
  assertEquals([...table.framesOf(1)], frames);
  assertEquals([...table.framesOf(2)], [6]);
});

for (const count of [0, 1, 100, 5000, 100_000]) {
  Deno.test(`StackTable.reserve() makes room for ${count} frames`, () => {
    const frames = Array.from({ length: count }, (_, at) => at + 7);
    const table = new StackTable();
    table.push(1);
    table.reserve(count);
    table.frames.set(frames, table.frameCount);
    table.frameCount += count;
    table.push(2);
    table.finish();
    assertEquals([...table.framesOf(0)], [1, ...frames, 2]);
    assertEquals(table.frameCount, count + 2);
  });
}

Deno.test("StackTable.withFrames() gives the same stacks with other frames", () => {
  const table = tableOf([7, 8, 9], [7], [1, 1]);
  const other = table.withFrames(Uint32Array.of(0, 1, 2, 3, 4, 5));
  assertEquals([0, 1, 2].map((stack) => [...other.framesOf(stack)]), [[0, 1, 2], [3], [4, 5]]);
  assertEquals([other.size, other.frameCount], [3, 6]);
  assertEquals([...table.framesOf(1)], [7]);
});

import { assertEquals } from "@std/assert";
import { MAX_WEIGHT, SampleTable } from "../../lib/profile/mod.ts";

Deno.test("SampleTable.push() numbers samples from 0", () => {
  const samples = new SampleTable();
  assertEquals([samples.push(4, 10), samples.push(4, 10), samples.push(2, 0)], [0, 1, 2]);
  assertEquals(samples.size, 3);
  assertEquals([samples.stackOf(2), samples.weightOf(2)], [2, 0]);
});

Deno.test("SampleTable.baseOf() is NaN for samples with one weight", () => {
  const samples = new SampleTable();
  samples.push(0, 1);
  assertEquals(samples.baseOf(0), NaN);
  samples.push(0, 2, 7);
  samples.push(0, 3);
  assertEquals([0, 1, 2].map((sample) => samples.baseOf(sample)), [NaN, 7, NaN]);
});

Deno.test("SampleTable.baseOf() keeps a base of 0", () => {
  const samples = new SampleTable();
  samples.push(0, 1, 0);
  assertEquals(samples.baseOf(0), 0);
});

Deno.test("SampleTable.add() adds to weight and base of that sample only", () => {
  const samples = new SampleTable();
  samples.push(0, 1, 10);
  samples.push(1, 2, 20);
  assertEquals(samples.add(1, 3, 5), true);
  assertEquals([samples.weightOf(0), samples.baseOf(0)], [1, 10]);
  assertEquals([samples.weightOf(1), samples.baseOf(1)], [5, 25]);
});

Deno.test("SampleTable.add() reaches the largest exact weight", () => {
  const samples = new SampleTable();
  samples.push(0, MAX_WEIGHT - 1);
  assertEquals(samples.add(0, 1), true);
  assertEquals(samples.weightOf(0), MAX_WEIGHT);
});

Deno.test("SampleTable.add() refuses a sum that would not be exact, and changes nothing", () => {
  const samples = new SampleTable();
  samples.push(0, MAX_WEIGHT, 5);
  assertEquals(samples.add(0, 1, 1), false);
  assertEquals([samples.weightOf(0), samples.baseOf(0)], [MAX_WEIGHT, 5]);
});

Deno.test("SampleTable.add() refuses a base that would not be exact, and changes nothing", () => {
  const samples = new SampleTable();
  samples.push(0, 5, MAX_WEIGHT);
  assertEquals(samples.add(0, 1, 1), false);
  assertEquals([samples.weightOf(0), samples.baseOf(0)], [5, MAX_WEIGHT]);
});

Deno.test("SampleTable.scale() multiplies all weights and bases", () => {
  const samples = new SampleTable();
  samples.push(0, 3);
  samples.push(0, 4, 5);
  assertEquals(samples.scale(100), true);
  assertEquals([0, 1].map((sample) => samples.weightOf(sample)), [300, 400]);
  assertEquals([0, 1].map((sample) => samples.baseOf(sample)), [NaN, 500]);
});

for (const [title, weight, base] of [["weight", MAX_WEIGHT, 1], ["base", 1, MAX_WEIGHT]] as const) {
  Deno.test(`SampleTable.scale() refuses a ${title} that would not be exact`, () => {
    const samples = new SampleTable();
    samples.push(0, 1, 1);
    samples.push(0, weight, base);
    assertEquals(samples.scale(10), false);
    assertEquals([0, 1].map((sample) => samples.weightOf(sample)), [1, weight]);
    assertEquals([0, 1].map((sample) => samples.baseOf(sample)), [1, base]);
  });
}

for (const firstBase of [0, 255, 256, 700]) {
  Deno.test(`SampleTable grows, with bases from sample ${firstBase} on`, () => {
    const samples = new SampleTable();
    for (let at = 0; at < 2000; at++) samples.push(at, at * 2, at < firstBase ? NaN : at * 3);
    for (let at = 0; at < 2000; at++) {
      assertEquals([samples.stackOf(at), samples.weightOf(at)], [at, at * 2]);
      assertEquals(samples.baseOf(at), at < firstBase ? NaN : at * 3);
    }
  });
}

for (const bases of [[NaN, NaN, NaN], [NaN, 0, 7]]) {
  Deno.test(`SampleTable.of() gives the samples of columns() with bases ${bases}`, () => {
    const samples = new SampleTable();
    for (const [at, base] of bases.entries()) samples.push(10 + at, 20 + at, base);
    const again = SampleTable.of(structuredClone(samples.columns()));
    assertEquals(again.size, 3);
    assertEquals([0, 1, 2].map((sample) => again.stackOf(sample)), [10, 11, 12]);
    assertEquals([0, 1, 2].map((sample) => again.weightOf(sample)), [20, 21, 22]);
    assertEquals([0, 1, 2].map((sample) => again.baseOf(sample)), bases);
    assertEquals(again.push(13, 23, 8), 3);
    assertEquals([again.stackOf(3), again.weightOf(3), again.baseOf(3)], [13, 23, 8]);
  });
}

Deno.test("SampleTable.of() of no samples is a table that grows", () => {
  const samples = SampleTable.of(new SampleTable().columns());
  assertEquals([samples.size, samples.push(4, 5)], [0, 0]);
  assertEquals([samples.stackOf(0), samples.weightOf(0)], [4, 5]);
});

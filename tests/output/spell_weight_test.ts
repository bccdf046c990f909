import { assertEquals } from "@std/assert";
import {
  spellChange,
  spellDigits,
  spellGrowth,
  spellShare,
  spellWeight,
  spellWeightAndUnit,
  type WeightScale,
} from "../../lib/output/spell_weight.ts";
import { MAX_WEIGHT } from "../../lib/profile/mod.ts";

const SAMPLES: WeightScale = { decimals: 0 };
const BYTES: WeightScale = { decimals: 0, weightType: { name: "inuse_space", unit: "bytes" } };

function scaleOf(unit: string, decimals = 0): WeightScale {
  return { decimals, weightType: { name: "cpu", unit } };
}

for (
  const [bytes, text] of [
    [0, "0 B"],
    [1, "1 B"],
    [1023, "1023 B"],
    [1024, "1.00 KiB"],
    [1536, "1.50 KiB"],
    [10 * 1024 - 1, "10.0 KiB"],
    [102_300, "99.9 KiB"],
    [102_350, "100 KiB"],
    [102_399, "100 KiB"],
    [1023 * 1024, "1023 KiB"],
    [1024 * 1024 - 1, "1.00 MiB"],
    [5 * 2 ** 30, "5.00 GiB"],
    [7 * 2 ** 40, "7.00 TiB"],
    [MAX_WEIGHT, "8.00 PiB"],
    [-1536, "-1.50 KiB"],
  ] as const
) {
  Deno.test(`spellWeight() spells ${bytes} bytes as ${text}`, () => {
    assertEquals(spellWeight(bytes, BYTES), text);
  });
}

for (
  const [weight, unit, text] of [
    [850, "nanoseconds", "850 ns"],
    [1500, "nanoseconds", "1.50 µs"],
    [999_999, "nanoseconds", "1.00 ms"],
    [12_345_678, "nanoseconds", "12.3 ms"],
    [10_101_010_101, "nanoseconds", "10.1 s"],
    [86_400_000_000_000, "nanoseconds", "86400 s"],
    [20_000, "microseconds", "20.0 ms"],
    [7, "milliseconds", "7.00 ms"],
    [3, "seconds", "3.00 s"],
  ] as const
) {
  Deno.test(`spellWeight() spells ${weight} ${unit} as ${text}`, () => {
    assertEquals(spellWeight(weight, scaleOf(unit)), text);
  });
}

Deno.test("spellWeight() spells what has no unit that people divide as it is", () => {
  assertEquals(spellWeight(46781, SAMPLES), "46781");
  assertEquals(spellWeight(MAX_WEIGHT, SAMPLES), "9007199254740991");
  assertEquals(spellWeight(-46781, scaleOf("objects")), "-46781");
  assertEquals(spellWeight(5, scaleOf("constructor")), "5");
});

Deno.test("spellWeight() gives weights back the decimals that they had", () => {
  assertEquals(spellWeight(150, { decimals: 2 }), "1.50");
  assertEquals(spellWeight(-5, { decimals: 2 }), "-0.05");
  assertEquals(spellWeight(MAX_WEIGHT, { decimals: 3 }), "9007199254740.991");
  assertEquals(spellWeight(15, scaleOf("bytes", 1)), "1.50 B");
  assertEquals(spellWeight(15_360, scaleOf("bytes", 1)), "1.50 KiB");
});

Deno.test("spellWeightAndUnit() says what plain numbers count", () => {
  assertEquals(spellWeightAndUnit(3, SAMPLES), "3 samples");
  assertEquals(spellWeightAndUnit(1, SAMPLES), "1 sample");
  assertEquals(spellWeightAndUnit(1, { decimals: 1 }), "0.1 samples");
  assertEquals(
    spellWeightAndUnit(3, { decimals: 0, weightType: { name: "cycles", unit: "count" } }),
    "3 cycles",
  );
  assertEquals(spellWeightAndUnit(3, scaleOf("objects")), "3 objects");
  assertEquals(spellWeightAndUnit(1536, BYTES), "1.50 KiB");
});

Deno.test("spellChange() always has a sign", () => {
  assertEquals(spellChange(5, SAMPLES), "+5");
  assertEquals(spellChange(0, SAMPLES), "+0");
  assertEquals(spellChange(-1536, BYTES), "-1.50 KiB");
});

Deno.test("spellShare() is a percentage with one decimal", () => {
  assertEquals(spellShare(1, 3), "33.3 %");
  assertEquals(spellShare(3, 3), "100.0 %");
  assertEquals(spellShare(-1, 3000), "0.0 %");
  assertEquals(spellShare(-1, 3), "-33.3 %");
  assertEquals(spellShare(0, 0), "-");
});

Deno.test("spellGrowth() always has a sign", () => {
  assertEquals(spellGrowth(5, 6), "+20.0 %");
  assertEquals(spellGrowth(5, 5), "+0.0 %");
  assertEquals(spellGrowth(3000, 2999), "+0.0 %");
  assertEquals(spellGrowth(4, 3), "-25.0 %");
  assertEquals(spellGrowth(0, 3), "-");
});

Deno.test("spellDigits() leaves out no digit", () => {
  assertEquals(spellDigits(1536, BYTES), "1536");
  assertEquals(spellDigits(MAX_WEIGHT, { decimals: 2 }), "90071992547409.91");
  assertEquals(spellDigits(-5, { decimals: 2 }), "-0.05");
});

import { assertEquals } from "@std/assert";
import {
  changeText,
  exactText,
  growthText,
  shareText,
  shortText,
  weightText,
} from "../../../../lib/output/html/page/weight_text.ts";

const SAMPLES = { name: "samples", unit: "count", decimals: 0 };
const BYTES = { name: "inuse_space", unit: "bytes", decimals: 0 };
const TIME = { name: "cpu", unit: "nanoseconds", decimals: 0 };

for (
  const [weight, unit, text] of [
    [0, SAMPLES, "0 samples"],
    [1, SAMPLES, "1 sample"],
    [1, { ...SAMPLES, name: "cpu" }, "1 cpu"],
    [1234567, SAMPLES, "1,234,567 samples"],
    [150, { ...SAMPLES, decimals: 2 }, "1.5 samples"],
    [7, { name: "x", unit: "objects", decimals: 0 }, "7 objects"],
    [1023, BYTES, "1,023 bytes"],
    [1024, BYTES, "1 KiB"],
    [1310720, BYTES, "1.25 MiB"],
    [123456789012, BYTES, "115 GiB"],
    [999, TIME, "999 ns"],
    [20_200_000, TIME, "20.2 ms"],
    [3_204_112_000, TIME, "3.2 s"],
    [86_400_000_000_000, TIME, "86,400 s"],
  ] as const
) {
  Deno.test(`weightText() writes ${text}`, () => assertEquals(weightText(weight, unit), text));
}

Deno.test("exactText() writes all digits", () => {
  assertEquals(exactText(9007199254740991, SAMPLES), "9,007,199,254,740,991");
  assertEquals(exactText(1310720, BYTES), "1,310,720");
});

Deno.test("shortText() leaves out the word", () => {
  assertEquals(shortText(1234, SAMPLES), "1,234");
  assertEquals(shortText(1310720, BYTES), "1.25 MiB");
});

Deno.test("changeText() has a sign", () => {
  assertEquals([5, -5, 0].map((change) => changeText(change, SAMPLES)), ["+5", "−5", "±0"]);
  assertEquals(changeText(-1310720, BYTES), "−1.25 MiB");
});

for (
  const [part, whole, text] of [
    [0, 10, "0 %"],
    [1, 100_000, "< 0.01 %"],
    [1, 3000, "0.03 %"],
    [1, 12, "8.33 %"],
    [1, 3, "33.3 %"],
    [3, 3, "100.0 %"],
    [0, 0, "-"],
  ] as const
) {
  Deno.test(`shareText() writes ${part} of ${whole} as ${text}`, () => {
    assertEquals(shareText(part, whole), text);
  });
}

for (
  const [before, after, text] of [
    [0, 5, "new"],
    [5, 0, "gone"],
    [5, 5, "±0 %"],
    [0, 0, "±0 %"],
    [100, 103.14, "+3.1 %"],
    [100, 50, "−50 %"],
    [10, 400, "+3,900 %"],
  ] as const
) {
  Deno.test(`growthText() writes ${before} to ${after} as ${text}`, () => {
    assertEquals(growthText(before, after), text);
  });
}

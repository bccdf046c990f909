import { assertEquals } from "@std/assert";
import { commonWeightType, SAMPLES } from "../../lib/profile/mod.ts";

const BYTES = { name: "inuse_space", unit: "bytes" };

Deno.test("commonWeightType() is the one that all agree on", () => {
  assertEquals(commonWeightType([BYTES, { ...BYTES }]), BYTES);
  assertEquals(commonWeightType([undefined, SAMPLES]), SAMPLES);
});

Deno.test("commonWeightType() is that of samples where they do not agree", () => {
  assertEquals(commonWeightType([BYTES, undefined]), SAMPLES);
  assertEquals(commonWeightType([BYTES, { ...BYTES, name: "alloc_space" }]), SAMPLES);
  assertEquals(commonWeightType([]), SAMPLES);
});

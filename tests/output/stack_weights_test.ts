import { assertEquals, assertThrows } from "@std/assert";
import { FormatError } from "../../lib/errors.ts";
import { weightsOfStacks } from "../../lib/output/stack_weights.ts";
import { MAX_WEIGHT } from "../../lib/profile/mod.ts";
import { profileOf } from "../support/profile_of.ts";

Deno.test("weightsOfStacks() adds the samples of each stack", () => {
  const profile = profileOf([[["a"], 2], [["b"], 0], [["a"], 3]]);
  profile.stacks.push(0);
  profile.stacks.finish();
  const { weights, bases } = weightsOfStacks(profile);
  assertEquals([...weights], [5, 0, NaN]);
  assertEquals(bases, undefined);
});

Deno.test("weightsOfStacks() adds bases, 0 where there is none", () => {
  const { weights, bases } = weightsOfStacks(profileOf([[["a"], 2, 7], [["a"], 1], [["b"], 4]]));
  assertEquals([...weights], [3, 4]);
  assertEquals([...bases!], [7, 0]);
});

Deno.test("weightsOfStacks() refuses a sum that is not exact", () => {
  assertThrows(
    () => weightsOfStacks(profileOf([[["a"], 1, MAX_WEIGHT], [["b"], 1]])),
    FormatError,
    'Cannot add the weights of "output": all stacks together weigh more than 2^53 - 1',
  );
});

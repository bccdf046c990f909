import { assertEquals } from "@std/assert";
import { callTreeOf } from "../../lib/output/call_tree.ts";
import { profileHeading } from "../../lib/output/profile_heading.ts";
import { profileOf, type SampleText } from "../support/profile_of.ts";

for (
  const [title, samples, text] of [
    ["a profile", [[["a"], 3], [["b"], 4]], "7 samples"],
    ["more", [[["a"], 3, 2], [["b"], 3]], "2 samples before, 6 samples after: +4 (+200.0 %)"],
    ["less", [[["a"], 3, 4]], "4 samples before, 3 samples after: -1 (-25.0 %)"],
    ["what is new", [[["a"], 3, 0]], "0 samples before, 3 samples after: +3"],
  ] as const satisfies readonly (readonly [string, readonly SampleText[], string])[]
) {
  Deno.test(`profileHeading() says what ${title} weighs`, () => {
    const profile = profileOf(samples);
    assertEquals(profileHeading(profile, callTreeOf(profile)), text);
  });
}

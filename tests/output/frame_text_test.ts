import { assertEquals } from "@std/assert";
import { callTreeOf, ROOT } from "../../lib/output/call_tree.ts";
import { frameText } from "../../lib/output/frame_text.ts";
import type { Profile } from "../../lib/profile/mod.ts";
import { detailedProfile } from "../support/detailed_profile.ts";
import { profileOf } from "../support/profile_of.ts";

/** Of the first function of a name. */
function textOf(profile: Profile, name?: string): string[] {
  const tree = callTreeOf(profile);
  const node = name === undefined ? ROOT : Array.from(
    tree.functionOf.keys(),
  ).find((one) => one > ROOT && tree.functions[tree.functionOf[one]!]!.name === name)!;
  return frameText(profile, tree, node);
}

const PROFILE = detailedProfile([
  [["main", "f", "g"], 3],
  [["main", "f"], 1],
  [["main", "[x.so+0x1000]"], 4],
  [["[jit]"], 2],
  [["h_[k]"], 2],
], {
  main: { image: "/bin/app" },
  f: { image: "/bin/app", kind: "inlined" },
  g: { image: "/lib/g.so" },
  "[x.so+0x1000]": { image: "/lib/x.so", reason: "no-symbols" },
  "[jit]": { image: "[jit]", kind: "jit" },
  "h_[k]": { kind: "name" },
});

Deno.test("frameText() says what a frame weighs, what ends in it, and where it is", () => {
  assertEquals(textOf(PROFILE), ["all", "12 samples (100.0 %)"]);
  assertEquals(textOf(PROFILE, "main"), ["main", "8 samples (66.7 %)", "/bin/app"]);
  assertEquals(textOf(PROFILE, "f"), [
    "f",
    "4 samples (33.3 %)",
    "self 1 sample (8.3 %)",
    "/bin/app (inlined)",
  ]);
  assertEquals(textOf(PROFILE, "g"), ["g", "3 samples (25.0 %)", "/lib/g.so"]);
  assertEquals(textOf(PROFILE, "[jit]"), ["[jit]", "2 samples (16.7 %)", "[jit]"]);
  assertEquals(textOf(PROFILE, "h_[k]"), ["h_[k]", "2 samples (16.7 %)", "kernel"]);
});

Deno.test("frameText() says why a frame has no name", () => {
  assertEquals(textOf(PROFILE, "[x.so+0x1000]"), [
    "[x.so+0x1000]",
    "4 samples (33.3 %)",
    "/lib/x.so",
    "no name: the file has no symbol table",
  ]);
});

Deno.test("frameText() of a differential profile says what changed", () => {
  const profile = {
    ...profileOf([[["main", "f"], 2048, 1024], [["main"], 1024, 3072]]),
    weightType: { name: "inuse_space", unit: "bytes" },
  };
  assertEquals(textOf(profile, "f"), [
    "f",
    "2.00 KiB (66.7 %)",
    "1.00 KiB before, 2.00 KiB after: +1.00 KiB (+100.0 %)",
  ]);
});

Deno.test("frameText() keeps a name on its line", () => {
  assertEquals(textOf(profileOf([[["a\nb\x1b"], 1]]), "a\nb\x1b")[0], "a\\x0ab\\x1b");
});

import { assertEquals } from "@std/assert";
import { functionsOf, NO_FUNCTION } from "../../lib/output/functions.ts";
import type { FrameDetail, Profile } from "../../lib/profile/mod.ts";
import { profileOf } from "../support/profile_of.ts";

const DETAIL: FrameDetail = {
  kind: "native",
  symbol: "f",
  file: { path: "/lib/a.so", buildId: "", start: NaN, end: NaN, fileOffset: NaN },
  address: 0x1000,
  vaddr: 0x1000,
  position: undefined,
  reason: undefined,
};

/** A profile with one stack of frames with these details. */
function withDetails(details: readonly FrameDetail[]): Profile {
  const profile = profileOf([]);
  for (const { symbol } of details) profile.stacks.push(profile.frames.append(symbol));
  profile.samples.push(profile.stacks.finish(), 1);
  return { ...profile, details };
}

Deno.test("functionsOf() makes the addresses of one function one", () => {
  const profile = withDetails([DETAIL, { ...DETAIL, symbol: "g" }, { ...DETAIL, address: 0x1010 }]);
  const { functions, ofFrame } = functionsOf(profile);
  assertEquals([...ofFrame], [0, 1, 0]);
  assertEquals(functions.map(({ name, image, kind }) => `${name} ${image} ${kind}`), [
    "f /lib/a.so native",
    "g /lib/a.so native",
  ]);
  assertEquals(functions[0]?.detail, DETAIL);
});

Deno.test("functionsOf() tells apart what has one name in two files, or is inlined", () => {
  const other = { ...DETAIL, file: { ...DETAIL.file!, path: "/lib/b.so" } };
  const { functions, ofFrame } = functionsOf(
    withDetails([DETAIL, other, { ...DETAIL, kind: "inlined" }]),
  );
  assertEquals([...ofFrame], [0, 1, 2]);
  assertEquals(functions.length, 3);
});

Deno.test("functionsOf() takes the kind of a name from what annotates it", () => {
  const names = ["do_syscall_64_[k]", "f_[i]", "Foo.bar_[j]", "Foo.bar_[0]", "main", "x_[w]"];
  const { functions } = functionsOf(profileOf([[names, 1]]));
  assertEquals(functions.map(({ kind }) => kind), [
    "kernel",
    "inlined",
    "jit",
    "jit",
    "name",
    "name",
  ]);
});

Deno.test("functionsOf() leaves out frames that no sample has", () => {
  const profile = profileOf([[["a"], 1]]);
  profile.frames.internText("in no stack");
  profile.stacks.push(profile.frames.internText("in no sample"));
  profile.stacks.finish();
  profile.stacks.push(profile.frames.internText("without weight"));
  profile.samples.push(profile.stacks.finish(), 0);
  const { functions, ofFrame } = functionsOf(profile);
  assertEquals(functions.map(({ name }) => name), ["a", "without weight"]);
  assertEquals([...ofFrame], [0, NO_FUNCTION, NO_FUNCTION, 1]);
});

import { assertEquals, assertThrows } from "@std/assert";
import { FormatError } from "../../lib/errors.ts";
import { writeFolded } from "../../lib/output/mod.ts";
import { MAX_WEIGHT, type Profile } from "../../lib/profile/mod.ts";
import { type DiffOptions, diffProfiles } from "../../lib/shape/mod.ts";
import { profileOf } from "../support/profile_of.ts";
import { foldedText } from "../support/resolve_text.ts";

const BEFORE = profileOf([[["main", "a"], 30], [["main", "gone"], 10]]);
const AFTER = profileOf([[["main", "new"], 2], [["main", "a"], 4], [["main", "a"], 4]]);

function diffText(before: Profile, after: Profile, options?: DiffOptions): string {
  return foldedText(writeFolded(diffProfiles(before, after, options)));
}

Deno.test("diffProfiles() gives every stack its weight in both, 0 where it is missing", () => {
  assertEquals(diffText(BEFORE, AFTER), "main;a 30 8\nmain;gone 10 0\nmain;new 0 2\n");
});

Deno.test("diffProfiles() scales the first to the weight of the second on request", () => {
  const text = diffText(BEFORE, AFTER, { normalize: true });
  assertEquals(text, "main;a 8 8\nmain;gone 2 0\nmain;new 0 2\n");
});

Deno.test("diffProfiles() scales many stacks of weight 1 so that both weigh the same", () => {
  const names = Array.from({ length: 1000 }, (_, at) => `f${at}`);
  const stacksOf = (parent: string, count: number) =>
    names.slice(0, count).map((name): [string[], number] => [[parent, name], 1]);
  const before = profileOf([...stacksOf("a", 1000), ...stacksOf("b", 500)]);
  const lines = diffText(before, profileOf([[["a"], 600]]), { normalize: true }).trim().split("\n");
  const sumOf = (parent: string) =>
    lines.filter((line) => line.startsWith(`${parent};`))
      .reduce((sum, line) => sum + Number(line.split(" ")[1]), 0);
  // Each would be rounded to 0.
  assertEquals([sumOf("a"), sumOf("b")], [400, 200]);
});

Deno.test("diffProfiles() does not divide by the weight of an empty profile", () => {
  assertEquals(diffText(profileOf([]), AFTER, { normalize: true }), "main;a 0 8\nmain;new 0 2\n");
  assertEquals(diffText(AFTER, profileOf([])), "main;a 8 0\nmain;new 2 0\n");
});

Deno.test("diffProfiles() counts in the smaller of two units", () => {
  const profile = diffProfiles({ ...BEFORE, decimals: 2 }, { ...AFTER, decimals: 1 });
  assertEquals(profile.decimals, 2);
  assertEquals(foldedText(writeFolded(profile)), "main;a 30 80\nmain;gone 10 0\nmain;new 0 20\n");
});

Deno.test("diffProfiles() takes frames for the same that have the same text", () => {
  const after = profileOf([[["main", "a"], 1]]);
  const other = after.frames.append("a");
  after.stacks.push(after.frames.internText("main"));
  after.stacks.push(other);
  after.samples.push(after.stacks.finish(), 2);
  assertEquals(diffText(BEFORE, after), "main;a 30 3\nmain;gone 10 0\n");
});

Deno.test("diffProfiles() keeps what is known of frames, and addresses only where they are the same", () => {
  const detailOf = (address: number) => ({
    kind: "native",
    symbol: "",
    file: undefined,
    address,
    vaddr: address,
    position: undefined,
    reason: undefined,
  } as const);
  const described = (profile: Profile, address: number): Profile => ({
    ...profile,
    details: Array.from({ length: profile.frames.size }, (_, frame) => detailOf(address + frame)),
  });
  const { frames, details } = diffProfiles(described(BEFORE, 100), described(AFTER, 200));
  const byText = Object.fromEntries(
    details!.map(({ address }, frame) => [frames.textOf(frame), address]),
  );
  assertEquals(byText, { main: NaN, new: 201, a: NaN, gone: 102 });
});

Deno.test("diffProfiles() does not round weights that are too large", () => {
  const heavy = profileOf([[["a"], MAX_WEIGHT], [["a"], 1]]);
  assertThrows(() => diffProfiles(BEFORE, heavy), FormatError, "add up to more than 2^53 - 1");
});

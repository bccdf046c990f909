import { assertEquals } from "@std/assert";
import { nearestWord } from "../../lib/cli/nearest_word.ts";

const WORDS = ["maps", "max-bundle-size", "pid", "sysroot", "search"];

for (
  const [typed, nearest] of [
    ["mpas", "maps"],
    ["map", "maps"],
    ["systoor", "sysroot"],
    ["sys", "sysroot"],
    ["max", "max-bundle-size"],
    ["pit", "pid"],
    ["p", undefined],
    ["xy", undefined],
    ["", undefined],
    ["s".repeat(1000), undefined],
    ["raw.txt", undefined],
  ] as const
) {
  Deno.test(`nearestWord() finds ${nearest} for ${JSON.stringify(typed.slice(0, 20))}`, () => {
    assertEquals(nearestWord(typed, WORDS), nearest);
  });
}

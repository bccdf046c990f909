import { assertEquals } from "@std/assert";
import { PF_R, PF_W, PF_X } from "../../lib/elf/constants.ts";
import { resolveText } from "../support/resolve_text.ts";
import {
  BIAS,
  FIRST,
  FIRST_CALLS,
  mapsLine as line,
  SECOND,
  SECOND_CALLS,
  TEXT_LIBRARY as LIBRARY,
  twoTexts as library,
} from "../support/two_texts.ts";

Deno.test("resolve() takes of two load biases the one by which return addresses follow calls", async () => {
  const { files, text } = library();
  // The first piece was moved to other memory, as programs move their text to huge pages.
  const maps = line(FIRST, "r-xp", "") + line(SECOND, "r-xp");
  for (const count of [1, 2, 10]) {
    const { output, report } = await resolveText(stacks(text[1], SECOND_CALLS.slice(0, count)), {
      maps,
      files,
    });
    assertEquals(output, `second;second ${count}\n`);
    assertEquals(report.resolvedWeight, report.weight);
  }
  // And the other way round.
  const moved = line(FIRST, "r-xp") + line(SECOND, "r-xp", "");
  const { output } = await resolveText(stacks(text[0], FIRST_CALLS), { maps: moved, files });
  assertEquals(output, "first;first 10\n");
});

Deno.test("resolve() takes the load bias by which all text is mapped if no call tells", async () => {
  const { files, text } = library();
  for (const [moved, at] of [[FIRST, 1], [SECOND, 0]] as const) {
    const lines = [FIRST, SECOND].map((page) => line(page, "r-xp", page === moved ? "" : LIBRARY));
    const { output } = await resolveText(`${address(text[at])} 1\n`, {
      maps: lines.join(""),
      files,
    });
    assertEquals(output, `${["first", "second"][at]} 1\n`);
  }
});

Deno.test("resolve() tells copies that touch each other apart, although the first has lost a piece", async () => {
  // Three copies, two pages apart from each other, so that pages of two copies look like one.
  const { files, text } = library();
  const copies = [0, 0x4000, 0x8000];
  const pages = copies.flatMap((copy) => [copy + FIRST, copy + SECOND]);
  const maps = pages.slice(1).map((page) => line(page, "r-xp")).join("");
  const raw = copies.slice(1).map((copy) => stacks(text[1] + copy, SECOND_CALLS)).join("");
  const { output } = await resolveText(raw, { maps, files });
  assertEquals(output, "second;second 20\n");
});

Deno.test("resolve() names nothing if neither mappings nor calls tell the load bias", async () => {
  const { files, text } = library();
  const pages = [0, 0x4000].flatMap((copy) => [copy + FIRST, copy + SECOND]);
  const maps = pages.slice(1).map((page) => line(page, "r-xp")).join("");
  const { output, report } = await resolveText(`${address(text[1])} 1\n`, { maps, files });
  assertEquals(output, `[x.so@0x${fileOffset(text[1]).toString(16)}] 1\n`);
  assertEquals(report.reasons, [{
    reason: "ambiguous-base",
    weight: 1,
    frames: 1,
    detail: "the load bias may be 0x7f0000002000 or 0x7f0000004000",
  }]);
});

Deno.test("resolve() lets calls decide against permissions if that is clear", async () => {
  // The second piece may be written, and the first was made writable to be patched.
  const { files, text } = library(PF_R | PF_W | PF_X);
  const maps = line(FIRST, "rwxp") + line(SECOND, "r-xp", "");
  const clear = await resolveText(stacks(text[0], FIRST_CALLS.slice(0, 6)), { maps, files });
  assertEquals(clear.output, "first;first 6\n");
  const unclear = await resolveText(stacks(text[0], FIRST_CALLS.slice(0, 5)), { maps, files });
  assertEquals(unclear.output.includes("first"), false);
});

/** For each call a stack of its return address and a leaf at the start of the function. */
function stacks(start: number, ends: readonly number[]): string {
  return ends.map((end) => `${address(start + end)};${address(start)} 1\n`).join("");
}

function address(value: number): string {
  return `0x${value.toString(16)}`;
}

function fileOffset(value: number): number {
  return value - BIAS - SECOND;
}

import { assertEquals } from "@std/assert";
import { readPerfScript } from "../../lib/input/mod.ts";
import type { AddressLocation } from "../../lib/profile/mod.ts";
import { linesOf, readText } from "../support/recording_text.ts";

/** The frames of the first stack, root first: their symbols and, in braces, what is inlined there. */
async function framesOf(...lines: string[]): Promise<string[]> {
  const frames = await locationsOf(...lines);
  return frames.map(({ address, symbol, inlined, perfModule }) => {
    const rest = inlined === undefined ? "" : ` {${inlined.join(" ")}}`;
    return `${address.toString(16)} ${symbol}${rest} ${perfModule}`;
  });
}

async function locationsOf(...lines: string[]): Promise<AddressLocation[]> {
  const stack = lines.map((line) => line === "" ? line : `\t  ${line}`);
  const { profile } = await readText(
    readPerfScript,
    linesOf("app 10/11 1.5:     250 cycles: ", ...stack, ""),
  );
  const [, ...frames] = profile.stacks.framesOf(0);
  return frames.map((frame) => profile.locations[frame] as AddressLocation);
}

const MAIN = "1018 main+0x8 (/bin/app)";

for (
  const [title, lines, wanted] of [
    [
      "takes the last line for the function with the code",
      ["3a57 copy+0x117 (inlined)", "3a57 to_string+0x117 (inlined)", "3a57 sorter+0x117 (/app)"],
      ["3a57 sorter {to_string copy} /app"],
    ],
    [
      "takes the first line for it if that has the file",
      ["2553 T::run+0x33 (/app)", "2553 invoke+0x33 (inlined)", "2553 run+0x33 (inlined)"],
      ["2553 T::run {run invoke} /app"],
    ],
    [
      "takes both ends for it if they are equal",
      ["3b52 sorter+0x2 (/app)", "3b52 sort<T*> (inlined)", "3b52 sorter+0x2 (/app)"],
      ["3b52 sorter {sort<T*>} /app"],
    ],
    [
      "takes the same line twice at the end for it",
      ["17f8b3 decref (inlined)", "17f8b3 dealloc+0x3 (/app)", "17f8b3 dealloc+0x3 (/app)"],
      ["17f8b3 dealloc {decref} /app"],
    ],
    [
      "keeps a function that calls itself from one that is inlined into it",
      ["10 g+0x8 (inlined)", "10 f+0x8 (/app)", "10 g+0x8 (inlined)", "10 f+0x8 (/app)"],
      ["10 f {g} /app", "10 f {g} /app"],
    ],
    [
      "keeps a function that calls itself",
      ["9 f+0x1 (/app)", "10 f+0x8 (/app)", "10 f+0x8 (/app)", "10 f+0x8 (/app)"],
      ["10 f /app", "10 f /app", "10 f /app", "9 f /app"],
    ],
    [
      "keeps a leaf that called itself and is at the return address",
      ["1d7ac8 New+0x8 (/app)", "1d7ac8 New+0x8 (/app)", MAIN],
      ["1018 main /bin/app", "1d7ac8 New /app", "1d7ac8 New /app"],
    ],
    [
      "keeps what the kernel interrupted at a return address",
      ["ffffffff81000010 irq ([kernel.kallsyms])", "10 f+0x8 (/app)", "10 f+0x8 (/app)"],
      ["10 f /app", "10 f /app", "-7efffff0 irq "],
    ],
    [
      "keeps the leaf twice if it has no symbol",
      ["34e4 [unknown] (/app)", "34e4 [unknown] (/app)"],
      ["34e4  /app", "34e4  /app"],
    ],
    [
      "takes the last of lines without a file for the function with the code",
      ["4c08 list+0x8 (inlined)", "4c08 object+0x8 (inlined)", MAIN],
      ["1018 main /bin/app", "4c08 object {list} "],
    ],
    [
      "takes a function for one with code that is alone at its address",
      ["989b8 __GI_malloc+0x8 (inlined)", MAIN],
      ["1018 main /bin/app", "989b8 __GI_malloc {} "],
    ],
    [
      "finds the file by another line of the same symbol",
      ["1014 _main+0x4 (inlined)", "1013 g+0x3 (inlined)", MAIN],
      ["1018 main /bin/app", "1013 g {} ", "1014 _main {} /bin/app"],
    ],
    [
      "finds no file if two have such a symbol there",
      ["1014 main+0x4 (inlined)", "1016 main+0x6 (/lib/x.so)", MAIN],
      ["1018 main /bin/app", "1016 main /lib/x.so", "1014 main {} "],
    ],
  ] as const
) {
  Deno.test(`PerfStack ${title}`, async () => {
    assertEquals(await framesOf(...lines), [...wanted]);
  });
}

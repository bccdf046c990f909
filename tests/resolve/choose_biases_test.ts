import { assertEquals } from "@std/assert";
import { PF_R, PF_W, PF_X, PT_LOAD } from "../../lib/elf/constants.ts";
import { buildElf, codeSection } from "../support/elf_builder.ts";
import { MemoryFiles } from "../support/memory_files.ts";
import { resolveText } from "../support/resolve_text.ts";

// A library with two pieces of text in the first page of the file, which are loaded into two pages
// each of their own: a mapping of that page alone may be either. Both pieces have a function that is
// called again and again, at other places in each.

const LIBRARY = "/opt/x.so";
const SIZE = 0x400;
/** Where calls end, from the start of the piece. */
const [FIRST_CALLS, SECOND_CALLS] = [
  Array.from({ length: 10 }, (_, at) => 0x20 + 0x30 * at),
  Array.from({ length: 10 }, (_, at) => 0x31 + 0x32 * at),
];
/** `p_vaddr - p_offset` of the pieces. */
const [FIRST, SECOND] = [0x1000, 0x3000];
const BIAS = 0x7f0000000000;

const line = (page: number, permissions: string, path = LIBRARY) => {
  const [start, end] = [BIAS + page, BIAS + page + 0x1000].map((address) => address.toString(16));
  const rest = path === "" ? "00:00 0" : `fe:01 42 ${path}`;
  return `${start}-${end} ${permissions} 00000000 ${rest}\n`;
};

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

/** A library, and the addresses at which its pieces begin in the first copy. */
function library(secondFlags = PF_R | PF_X) {
  const first = codeSection(".first", SIZE);
  const second = codeSection(".second", SIZE);
  putCalls(first.bytes, FIRST_CALLS);
  putCalls(second.bytes, SECOND_CALLS);
  const sections = [first, second];
  const symbols = ["first", "second"].map((name) => ({
    name,
    at: 0,
    size: SIZE,
    section: `.${name}`,
  }));
  const placed = buildElf({ sections, symbols });
  const [one, two] = [".first", ".second"].map((name) => placed.section(name).fileOffset);
  const segment = (fileOffset: number, shift: number, flags: number) => ({
    type: PT_LOAD,
    flags,
    fileOffset,
    vaddr: fileOffset + shift,
    fileSize: SIZE,
  });
  const segments = [segment(one!, FIRST, PF_R | PF_X), segment(two!, SECOND, secondFlags)];
  // A second program header moves what is behind it, so the places are asked for again.
  const moved = buildElf({ sections, symbols, segments });
  const [a, b] = [".first", ".second"].map((name) => moved.section(name).fileOffset);
  const final = [segment(a!, FIRST, PF_R | PF_X), segment(b!, SECOND, secondFlags)];
  const shifted = sections.map((section, at) => ({ ...section, vaddr: final[at]!.vaddr }));
  const symbolsAt = symbols.map(({ name, size, section }, at) => ({
    name,
    size,
    section,
    value: final[at]!.vaddr,
  }));
  const { bytes } = buildElf({ sections: shifted, symbols: symbolsAt, segments: final });
  return {
    files: new MemoryFiles({ [LIBRARY]: bytes }),
    text: [BIAS + FIRST + a!, BIAS + SECOND + b!] as const,
  };
}

/** Calls of the function itself that end at these places. */
function putCalls(code: Uint8Array, ends: readonly number[]): void {
  for (const end of ends) {
    code[end - 5] = 0xe8;
    new DataView(code.buffer, code.byteOffset).setInt32(end - 4, -end, true);
  }
}

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

import { assertEquals } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { findSourceFrames } from "../../lib/dwarf/mod.ts";
import { ByteWriter } from "../support/byte_writer.ts";

// A call in two pieces, of which DWARF 2 says one; what is inlined into it lies in the other.

/** Code, tag, whether there are children, pairs of attribute and form up to two zeros. */
const ABBREVIATIONS = [
  // DW_TAG_compile_unit: DW_AT_low_pc and DW_AT_high_pc, DW_FORM_addr.
  ...[1, 0x11, 1, 0x11, 0x01, 0x12, 0x01, 0, 0],
  // DW_TAG_subprogram: DW_AT_name, DW_FORM_string, besides.
  ...[2, 0x2e, 1, 0x03, 0x08, 0x11, 0x01, 0x12, 0x01, 0, 0],
  // DW_TAG_inlined_subroutine: DW_AT_sibling, DW_FORM_ref4, besides.
  ...[3, 0x1d, 1, 0x01, 0x13, 0x03, 0x08, 0x11, 0x01, 0x12, 0x01, 0, 0],
  0,
];

Deno.test("findInlinedCalls() finds calls outside of those that they are inlined into", async () => {
  const info = new ByteWriter(true);
  const range = (start: number, end: number) => {
    info.word(true, start);
    info.word(true, end);
  };
  const name = (letter: string) => info.put(info.position, [letter.charCodeAt(0), 0]);
  info.u32(0);
  info.u16(2);
  info.u32(0);
  info.u8(8);
  info.u8(1);
  range(0x1000, 0x2000);
  info.u8(2);
  name("f");
  range(0x1000, 0x1100);
  const siblings: number[] = [];
  for (const [letter, start] of [["a", 0x1010], ["b", 0x1050]] as const) {
    info.u8(3);
    siblings.push(info.position);
    info.u32(0);
    name(letter);
    range(start, start + 8);
  }
  // The ends of what is in b, a, f and the unit.
  info.u8(0);
  const behindB = info.position;
  info.u8(0);
  const behindA = info.position;
  info.put(behindA, [0, 0]);
  const size = info.position;
  info.position = 0;
  info.u32(size - 4);
  for (const [at, sibling] of [behindA, behindB].entries()) {
    info.position = siblings[at]!;
    info.u32(sibling);
  }
  const contents = new Map<string, Uint8Array>([
    [".debug_abbrev", Uint8Array.from(ABBREVIATIONS)],
    [".debug_info", info.bytes()],
  ]);
  const main = {
    name: "a.so",
    littleEndian: true,
    section: (section: string) => {
      const bytes = contents.get(section);
      return Promise.resolve(bytes && new MemorySource(section, bytes));
    },
  };
  const vaddrs = Float64Array.of(0x1010, 0x1020, 0x1050);
  const { frames, problems } = await findSourceFrames({ main }, vaddrs);
  assertEquals(problems, []);
  assertEquals(frames.map((chain) => chain?.map(({ name }) => name)), [
    ["f", "a"],
    ["f"],
    ["f", "a", "b"],
  ]);
  // Where the first piece is not wanted, too.
  const other = await findSourceFrames({ main }, Float64Array.of(0x1050));
  assertEquals(other.frames.map((chain) => chain?.map(({ name }) => name)), [["f", "a", "b"]]);
});

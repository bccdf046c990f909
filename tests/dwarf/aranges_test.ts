import { assertEquals } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { readAranges } from "../../lib/dwarf/aranges.ts";
import { Section } from "../../lib/dwarf/section.ts";
import { FormatError } from "../../lib/errors.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { type DwarfWriter, written } from "../support/dwarf_writer.ts";

interface SetSpec {
  readonly is64?: boolean;
  readonly version?: number;
  readonly infoOffset: number;
  readonly addressSize?: number;
  readonly segmentSize?: number;
  readonly ranges: readonly (readonly number[])[];
  readonly length?: number;
}

/** The ranges of a unit, aligned to their size as section 6.1.2 of DWARF 5 says. */
function addSet(writer: DwarfWriter, spec: SetSpec): void {
  const { is64 = false, addressSize = 8, segmentSize = 0, ranges } = spec;
  const start = writer.position;
  writer.counted(is64, () => {
    writer.u16(spec.version ?? 2);
    writer.word(is64, spec.infoOffset);
    writer.raw(addressSize, segmentSize);
    const size = 2 * addressSize + segmentSize;
    while ((writer.position - start) % size !== 0) writer.u8(0);
    for (const [from = 0, length = 0] of [...ranges, [0, 0]]) {
      writer.raw(...new Array(segmentSize).fill(0));
      writer.word(addressSize === 8, from);
      writer.word(addressSize === 8, length);
    }
  }, spec.length);
}

async function read(
  sets: readonly SetSpec[],
  wanted: readonly [number, number][],
  littleEndian = true,
) {
  const bytes = written((writer) => sets.forEach((set) => addSet(writer, set)), littleEndian);
  const section = new Section(new MemorySource("a(.debug_aranges)", bytes), littleEndian);
  const found: number[][] = [];
  const sink = {
    current: -1,
    add(start: number, end: number) {
      found.push([this.current, start, end]);
    },
  };
  const units = await readAranges(section, new Map(wanted), sink);
  return { found, units: [...units] };
}

for (const is64 of [false, true]) {
  for (const littleEndian of [true, false]) {
    for (const addressSize of [4, 8]) {
      const what = `${
        is64 ? 64 : 32
      } bits, addresses of ${addressSize} bytes, little-endian: ${littleEndian}`;
      Deno.test(`readAranges() reads the ranges of wanted units (${what})`, async () => {
        const sets = [
          { is64, addressSize, infoOffset: 0x00, ranges: [[0x1000, 0x10]] },
          { is64, addressSize, infoOffset: 0x50, ranges: [[0x2000, 0x10], [0x3000, 0x20]] },
        ];
        const { found, units } = await read(sets, [[0x50, 7]], littleEndian);
        assertEquals(found, [[7, 0x2000, 0x2010], [7, 0x3000, 0x3020]]);
        assertEquals(units, [7]);
      });
    }
  }
}

Deno.test("readAranges() passes segments", async () => {
  const sets = [{ infoOffset: 0, segmentSize: 4, ranges: [[0x1000, 0x10]] }];
  assertEquals((await read(sets, [[0, 1]])).found, [[1, 0x1000, 0x1010]]);
});

Deno.test("readAranges() tells a unit without ranges from one that is not mentioned", async () => {
  const { found, units } = await read([{ infoOffset: 0, ranges: [] }], [[0, 1], [9, 2]]);
  assertEquals([found, units], [[], [1]]);
});

for (
  const [what, set, place, detail] of [
    ["another version", { version: 3 }, "0x0", "it has version 3, want 2"],
    ["addresses of 1 byte", { addressSize: 1 }, "0x0", "addresses have 1 bytes, want 2, 4 or 8"],
    ["too long a length", { length: 0x200 }, "0x0", "the section ends before"],
    [
      "a reserved length",
      { length: 0xfffffff5 },
      "0x0",
      "its length is 0xfffffff5, which is reserved",
    ],
  ] as const
) {
  Deno.test(`readAranges() refuses ${what}`, async () => {
    // A range that ends nowhere, so that the end of the section is reached.
    const sets = [{ infoOffset: 0, ranges: [[0x1000, 0x10]], ...set }];
    const bytes = written((writer) => sets.forEach((spec) => addSet(writer, spec)));
    const cut = what === "too long a length" ? bytes.subarray(0, bytes.length - 16) : bytes;
    const section = new Section(new MemorySource("a(.debug_aranges)", cut), true);
    await assertRejectsExactly(
      () => readAranges(section, new Map([[0, 1]]), { current: 0, add: () => {} }),
      FormatError,
      `Cannot read the address ranges of units of "a(.debug_aranges)" at file offset ${place}: ${detail}`,
    );
  });
}

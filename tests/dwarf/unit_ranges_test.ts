import { assertEquals, assertThrows } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { AddressTable } from "../../lib/dwarf/address_table.ts";
import { Defect } from "../../lib/dwarf/defect.ts";
import { Section } from "../../lib/dwarf/section.ts";
import { RangeRequests, readRangeLists } from "../../lib/dwarf/unit_ranges.ts";
import { FormatError } from "../../lib/errors.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { type DwarfWriter, written } from "../support/dwarf_writer.ts";

const CONTEXT = { version: 5, addressSize: 8, base: 0x1000, addresses: AddressTable.EMPTY };

async function read(
  lists: readonly (readonly [value: number, owner: number])[],
  write: (writer: DwarfWriter) => void,
  { isIndex = false, is64 = false, offsetBase = 0, indexBase = 0 } = {},
) {
  const requests = new RangeRequests();
  for (const [value, owner] of lists) requests.add(value, isIndex, owner);
  const section = new Section(new MemorySource("a(.debug_rnglists)", written(write)), true);
  const found: number[][] = [];
  const sink = {
    current: -1,
    add(start: number, end: number) {
      found.push([this.current, start, end]);
    },
  };
  await readRangeLists({ section, is64, offsetBase, indexBase }, CONTEXT, requests, sink);
  return found.sort(([one = 0], [other = 0]) => one - other);
}

/** At 0, 4 and 0x3000: a range of the base and 1, 2, 3. */
function threeLists(writer: DwarfWriter): void {
  writer.raw(4, 1, 0x10, 0, 4, 2, 0x10, 0);
  writer.padTo(0x3000);
  writer.raw(4, 3, 0x10, 0);
}

Deno.test("readRangeLists() reads lists that are close together and far apart", async () => {
  const found = await read([[0x3000, 2], [0, 0], [4, 1]], threeLists);
  assertEquals(found, [[0, 0x1001, 0x1010], [1, 0x1002, 0x1010], [2, 0x1003, 0x1010]]);
});

Deno.test("readRangeLists() reads a list for each that has it", async () => {
  const found = await read([[4, 5], [4, 6]], threeLists);
  assertEquals(found, [[5, 0x1002, 0x1010], [6, 0x1002, 0x1010]]);
});

Deno.test("readRangeLists() adds the base of offsets", async () => {
  assertEquals(await read([[1, 0]], threeLists, { offsetBase: 3 }), [[0, 0x1002, 0x1010]]);
});

for (const is64 of [false, true]) {
  Deno.test(`readRangeLists() follows indexes, offsets of ${is64 ? 64 : 32} bits`, async () => {
    const width = is64 ? 8 : 4;
    const write = (writer: DwarfWriter) => {
      writer.padTo(12);
      // From the base of indexes on: offsets of two lists, which come behind them.
      writer.word(is64, 2 * width);
      writer.word(is64, 2 * width + 4);
      writer.raw(4, 1, 0x10, 0, 4, 2, 0x10, 0);
    };
    const found = await read([[1, 8], [0, 7]], write, { isIndex: true, is64, indexBase: 12 });
    assertEquals(found, [[7, 0x1001, 0x1010], [8, 0x1002, 0x1010]]);
  });
}

Deno.test("readRangeLists() reads nothing if nothing is wanted", async () => {
  assertEquals(await read([], () => {}), []);
});

const WHERE = 'Cannot read address ranges of "a(.debug_rnglists)" at file offset ';

for (
  const [what, list, options, message] of [
    ["behind the section", [0x9000, 0], {}, "0x9000: the section ends at 0x3004"],
    [
      "in the middle of the last entry",
      [0x3002, 0],
      {},
      "0x3002: a range list has an entry of kind 0x10",
    ],
    [
      "with an index of 2^50",
      [2 ** 50, 0],
      { isIndex: true },
      "0x10000000000000: the section ends at 0x3004",
    ],
    [
      "whose index leads out of the section",
      [0, 0],
      { isIndex: true },
      "0x0: a list is said to be at 0x100104",
    ],
  ] as const
) {
  Deno.test(`readRangeLists() refuses a list ${what}`, async () => {
    const write = (writer: DwarfWriter) => {
      threeLists(writer);
      writer.position = 0;
      writer.u32(0x100104);
    };
    await assertRejectsExactly(() => read([list], write, options), FormatError, WHERE + message);
  });
}

Deno.test("readRangeLists() refuses a list that does not end", async () => {
  await assertRejectsExactly(
    () => read([[0, 0]], (writer) => writer.raw(4, 1, 2)),
    FormatError,
    `${WHERE}0x0: the section ends before`,
  );
});

Deno.test("RangeRequests.add() refuses offsets along with indexes", () => {
  const requests = new RangeRequests();
  requests.add(1, true, 0);
  assertThrows(() => requests.add(1, false, 0), Defect, "range lists have indexes and offsets");
});

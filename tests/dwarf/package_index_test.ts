import { assertEquals } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import {
  DW_SECT_ABBREV,
  DW_SECT_INFO,
  DW_SECT_RNGLISTS,
  DW_SECT_STR_OFFSETS,
} from "../../lib/dwarf/constants.ts";
import { PackageIndex } from "../../lib/dwarf/package_index.ts";
import { Section } from "../../lib/dwarf/section.ts";
import { FormatError } from "../../lib/errors.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { type DwarfWriter, written } from "../support/dwarf_writer.ts";

interface IndexSpec {
  readonly version?: number;
  readonly littleEndian?: boolean;
  readonly columns?: readonly number[];
  /** By slot: the id and the number of its row; 0 if it is free. */
  readonly slots?: readonly (readonly [id: bigint, row: number])[];
  /** By row: the offsets, in the order of the columns. */
  readonly rows?: readonly (readonly number[])[];
  readonly unitCount?: number;
  readonly slotCount?: number;
}

const COLUMNS = [DW_SECT_INFO, DW_SECT_ABBREV, DW_SECT_STR_OFFSETS, DW_SECT_RNGLISTS];
const ROWS = [[0x10, 0x20, 0x30, 0x40], [0x11, 0x21, 0x31, 0x41]];
const FREE = [0n, 0] as const;

function writeIndex(writer: DwarfWriter, spec: IndexSpec): void {
  const { version = 5, columns = COLUMNS, slots = [], rows = ROWS } = spec;
  if (version === 2) writer.u32(2);
  else {
    writer.u16(version);
    writer.u16(0);
  }
  writer.u32(columns.length);
  writer.u32(spec.unitCount ?? rows.length);
  writer.u32(spec.slotCount ?? slots.length);
  for (const [id] of slots) writer.word(true, id);
  for (const [, row] of slots) writer.u32(row);
  for (const column of columns) writer.u32(column);
  for (const row of rows) for (const offset of row) writer.u32(offset);
  for (const row of rows) for (const _ of row) writer.u32(0x100); // sizes
}

function read(spec: IndexSpec, cut = 0): Promise<PackageIndex> {
  const { littleEndian = true } = spec;
  const bytes = written((writer) => writeIndex(writer, spec), littleEndian);
  const source = new MemorySource("a.dwp(.debug_cu_index)", bytes.subarray(0, bytes.length - cut));
  return PackageIndex.read(new Section(source, littleEndian));
}

for (const littleEndian of [true, false]) {
  Deno.test(`find() says where the parts of a unit are, little-endian: ${littleEndian}`, async () => {
    const slots = [FREE, [0xffn << 56n | 5n, 2], FREE, FREE] as const;
    const index = await read({ slots, littleEndian });
    assertEquals(index.find(0xffn << 56n | 5n), {
      info: 0x11,
      types: -1,
      abbreviations: 0x21,
      stringOffsets: 0x31,
      rangeLists: 0x41,
    });
  });
}

Deno.test("find() knows GNU's index, whose column 8 is for macros", async () => {
  const slots = [FREE, [1n, 1], FREE, FREE] as const;
  const index = await read({ version: 2, slots });
  assertEquals(index.find(1n), {
    info: 0x10,
    types: -1,
    abbreviations: 0x20,
    stringOffsets: 0x30,
    rangeLists: 0,
  });
});

Deno.test("find() knows where units of types are, which GNU has in a section of their own", async () => {
  const slots = [FREE, [1n, 1], FREE, FREE] as const;
  const columns = [2, DW_SECT_ABBREV]; // DW_SECT_TYPES
  const rows = [[0x10, 0x20]];
  const common = { abbreviations: 0x20, stringOffsets: 0, rangeLists: 0 };
  for (const [version, types] of [[2, 0x10], [5, -1]] as const) {
    const index = await read({ version, slots, columns, rows });
    assertEquals(index.find(1n), { info: 0, types, ...common });
  }
});

Deno.test("find() reads columns in any order, and some may be missing", async () => {
  const slots = [[4n, 1], FREE, FREE, FREE] as const;
  const columns = [DW_SECT_ABBREV, 99, DW_SECT_INFO];
  const index = await read({ slots, columns, rows: [[7, 8, 9]] });
  assertEquals(index.find(4n), {
    info: 9,
    types: -1,
    abbreviations: 7,
    stringOffsets: 0,
    rangeLists: 0,
  });
});

Deno.test("find() looks on where a slot is taken", async () => {
  // Both ids begin with slot 1; the second has steps of (3 | 1) from there on: slot 0.
  const slots = [[(3n << 32n) | 1n, 2], [1n, 1], FREE, FREE] as const;
  const index = await read({ slots });
  assertEquals(index.find((3n << 32n) | 1n)?.info, 0x11);
});

Deno.test("find() ends at a free slot", async () => {
  const index = await read({ slots: [FREE, [1n, 1], FREE, FREE] });
  assertEquals(index.find(5n), undefined);
  assertEquals(index.find(2n), undefined);
});

Deno.test("find() ends in a table without free slots", async () => {
  const index = await read({ slots: [[4n, 1], [1n, 2]] });
  assertEquals(index.find(6n), undefined);
  assertEquals(index.find(7n), undefined);
});

Deno.test("find() finds nothing in an index without slots", async () => {
  assertEquals((await read({ slots: [], rows: [] })).find(1n), undefined);
});

Deno.test("find() looks at few slots of a full table", async () => {
  // Such a table would cost each of many units a look at all of it.
  const slots = Array.from({ length: 1 << 12 }, (_, at) => [BigInt(at) + (1n << 60n), 1] as const);
  const index = await read({ slots, rows: [[1, 2, 3, 4]] });
  assertEquals(index.find(7n + (1n << 60n))?.info, 1);
  // The one before it is the last that is looked at, 4095 steps on.
  assertEquals(index.find(8n), undefined);
});

const WHERE = 'Cannot read the index of the package of "a.dwp(.debug_cu_index)" at file offset ';

for (
  const [what, spec, cut, message] of [
    ["another version", { version: 6 }, 0, "0x0: it has version 6, want 2 or 5"],
    ["3 slots", { slots: [FREE, FREE, FREE] }, 0, "0x0: it has 3 slots, want a power of two"],
    [
      "more rows than bytes",
      { unitCount: 1 << 30 },
      0,
      "0x0: it needs 0x800000020 bytes, and has 0x60",
    ],
    [
      "more slots than bytes",
      { slotCount: 1 << 30 },
      0,
      "0x0: it needs 0x300000060 bytes, and has 0x60",
    ],
    ["a cut header", {}, 0x60 - 15, "0x0: it ends in the middle of a value"],
  ] as readonly [string, IndexSpec, number, string][]
) {
  Deno.test(`read() refuses an index with ${what}`, async () => {
    await assertRejectsExactly(() => read(spec, cut), FormatError, WHERE + message);
  });
}

Deno.test("find() refuses a row that is none", async () => {
  const index = await read({ slots: [FREE, [1n, 3]] });
  await assertRejectsExactly(
    () => Promise.resolve().then(() => index.find(1n)),
    FormatError,
    `${WHERE}0x10: it has no row 3, only 2`,
  );
});

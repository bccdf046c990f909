import { assertEquals } from "@std/assert";
import {
  DW_AT_ADDR_BASE,
  DW_AT_HIGH_PC,
  DW_AT_LOW_PC,
  DW_AT_RANGES,
  DW_AT_RNGLISTS_BASE,
  DW_FORM_ADDR,
  DW_FORM_ADDRX1,
  DW_FORM_DATA4,
  DW_FORM_IMPLICIT_CONST,
  DW_FORM_INDIRECT,
  DW_FORM_RNGLISTX,
  DW_FORM_SEC_OFFSET,
  DW_FORM_UDATA,
  DW_TAG_SUBPROGRAM,
} from "../../lib/dwarf/constants.ts";
import { Coverage } from "../../lib/dwarf/coverage.ts";
import { EntryRanges } from "../../lib/dwarf/entry_ranges.ts";
import { FormatError } from "../../lib/errors.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { type AttributeSpec, buildDwarf } from "../support/dwarf_builder.ts";
import { loadUnit } from "../support/dwarf_units.ts";
import { written } from "../support/dwarf_writer.ts";

const VADDRS = Float64Array.of(0x1000, 0x1010, 0x2000);
const ADDRESSES = written((writer) => {
  writer.padTo(8);
  for (const address of [0x1000, 0x1011]) writer.word(true, address);
});
/** Behind the header one offset, and a list: 0x2000 to 0x2001. */
const RANGES = written((writer) => {
  writer.padTo(12);
  writer.u32(4);
  writer.u8(6);
  writer.word(true, 0x2000);
  writer.word(true, 0x2001);
  writer.u8(0);
});

/** Which of the vaddrs an entry covers that has these attributes. */
async function coveredBy(
  attributes: readonly AttributeSpec[],
  sections: Record<string, Uint8Array> = {
    ".debug_addr": ADDRESSES,
    ".debug_rnglists": RANGES,
  },
) {
  const unit = await loadUnit(buildDwarf({
    units: [{
      entry: {
        tag: 0x11,
        attributes: [
          [DW_AT_ADDR_BASE, DW_FORM_SEC_OFFSET, 8],
          [DW_AT_RNGLISTS_BASE, DW_FORM_SEC_OFFSET, 12],
        ],
        children: [{ tag: DW_TAG_SUBPROGRAM, attributes }],
      },
    }],
    sections: { ".debug_addr": ADDRESSES, ...sections },
  }));
  const coverage = new Coverage(VADDRS, 8);
  const ranges = new EntryRanges(unit, coverage);
  const mayCover = ranges.add(1, unit.firstEntry + 1 + 8 + 1, 7);
  await ranges.settle();
  return { mayCover, owners: [...coverage.owners] };
}

for (
  const [what, attributes] of [
    ["an end", [[DW_AT_LOW_PC, DW_FORM_ADDR, 0x1000], [DW_AT_HIGH_PC, DW_FORM_ADDR, 0x1011]]],
    ["a size", [[DW_AT_LOW_PC, DW_FORM_ADDR, 0x1000], [DW_AT_HIGH_PC, DW_FORM_DATA4, 0x11]]],
    ["a size before the start", [
      [DW_AT_HIGH_PC, DW_FORM_UDATA, 0x11],
      [DW_AT_LOW_PC, DW_FORM_ADDR, 0x1000],
    ]],
    ["an implicit size", [
      [DW_AT_LOW_PC, DW_FORM_ADDR, 0x1000],
      [DW_AT_HIGH_PC, DW_FORM_IMPLICIT_CONST, 0x11],
    ]],
    ["indexes", [[DW_AT_LOW_PC, DW_FORM_ADDRX1, 0], [DW_AT_HIGH_PC, DW_FORM_ADDRX1, 1]]],
    ["a form behind an indirection", [
      [DW_AT_LOW_PC, DW_FORM_INDIRECT, { form: DW_FORM_ADDR, value: 0x1000 }],
      [DW_AT_HIGH_PC, DW_FORM_INDIRECT, { form: DW_FORM_DATA4, value: 0x11 }],
    ]],
  ] as readonly [string, AttributeSpec[]][]
) {
  Deno.test(`add() takes code with ${what}`, async () => {
    const { mayCover, owners } = await coveredBy(attributes);
    assertEquals([mayCover, owners], [true, [7, 7, -1]]);
  });
}

Deno.test("add() tells that code covers no vaddr", async () => {
  const { mayCover, owners } = await coveredBy([
    [DW_AT_LOW_PC, DW_FORM_ADDR, 0x3000],
    [DW_AT_HIGH_PC, DW_FORM_DATA4, 0x10],
  ]);
  assertEquals([mayCover, owners], [false, [-1, -1, -1]]);
});

for (
  const [what, attribute] of [
    ["at an offset", [DW_AT_RANGES, DW_FORM_SEC_OFFSET, 16]],
    ["by index", [DW_AT_RANGES, DW_FORM_RNGLISTX, 0]],
  ] as readonly [string, AttributeSpec][]
) {
  Deno.test(`settle() reads a list of ranges ${what}`, async () => {
    const { mayCover, owners } = await coveredBy([attribute]);
    assertEquals([mayCover, owners], [true, [-1, -1, 7]]);
  });
}

Deno.test("settle() says that there is no section with ranges", async () => {
  await assertRejectsExactly(
    () => coveredBy([[DW_AT_RANGES, DW_FORM_SEC_OFFSET, 16]], {}),
    FormatError,
    'Cannot read address ranges of "test.so": there is no section with address ranges, but ' +
      "something refers to it",
  );
});

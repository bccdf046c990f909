import { assertEquals } from "@std/assert";
import * as constants from "../../lib/dwarf/constants.ts";
import { ProblemList } from "../../lib/dwarf/problem_list.ts";
import { scanUnits } from "../../lib/dwarf/unit_scan.ts";
import { type AttributeSpec, buildDwarf, type UnitSpec } from "../support/dwarf_builder.ts";
import { codeAt, sectionsOf } from "../support/dwarf_units.ts";
import { written } from "../support/dwarf_writer.ts";

const {
  DW_AT_ADDR_BASE,
  DW_AT_HIGH_PC,
  DW_AT_LOW_PC,
  DW_AT_RANGES,
  DW_FORM_ADDR,
  DW_FORM_ADDRX1,
  DW_FORM_DATA4,
  DW_FORM_RNGLISTX,
  DW_FORM_SEC_OFFSET,
  DW_TAG_COMPILE_UNIT,
} = constants;
const VADDRS = Float64Array.of(0x1000, 0x1100, 0x1200);

/** By number of a unit: the indexes of the vaddrs that it claims. */
async function scan(
  units: readonly UnitSpec[],
  sections: Record<string, Uint8Array> = {},
  damage: (info: Uint8Array, starts: readonly number[]) => void = () => {},
) {
  const built = buildDwarf({ units, sections });
  damage(built.sections.get(".debug_info")!, built.starts);
  const all = sectionsOf(built);
  const problems = new ProblemList();
  const found = await scanUnits(all, await all.open(".debug_info"), VADDRS, problems);
  const claims = found.claiming.map(({ header, vaddrIndexes }) => [
    built.starts.indexOf(header.start),
    [...vaddrIndexes],
  ]);
  return { claims, problems: problems.clauses(), found, starts: built.starts };
}

function unit(attributes: readonly AttributeSpec[], more: Partial<UnitSpec> = {}): UnitSpec {
  return { entry: { tag: DW_TAG_COMPILE_UNIT, attributes }, ...more };
}

Deno.test("scanUnits() finds the units that have code at vaddrs", async () => {
  const units = [unit(codeAt(0x900, 0x10)), unit(codeAt(0x1100, 0x101)), unit(codeAt(0x1000, 1))];
  const { claims, problems, found, starts } = await scan(units);
  assertEquals(claims, [[1, [1, 2]], [2, [0]]]);
  assertEquals([found.starts, problems], [starts, []]);
});

for (
  const [version, name, attribute] of [
    [4, ".debug_ranges", [DW_AT_RANGES, DW_FORM_SEC_OFFSET, 0]],
    [3, ".debug_ranges", [DW_AT_RANGES, DW_FORM_DATA4, 0]],
    [5, ".debug_rnglists", [DW_AT_RANGES, DW_FORM_SEC_OFFSET, 16]],
    [5, ".debug_rnglists", [DW_AT_RANGES, DW_FORM_RNGLISTX, 0]],
  ] as readonly [number, string, AttributeSpec][]
) {
  Deno.test(`scanUnits() reads the ranges of a unit of version ${version}, form ${attribute[1]}`, async () => {
    const ranges = written((writer) => {
      if (version >= 5) {
        writer.padTo(12);
        writer.u32(4);
        writer.raw(4, 0, 1, 4, 0x80, 4, 0x84, 0x04, 0); // offset pairs: 0 to 1, 0x200 to 0x204
      } else for (const value of [0, 1, 0x200, 0x204, 0, 0]) writer.word(true, value);
    });
    const base: AttributeSpec = [DW_AT_LOW_PC, DW_FORM_ADDR, 0x1000];
    const { claims, problems } = await scan([unit([base, attribute], { version })], {
      [name]: ranges,
    });
    assertEquals([claims, problems], [[[0, [0, 2]]], []]);
  });
}

Deno.test("scanUnits() looks addresses up that have an index", async () => {
  const addresses = written((writer) => {
    for (const address of [0x1100, 0x1101, 0x1200, 0x1201]) writer.word(true, address);
  });
  const units = [16, 0].map((base) =>
    unit([
      [DW_AT_LOW_PC, DW_FORM_ADDRX1, 0],
      [DW_AT_HIGH_PC, DW_FORM_ADDRX1, 1],
      [DW_AT_ADDR_BASE, DW_FORM_SEC_OFFSET, base],
    ])
  );
  const { claims, found } = await scan(units, { ".debug_addr": addresses });
  assertEquals(claims, [[0, [2]], [1, [1]]]);
  assertEquals([...found.addressBases], [0, 16]);
});

Deno.test("scanUnits() passes units of types, and those without entries", async () => {
  const type = { type: constants.DW_UT_TYPE, typeLabel: "" };
  const units = [unit(codeAt(0x1000, 4), type), {}, { tail: [0] }, unit(codeAt(0x1000, 4))];
  assertEquals((await scan(units)).claims, [[3, [0]]]);
});

/** Ranges of a unit, as `.debug_aranges` has them. */
function aranges(sets: readonly (readonly [infoOffset: number, start: number, length: number])[]) {
  return written((writer) => {
    for (const [infoOffset, start, length] of sets) {
      writer.counted(false, () => {
        writer.u16(2);
        writer.u32(infoOffset);
        writer.raw(8, 0, 0, 0, 0, 0);
        for (const value of [start, length, 0, 0]) writer.word(true, value);
      });
    }
  });
}

Deno.test("scanUnits() asks .debug_aranges for units that do not say where their code is", async () => {
  const sections = { ".debug_aranges": aranges([[0, 0x1100, 0x10]]) };
  assertEquals((await scan([unit([])], sections)).claims, [[0, [1]]]);
});

Deno.test("scanUnits() does not need .debug_aranges for units that do", async () => {
  // It is wrong.
  const sections = { ".debug_aranges": aranges([[0, 0x1100, 0x10]]) };
  assertEquals((await scan([unit(codeAt(0x1000, 4))], sections)).claims, [[0, [0]]]);
});

for (
  const [what, sections] of [
    ["absent", {}],
    ["about another unit", { ".debug_aranges": aranges([[0x100, 0x1100, 0x10]]) }],
  ] as readonly [string, Record<string, Uint8Array>][]
) {
  Deno.test(`scanUnits() searches units of DWARF 2 if .debug_aranges is ${what}`, async () => {
    const units = [unit(codeAt(0x1000, 4)), unit([], { version: 2 }), unit([], { version: 3 })];
    const { claims, problems } = await scan(units, sections);
    assertEquals([claims, problems], [[[0, [0]], [1, [1, 2]]], []]);
  });
}

Deno.test("scanUnits() searches units of DWARF 2 if .debug_aranges is damaged", async () => {
  const { claims, problems } = await scan([unit([], { version: 2 })], {
    ".debug_aranges": Uint8Array.of(0xf1, 0xff, 0xff, 0xff),
  });
  assertEquals(claims, [[0, [0, 1, 2]]]);
  assertEquals(problems, [
    'Cannot read the address ranges of units of "test.so(.debug_aranges)" at file offset 0x0: ' +
    "its length is 0xfffffff1, which is reserved",
  ]);
});

Deno.test("scanUnits() searches units of DWARF 2 though .debug_aranges says another has it all", async () => {
  const sections = { ".debug_aranges": aranges([[0, 0x1000, 0x1000]]) };
  const { claims } = await scan([unit([]), unit([], { version: 2 })], sections);
  assertEquals(claims, [[0, [0, 1, 2]], [1, [0, 1, 2]]]);
});

Deno.test("scanUnits() finds the units around one whose header is damaged", async () => {
  const units = [0x1000, 0x1100, 0x1200].map((start) => unit(codeAt(start, 4)));
  for (const damaged of [0, 1]) {
    const { claims, problems, starts } = await scan(units, {}, (info, starts) => {
      info[starts[damaged]! + 4] = 9;
    });
    assertEquals(claims, [[0, [0]], [1, [1]], [2, [2]]].filter(([number]) => number !== damaged));
    assertEquals(problems, [
      'Cannot read the unit of "test.so(.debug_info)" at file offset ' +
      `0x${starts[damaged]!.toString(16)}: it has version 9, want 2 to 5`,
    ]);
  }
});

Deno.test("scanUnits() finds the units behind one whose length is wrong", async () => {
  const units = [0x1000, 0x1100, 0x1200].map((start) => unit(codeAt(start, 4)));
  const { claims } = await scan(units, {}, (info) => info[0]! += 3);
  assertEquals(claims.map(([number]) => number), [0, 1, 2]);
});

Deno.test("scanUnits() finds the units around one whose first entry is damaged", async () => {
  const units = [0x1000, 0x1100, 0x1200].map((start) => unit(codeAt(start, 4)));
  const { claims, problems } = await scan(units, {}, (info, starts) => {
    info[starts[1]! + 12] = 77;
  });
  assertEquals(claims, [[0, [0]], [2, [2]]]);
  assertEquals(problems, [
    'Cannot read the unit of "test.so(.debug_info)" at file offset 0x25: there is no abbreviation 77',
  ]);
});

Deno.test("scanUnits() finds the units around one whose ranges are damaged", async () => {
  const units = [
    unit(codeAt(0x1000, 4)),
    unit([[DW_AT_RANGES, DW_FORM_SEC_OFFSET, 0x500]]),
    unit(codeAt(0x1200, 4)),
  ];
  const { claims, problems } = await scan(units, { ".debug_rnglists": new Uint8Array(20) });
  assertEquals(claims, [[0, [0]], [2, [2]]]);
  assertEquals(problems, [
    'Cannot read address ranges of "test.so(.debug_rnglists)" at file offset 0x500: ' +
    "the section ends at 0x14",
  ]);
});

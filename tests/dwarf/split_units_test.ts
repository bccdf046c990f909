import { assertEquals } from "@std/assert";
import * as constants from "../../lib/dwarf/constants.ts";
import type { DwarfFile, SplitUnitRequest } from "../../lib/dwarf/mod.ts";
import { FormatError } from "../../lib/errors.ts";
import {
  type AttributeSpec,
  buildDwarf,
  type EntrySpec,
  type UnitSpec,
} from "../support/dwarf_builder.ts";
import { codeAt, framesOf } from "../support/dwarf_units.ts";
import { written } from "../support/dwarf_writer.ts";

const {
  DW_AT_ADDR_BASE,
  DW_AT_COMP_DIR,
  DW_AT_DWO_NAME,
  DW_AT_GNU_ADDR_BASE,
  DW_AT_GNU_DWO_ID,
  DW_AT_GNU_DWO_NAME,
  DW_AT_GNU_RANGES_BASE,
  DW_AT_HIGH_PC,
  DW_AT_LOW_PC,
  DW_AT_NAME,
  DW_AT_RANGES,
  DW_FORM_ADDRX1,
  DW_FORM_DATA4,
  DW_FORM_DATA8,
  DW_FORM_GNU_ADDR_INDEX,
  DW_FORM_GNU_STR_INDEX,
  DW_FORM_RNGLISTX,
  DW_FORM_SEC_OFFSET,
  DW_FORM_STRING,
  DW_FORM_STRX1,
  DW_TAG_COMPILE_UNIT,
  DW_TAG_SKELETON_UNIT,
  DW_TAG_SUBPROGRAM,
  DW_UT_SKELETON,
  DW_UT_SPLIT_COMPILE,
} = constants;
const ID = 0xfedc_ba98_7654_3210n;
const encode = (text: string) => new TextEncoder().encode(text);

/** A skeleton unit of DWARF 5 whose code is at 0x1000, and the addresses that the split one uses. */
function skeleton(more: readonly AttributeSpec[] = []) {
  const attributes: AttributeSpec[] = [
    ...codeAt(0x1000, 0x100),
    [DW_AT_DWO_NAME, DW_FORM_STRING, "obj/a.dwo"],
    [DW_AT_COMP_DIR, DW_FORM_STRING, "/build"],
    [DW_AT_ADDR_BASE, DW_FORM_SEC_OFFSET, 8],
    ...more,
  ];
  const unit = { type: DW_UT_SKELETON, id: ID, entry: { tag: DW_TAG_SKELETON_UNIT, attributes } };
  const addresses = written((writer) => {
    writer.padTo(8);
    for (const address of [0x1000, 0x1040]) writer.word(true, address);
  });
  return buildDwarf({ units: [unit], sections: { ".debug_addr": addresses } });
}

/** Functions at the first and the second of the addresses. */
const FUNCTIONS: readonly EntrySpec[] = [0, 1].map((index) => ({
  tag: DW_TAG_SUBPROGRAM,
  attributes: [
    [DW_AT_NAME, DW_FORM_STRX1, index],
    [DW_AT_LOW_PC, DW_FORM_ADDRX1, index],
    [DW_AT_HIGH_PC, DW_FORM_DATA4, 0x10],
  ],
}));
const STRINGS = {
  ".debug_str": encode("first\0second\0"),
  ".debug_str_offsets": written((writer) => {
    writer.padTo(8);
    writer.u32(0);
    writer.u32(6);
  }),
};

function splitUnit(children = FUNCTIONS, id = ID): UnitSpec {
  return { type: DW_UT_SPLIT_COMPILE, id, entry: { tag: DW_TAG_COMPILE_UNIT, children } };
}

function dwo(units: readonly UnitSpec[], sections: Record<string, Uint8Array> = STRINGS) {
  return buildDwarf({ name: "a.dwo", suffix: ".dwo", units, sections });
}

const VADDRS = [0x1000, 0x1040, 0x1080];

function framesWith(
  main: Parameters<typeof framesOf>[0],
  file: DwarfFile | undefined,
  requests: SplitUnitRequest[] = [],
) {
  return framesOf(main, VADDRS, {
    split: (request) => {
      requests.push(request);
      return Promise.resolve(file);
    },
  });
}

Deno.test("SplitUnits finds the unit of a skeleton unit in its file", async () => {
  const requests: SplitUnitRequest[] = [];
  const found = await framesWith(skeleton(), dwo([splitUnit()]), requests);
  assertEquals(found, { frames: ["first", "second", "-"], problems: [] });
  assertEquals(requests, [{ dwoName: "obj/a.dwo", compilationDirectory: "/build", dwoId: ID }]);
});

Deno.test("SplitUnits finds the unit behind units of types, and of other skeletons", async () => {
  const type: UnitSpec = {
    type: constants.DW_UT_SPLIT_TYPE,
    id: ID,
    typeLabel: "type",
    entry: { tag: 0x41, children: [{ tag: 0x13, label: "type" }] },
  };
  const file = dwo([type, splitUnit([], 5n), splitUnit()]);
  assertEquals((await framesWith(skeleton(), file)).frames, ["first", "second", "-"]);
});

Deno.test("SplitUnits finds ranges of a split unit in its own file", async () => {
  const split: EntrySpec = {
    tag: DW_TAG_SUBPROGRAM,
    attributes: [[DW_AT_NAME, DW_FORM_STRX1, 1], [DW_AT_RANGES, DW_FORM_RNGLISTX, 0]],
  };
  const ranges = written((writer) => {
    writer.padTo(12);
    writer.u32(4);
    writer.raw(3, 0, 8, 3, 1, 8, 0); // DW_RLE_startx_length
  });
  const file = dwo([splitUnit([split])], { ...STRINGS, ".debug_rnglists": ranges });
  assertEquals((await framesWith(skeleton(), file)).frames, ["second", "second", "-"]);
});

/** GNU's form of it, before DWARF 5. */
function gnuSkeleton() {
  const attributes: AttributeSpec[] = [
    ...codeAt(0x1000, 0x100),
    [DW_AT_GNU_DWO_NAME, DW_FORM_STRING, "a.dwo"],
    [DW_AT_GNU_DWO_ID, DW_FORM_DATA8, ID],
    [DW_AT_GNU_ADDR_BASE, DW_FORM_SEC_OFFSET, 0],
    [DW_AT_GNU_RANGES_BASE, DW_FORM_SEC_OFFSET, 0x20],
  ];
  const sections = {
    ".debug_addr": written((writer) => writer.word(true, 0x1000)),
    ".debug_ranges": written((writer) => {
      writer.padTo(0x20);
      // Relative to the first address of the skeleton.
      for (const value of [0x40, 0x50, 0, 0]) writer.word(true, value);
    }),
  };
  return buildDwarf({ units: [{ version: 4, entry: { tag: 0x11, attributes } }], sections });
}

Deno.test("SplitUnits finds units of GNU's form", async () => {
  const entry: EntrySpec = {
    tag: DW_TAG_COMPILE_UNIT,
    attributes: [[DW_AT_GNU_DWO_ID, DW_FORM_DATA8, ID]],
    children: [
      {
        tag: DW_TAG_SUBPROGRAM,
        attributes: [
          [DW_AT_NAME, DW_FORM_GNU_STR_INDEX, 0],
          [DW_AT_LOW_PC, DW_FORM_GNU_ADDR_INDEX, 0],
          [DW_AT_HIGH_PC, DW_FORM_DATA8, 0x10],
        ],
      },
      {
        tag: DW_TAG_SUBPROGRAM,
        attributes: [
          [DW_AT_NAME, DW_FORM_GNU_STR_INDEX, 1],
          [DW_AT_RANGES, DW_FORM_SEC_OFFSET, 0],
        ],
      },
    ],
  };
  const offsets = written((writer) => [0, 6].forEach((offset) => writer.u32(offset)));
  const sections = { ".debug_str": STRINGS[".debug_str"], ".debug_str_offsets": offsets };
  const file = dwo([{ version: 4, entry }], sections);
  const found = await framesWith(gnuSkeleton(), file);
  assertEquals(found, { frames: ["first", "second", "-"], problems: [] });
});

/** A package: the unit is not the first of each section. */
function dwp(version: number) {
  const { DW_SECT_ABBREV, DW_SECT_INFO, DW_SECT_STR_OFFSETS } = constants;
  const built = dwo([splitUnit([], 5n), splitUnit()]);
  const info = built.sections.get(".debug_info.dwo")!.slice();
  const start = built.starts[1]!;
  // The abbreviations of the second unit count from the start of its own.
  const abbreviations = new DataView(info.buffer).getUint32(start + 8, true);
  new DataView(info.buffer).setUint32(start + 8, 0, true);
  const offsets = written((writer) => {
    writer.padTo(40 + 8);
    writer.u32(0);
    writer.u32(6);
  });
  const index = written((writer) => {
    if (version === 2) writer.u32(2);
    else writer.raw(version, 0, 0, 0);
    for (const count of [3, 2, 4]) writer.u32(count);
    for (const id of [ID, 5n, 0n, 0n]) writer.word(true, id);
    for (const row of [2, 1, 0, 0]) writer.u32(row);
    for (const column of [DW_SECT_INFO, DW_SECT_ABBREV, DW_SECT_STR_OFFSETS]) writer.u32(column);
    for (const offset of [0, 0, 0, start, abbreviations, 40]) writer.u32(offset);
    for (let at = 0; at < 6; at++) writer.u32(0x100);
  });
  const package_ = buildDwarf({
    name: "a.dwp",
    suffix: ".dwo",
    sections: {
      ".debug_info": info,
      ".debug_abbrev": built.sections.get(".debug_abbrev.dwo")!,
      ".debug_str": STRINGS[".debug_str"],
      ".debug_str_offsets": offsets,
    },
  });
  const indexed = buildDwarf({ sections: { ".debug_cu_index": index } });
  return {
    ...package_,
    section: (name: string) =>
      name === ".debug_cu_index" ? indexed.section(name) : package_.section(name),
  };
}

for (const version of [2, 5]) {
  Deno.test(`SplitUnits finds the unit in a package of version ${version}`, async () => {
    const found = await framesWith(skeleton(), dwp(version));
    assertEquals(found, { frames: ["first", "second", "-"], problems: [] });
  });
}

Deno.test("SplitUnits says that the file is missing", async () => {
  const found = await framesWith(skeleton(), undefined);
  assertEquals(found.frames, ["-", "-", "-"]);
  assertEquals(found.problems, ['"obj/a.dwo" is missing, where inlined functions are']);
});

Deno.test("SplitUnits says that a file has another unit", async () => {
  const found = await framesWith(skeleton(), dwo([splitUnit(FUNCTIONS, 5n)]));
  assertEquals(found.problems, [
    '"a.dwo" is not used for "obj/a.dwo": it has no unit 0xfedcba9876543210',
  ]);
});

Deno.test("SplitUnits says that a file has no units", async () => {
  const found = await framesWith(skeleton(), dwo([]));
  assertEquals(found.problems, [
    'Cannot open the section .debug_info.dwo of "a.dwo": there is none, but something refers to it',
  ]);
});

Deno.test("SplitUnits says why a file cannot be read", async () => {
  const error = new FormatError({ action: "read it", source: "a.dwo", detail: "it is odd" });
  const found = await framesOf(skeleton(), VADDRS, { split: () => Promise.reject(error) });
  assertEquals(found.problems, ['Cannot read it of "a.dwo": it is odd']);
});

import { assertEquals } from "@std/assert";
import * as constants from "../../lib/dwarf/constants.ts";
import type { DwarfFile, SplitUnitRequest } from "../../lib/dwarf/mod.ts";
import { FormatError } from "../../lib/errors.ts";
import { CountingSource } from "../support/counting_source.ts";
import {
  type AttributeSpec,
  buildDwarf,
  type EntrySpec,
  type UnitSpec,
} from "../support/dwarf_builder.ts";
import { codeAt, framesOf } from "../support/dwarf_units.ts";
import { dwo, dwp, FUNCTIONS, ID, skeleton, splitUnit, STRINGS } from "../support/split_dwarf.ts";
import { written } from "../support/dwarf_writer.ts";

const {
  DW_AT_GNU_ADDR_BASE,
  DW_AT_GNU_DWO_ID,
  DW_AT_GNU_DWO_NAME,
  DW_AT_GNU_RANGES_BASE,
  DW_AT_HIGH_PC,
  DW_AT_LOW_PC,
  DW_AT_NAME,
  DW_AT_RANGES,
  DW_FORM_DATA8,
  DW_FORM_GNU_ADDR_INDEX,
  DW_FORM_GNU_STR_INDEX,
  DW_FORM_RNGLISTX,
  DW_FORM_SEC_OFFSET,
  DW_FORM_STRING,
  DW_FORM_STRX1,
  DW_TAG_COMPILE_UNIT,
  DW_TAG_SUBPROGRAM,
} = constants;
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

Deno.test("SplitUnits finds the unit behind one whose header is damaged", async () => {
  const file = dwo([splitUnit([], 5n), splitUnit()]);
  file.sections.get(".debug_info.dwo")![4] = 9; // version
  const found = await framesWith(skeleton(), file);
  assertEquals(found.frames, ["first", "second", "-"]);
  assertEquals(found.problems, [
    'Cannot read the unit of "a.dwo(.debug_info.dwo)" at file offset 0x0: ' +
    "it has version 9, want 2 to 5",
  ]);
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

for (const version of [2, 5]) {
  Deno.test(`SplitUnits finds the unit in a package of version ${version}`, async () => {
    const found = await framesWith(skeleton(), dwp(version));
    assertEquals(found, { frames: ["first", "second", "-"], problems: [] });
  });
}

for (const version of [2, 5]) {
  Deno.test(`a reference by offset in a package of version ${version} is not followed`, async () => {
    const [first, second] = FUNCTIONS as [EntrySpec, EntrySpec];
    // As it is, it leads to another function, but not as it was before the unit was packed.
    const reference: AttributeSpec = [
      constants.DW_AT_ABSTRACT_ORIGIN,
      constants.DW_FORM_REF_ADDR,
      "there",
    ];
    const referring = { ...second, attributes: [...second.attributes!.slice(1), reference] };
    const found = await framesWith(
      skeleton(),
      dwp(version, [{ ...first, label: "there" }, referring]),
    );
    assertEquals(found.frames, ["first", "?", "-"]);
    assertEquals(found.problems.map((problem) => problem.replace(/0x\w+/, "0x")), [
      'Cannot read the name of a function of "a.dwp(.debug_info.dwo)" at file offset 0x: ' +
      "a reference leads to another unit of a package",
    ]);
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

Deno.test("SplitUnits reads the headers of a file once, however many skeletons name it", async () => {
  const units = Array.from({ length: 50 }, (_, at): UnitSpec => ({
    type: constants.DW_UT_SKELETON,
    id: BigInt(at),
    entry: {
      tag: constants.DW_TAG_SKELETON_UNIT,
      attributes: [
        ...codeAt(0x1000 + at, 1),
        [constants.DW_AT_DWO_NAME, DW_FORM_STRING, "a.dwo"],
      ],
    },
  }));
  const file = dwo(Array.from({ length: 2000 }, (_, at) => splitUnit([], BigInt(1000 + at))));
  const reads: CountingSource[] = [];
  const counted = {
    ...file,
    section: async (name: string) => {
      const source = await file.section(name);
      if (source === undefined) return undefined;
      const counting = new CountingSource(source);
      reads.push(counting);
      return counting;
    },
  };
  const vaddrs = units.map((_, at) => 0x1000 + at);
  const { problems } = await framesOf(buildDwarf({ units }), vaddrs, {
    split: () => Promise.resolve(counted),
  });
  assertEquals(problems.length, 21);
  const info = reads.find(({ name }) => name.includes(".debug_info"))!;
  assertEquals(info.bytesRead < 2 * info.size, true, `${info.bytesRead} of ${info.size}`);
});

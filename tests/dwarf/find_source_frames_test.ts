import { assertEquals } from "@std/assert";
import {
  DW_AT_ABSTRACT_ORIGIN,
  DW_AT_COMP_DIR,
  DW_AT_DWO_NAME,
  DW_AT_LANGUAGE,
  DW_AT_LINKAGE_NAME,
  DW_AT_NAME,
  DW_AT_SIGNATURE,
  DW_AT_STMT_LIST,
  DW_FORM_DATA1,
  DW_FORM_GNU_REF_ALT,
  DW_FORM_REF4,
  DW_FORM_REF_SIG8,
  DW_FORM_SEC_OFFSET,
  DW_FORM_STRING,
  DW_FORM_STRP,
  DW_TAG_INLINED_SUBROUTINE,
  DW_TAG_SKELETON_UNIT,
  DW_TAG_STRUCTURE_TYPE,
  DW_TAG_SUBPROGRAM,
  DW_UT_SKELETON,
  DW_UT_TYPE,
} from "../../lib/dwarf/constants.ts";
import { findSourceFrames } from "../../lib/dwarf/mod.ts";
import { FormatError } from "../../lib/errors.ts";
import { CountingSource } from "../support/counting_source.ts";
import {
  type AttributeSpec,
  buildDwarf,
  type EntrySpec,
  type UnitSpec,
} from "../support/dwarf_builder.ts";
import { codeAt, compileUnit, framesOf, functionAt } from "../support/dwarf_units.ts";
import { buildLineTable } from "../support/line_table_builder.ts";

function unitAt(start: number, name: string, children: readonly EntrySpec[] = []) {
  return { entry: compileUnit(start, 0x100, [functionAt(name, start, 0x100), ...children]) };
}

Deno.test("findSourceFrames() gives frames of several units, in the order of the vaddrs", async () => {
  const built = buildDwarf({ units: [unitAt(0x2000, "two"), unitAt(0x1000, "one")] });
  const { frames, problems } = await framesOf(built, [0x1000, 0x1800, 0x2000]);
  assertEquals([frames, problems], [["one", "-", "two"], []]);
});

for (const littleEndian of [true, false]) {
  for (const version of [2, 3, 4, 5]) {
    for (const is64 of [false, true]) {
      for (const addressSize of [4, 8]) {
        const format = { version, is64, addressSize };
        const what = `${JSON.stringify(format)}, little-endian: ${littleEndian}`;
        Deno.test(`findSourceFrames() reads units of ${what}`, async () => {
          const units = [{ ...format, ...unitAt(0x1000, "one") }, {
            ...format,
            ...unitAt(0x2000, "two"),
          }];
          const { frames, problems } = await framesOf(buildDwarf({ littleEndian, units }), [
            0x1000,
            0x2001,
          ]);
          assertEquals([frames, problems], [["one", "two"], []]);
        });
      }
    }
  }
}

Deno.test("findSourceFrames() finds nothing in a file without DWARF", async () => {
  assertEquals(await framesOf(buildDwarf({}), [0x1000]), { frames: ["-"], problems: [] });
});

Deno.test("findSourceFrames() reads nothing if nothing is wanted", async () => {
  const built = buildDwarf({ units: [unitAt(0x1000, "one")] });
  assertEquals(await framesOf(built, []), { frames: [], problems: [] });
});

Deno.test("findSourceFrames() says that .debug_info cannot be opened", async () => {
  const error = new FormatError({ action: "inflate it", source: "a.so", detail: "it is odd" });
  const main = { name: "a.so", littleEndian: true, section: () => Promise.reject(error) };
  const { frames, problems } = await findSourceFrames({ main }, Float64Array.of(0x1000));
  assertEquals(frames, [undefined]);
  assertEquals(problems, ['Cannot inflate it of "a.so": it is odd']);
});

Deno.test("findSourceFrames() takes the first unit that has a function at a vaddr", async () => {
  const empty = { entry: compileUnit(0x1000, 0x100, []) };
  const units = [empty, unitAt(0x1000, "first"), unitAt(0x1000, "second")];
  assertEquals((await framesOf(buildDwarf({ units }), [0x1000])).frames, ["first"]);
});

Deno.test("findSourceFrames() takes frames in the upper half of the 64-bit space", async () => {
  const units = [unitAt(-0x7f000000, "kernel")];
  assertEquals((await framesOf(buildDwarf({ units }), [-0x7f000000])).frames, ["kernel"]);
});

Deno.test("findSourceFrames() reads whole only units that hold a vaddr", async () => {
  const padding = Array.from({ length: 2000 }, (): EntrySpec => ({
    tag: 0x34,
    attributes: [[DW_AT_NAME, DW_FORM_STRING, "x".repeat(100)]],
  }));
  const units = [0x1000, 0x2000, 0x3000, 0x4000, 0x5000]
    .map((start) => unitAt(start, `f${start.toString(16)}`, padding));
  const built = buildDwarf({ units });
  const sources: CountingSource[] = [];
  const main = {
    ...built,
    section: async (name: string) => {
      const source = await built.section(name);
      if (source === undefined) return undefined;
      const counted = new CountingSource(source);
      sources.push(counted);
      return counted;
    },
  };
  const { frames } = await findSourceFrames({ main }, Float64Array.of(0x3000));
  assertEquals(frames[0]?.map(({ name }) => name), ["f3000"]);
  const info = sources.find(({ name }) => name.includes(".debug_info"))!;
  const share = info.bytesRead / info.size;
  assertEquals(share < 0.25, true, `${share}`);
});

Deno.test("findSourceFrames() keeps the frames of units beside a damaged one", async () => {
  const built = buildDwarf({
    units: [
      unitAt(0x1000, "one"),
      { ...unitAt(0x2000, "two"), tail: [0x7f] },
      unitAt(0x3000, "three"),
    ],
  });
  const { frames, problems } = await framesOf(built, [0x1000, 0x2000, 0x3000]);
  assertEquals(frames, ["one", "-", "three"]);
  assertEquals(problems.length, 1);
});

Deno.test("findSourceFrames() does not spell names that are too long together", async () => {
  // 300 functions in a namespace whose name has 2^20 - 1 characters: 300 MB of names.
  const long = "n".repeat((1 << 20) - 1);
  const functions = Array.from({ length: 300 }, (_, at) => functionAt("f", 0x1000 + at, 1));
  const space: EntrySpec = {
    tag: 0x39,
    attributes: [[DW_AT_NAME, DW_FORM_STRP, long]],
    children: functions,
  };
  const built = buildDwarf({
    units: [{ entry: { tag: 0x11, attributes: codeAt(0x1000, 300), children: [space] } }],
  });
  const vaddrs = Float64Array.from({ length: 300 }, (_, at) => 0x1000 + at);
  const { frames, problems } = await findSourceFrames({ main: built }, vaddrs);
  const size = frames.reduce((sum, chain) => sum + chain![0]!.name.length, 0);
  assertEquals(size < 1.1 * (1 << 27), true, `${size}`);
  assertEquals(problems, ['"test.so" has names and paths of more than 134217728 characters']);
});

Deno.test("findSourceFrames() tells which vaddrs a damaged unit may have cost frames", async () => {
  const built = buildDwarf({
    units: [
      unitAt(0x1000, "one"),
      { ...unitAt(0x2000, "two"), tail: [0x7f] },
      unitAt(0x3000, "three"),
    ],
  });
  // The last lies in no unit: the damaged one says where its code is.
  const vaddrs = Float64Array.of(0x1000, 0x2000, 0x3000, 0x4000);
  const { isIncomplete } = await findSourceFrames({ main: built }, vaddrs);
  assertEquals(isIncomplete, [false, true, false, false]);
});

Deno.test("findSourceFrames() tells that a unit without a header may have had any vaddr", async () => {
  const units = [unitAt(0x1000, "one"), { ...unitAt(0x2000, "two"), version: 9 }];
  const vaddrs = Float64Array.of(0x1000, 0x2000, 0x3000);
  const { isIncomplete } = await findSourceFrames({ main: buildDwarf({ units }) }, vaddrs);
  assertEquals(isIncomplete, [false, true, true]);
});

Deno.test("findSourceFrames() tells that nothing is missing if another unit has the function", async () => {
  const units = [{ ...unitAt(0x1000, "one"), tail: [0x7f] }, unitAt(0x1000, "two")];
  const main = buildDwarf({ units });
  const { frames, isIncomplete } = await findSourceFrames({ main }, Float64Array.of(0x1000));
  assertEquals([frames[0]?.[0]?.name, isIncomplete], ["two", [false]]);
});

Deno.test("findSourceFrames() tells that a split unit is missing", async () => {
  const entry = {
    tag: DW_TAG_SKELETON_UNIT,
    attributes: [
      ...codeAt(0x1000, 0x10),
      [DW_AT_DWO_NAME, DW_FORM_STRING, "a.dwo"] as const,
    ],
  };
  const main = buildDwarf({ units: [{ type: DW_UT_SKELETON, id: 1n, entry }] });
  const { isIncomplete } = await findSourceFrames({ main }, Float64Array.of(0x1000, 0x2000));
  assertEquals(isIncomplete, [true, false]);
});

/** Strings of which none has an end. */
const LOST = { ".debug_str": Uint8Array.of(0x61) };
const LOST_NAME: AttributeSpec = [DW_AT_NAME, DW_FORM_STRP, "lost"];

/** A function at 0x1000, with an inlined call at 0x1010. */
function unitWithCall(ofFunction: AttributeSpec, ofCall: AttributeSpec) {
  const call = { tag: DW_TAG_INLINED_SUBROUTINE, attributes: [...codeAt(0x1010, 0x10), ofCall] };
  const attributes = [...codeAt(0x1000, 0x100), ofFunction];
  const outer = { tag: DW_TAG_SUBPROGRAM, attributes, children: [call] };
  return { entry: compileUnit(0x1000, 0x100, [outer]) };
}

const LOST_NAMES: readonly { what: string; attribute: AttributeSpec }[] = [
  { what: "a name", attribute: LOST_NAME },
  { what: "a linkage name", attribute: [DW_AT_LINKAGE_NAME, DW_FORM_STRP, "lost"] },
  {
    what: "shared debug information",
    attribute: [DW_AT_ABSTRACT_ORIGIN, DW_FORM_GNU_REF_ALT, 14],
  },
];

for (const { what, attribute } of LOST_NAMES) {
  Deno.test(`findSourceFrames() tells that an inlined function lacks ${what}`, async () => {
    const units = [unitWithCall([DW_AT_NAME, DW_FORM_STRING, "one"], attribute)];
    const main = buildDwarf({ units, sections: LOST });
    const error = new FormatError({ action: "find it", source: "a.so", detail: "it is gone" });
    const alternate = () => Promise.reject(error);
    const vaddrs = Float64Array.of(0x1000, 0x1010);
    const { frames, isIncomplete, hasLostInlined, problems } = await findSourceFrames(
      { main, alternate },
      vaddrs,
    );
    assertEquals(frames[1]?.map(({ name }) => name), ["one", ""]);
    assertEquals(hasLostInlined, [false, true]);
    assertEquals([isIncomplete, problems.length], [[false, false], 1]);
  });
}

const DW_TAG_TYPE_UNIT = 0x41;
/** What an inlined method's class says of its own name. */
const LOST_CLASSES: readonly { what: string; attribute: AttributeSpec }[] = [
  { what: "its name", attribute: LOST_NAME },
  {
    what: "its name, in a unit of types",
    attribute: [DW_AT_SIGNATURE, DW_FORM_REF_SIG8, 0x1234n],
  },
];

for (const { what, attribute } of LOST_CLASSES) {
  Deno.test(`findSourceFrames() tells that the class of an inlined method lacks ${what}`, async () => {
    const name: AttributeSpec = [DW_AT_NAME, DW_FORM_STRING, "method"];
    const method = { tag: DW_TAG_SUBPROGRAM, label: "method", attributes: [name] };
    const type = { tag: DW_TAG_STRUCTURE_TYPE, attributes: [attribute], children: [method] };
    const { entry } = unitWithCall(name, [DW_AT_ABSTRACT_ORIGIN, DW_FORM_REF4, "method"]);
    const cpp: AttributeSpec = [DW_AT_LANGUAGE, DW_FORM_DATA1, 4];
    const unit = {
      ...entry,
      attributes: [...entry.attributes!, cpp],
      children: [type, ...entry.children!],
    };
    const lost = { tag: DW_TAG_STRUCTURE_TYPE, label: "lost", attributes: [LOST_NAME] };
    const types: UnitSpec = {
      type: DW_UT_TYPE,
      id: 0x1234n,
      typeLabel: "lost",
      entry: { tag: DW_TAG_TYPE_UNIT, attributes: [cpp], children: [lost] },
    };
    const main = buildDwarf({ units: [{ entry: unit }, types], sections: LOST });
    const { hasLostInlined } = await findSourceFrames({ main }, Float64Array.of(0x1000, 0x1010));
    assertEquals(hasLostInlined, [false, true]);
  });
}

Deno.test("findSourceFrames() tells that a place lacks a part of its path", async () => {
  const lines = buildLineTable({
    directories: ["src"],
    files: [["a.c", 0], ["a.c", 0]],
    program: (program) => {
      program.setAddress(0x1000);
      program.special(0, 1);
      program.end(0x100);
    },
  });
  const entry = compileUnit(0x1000, 0x100, [functionAt("one", 0x1000, 0x100)], [
    [DW_AT_STMT_LIST, DW_FORM_SEC_OFFSET, 0],
    [DW_AT_COMP_DIR, DW_FORM_STRP, "lost"],
  ]);
  const main = buildDwarf({ units: [{ entry }], sections: { ...LOST, ".debug_line": lines } });
  const { isIncomplete } = await findSourceFrames({ main }, Float64Array.of(0x1000, 0x2000));
  assertEquals(isIncomplete, [true, false]);
});

Deno.test("findSourceFrames() tells nothing of a lost name that a symbol table has", async () => {
  const units = [unitWithCall(LOST_NAME, [DW_AT_NAME, DW_FORM_STRING, "two"])];
  const main = buildDwarf({ units, sections: LOST });
  const { isIncomplete, hasLostInlined, problems } = await findSourceFrames(
    { main },
    Float64Array.of(0x1010),
  );
  assertEquals([isIncomplete, hasLostInlined, problems.length], [[false], [false], 1]);
});

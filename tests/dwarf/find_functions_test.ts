import { assertEquals } from "@std/assert";
import {
  DW_AT_NAME,
  DW_AT_RANGES,
  DW_AT_SIBLING,
  DW_FORM_DATA1,
  DW_FORM_REF4,
  DW_FORM_SEC_OFFSET,
  DW_FORM_STRING,
  DW_FORM_STRP,
  DW_TAG_NAMESPACE,
  DW_TAG_STRUCTURE_TYPE,
  DW_TAG_SUBPROGRAM,
} from "../../lib/dwarf/constants.ts";
import { findFunctions } from "../../lib/dwarf/find_functions.ts";
import { FormatError } from "../../lib/errors.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { buildDwarf, type EntrySpec, type UnitSpec } from "../support/dwarf_builder.ts";
import { codeAt, functionAt, loadUnit } from "../support/dwarf_units.ts";
import { written } from "../support/dwarf_writer.ts";

/** Of each vaddr the label of its function; "-" if it has none. */
async function find(
  children: readonly EntrySpec[],
  vaddrs: readonly number[],
  labels: readonly string[],
  more: Partial<UnitSpec> & { ranges?: Uint8Array } = {},
): Promise<string[]> {
  const { ranges, ...unit } = more;
  const built = buildDwarf({
    units: [{ entry: { tag: 0x11, children }, ...unit }],
    ...ranges && { sections: { ".debug_rnglists": ranges } },
  });
  const { entries, owners } = await findFunctions(await loadUnit(built), Float64Array.from(vaddrs));
  const places = new Map(labels.map((label) => [built.offsetOf(label), label]));
  return [...owners].map((owner) => owner < 0 ? "-" : places.get(entries[owner]!) ?? "?");
}

function labelled(label: string, start: number, size: number, children?: EntrySpec[]): EntrySpec {
  return { ...functionAt(label, start, size, children), label };
}

const DECLARATION: EntrySpec = {
  tag: DW_TAG_SUBPROGRAM,
  attributes: [[DW_AT_NAME, DW_FORM_STRING, "declared"]],
};
const LEAF: EntrySpec = { tag: 0x34, attributes: [[DW_AT_NAME, DW_FORM_STRP, "variable"]] };

Deno.test("findFunctions() finds functions among other entries", async () => {
  const entries = [
    LEAF,
    labelled("a", 0x1000, 0x10, [LEAF]),
    DECLARATION,
    labelled("b", 0x1010, 4),
  ];
  const vaddrs = [0xfff, 0x1000, 0x100f, 0x1010, 0x1014];
  assertEquals(await find(entries, vaddrs, ["a", "b"]), ["-", "a", "a", "b", "-"]);
});

Deno.test("findFunctions() finds functions in namespaces and types", async () => {
  const inside = { tag: DW_TAG_STRUCTURE_TYPE, children: [labelled("b", 0x1010, 0x10)] };
  const entries = [{ tag: DW_TAG_NAMESPACE, children: [labelled("a", 0x1000, 0x10), inside] }];
  assertEquals(await find(entries, [0x1000, 0x1010], ["a", "b"]), ["a", "b"]);
});

Deno.test("findFunctions() takes the last of several functions with the same code", async () => {
  const entries = [labelled("a", 0x1000, 0x10), labelled("b", 0x1000, 0x10)];
  assertEquals(await find(entries, [0x1000], ["a", "b"]), ["b"]);
});

Deno.test("findFunctions() finds code in several pieces", async () => {
  const ranges = written((writer) => {
    writer.padTo(12);
    for (const start of [0x1000, 0x3000]) {
      writer.u8(7); // DW_RLE_start_length
      writer.word(true, start);
      writer.u8(0x10);
    }
    writer.u8(0);
  });
  const function_: EntrySpec = {
    tag: DW_TAG_SUBPROGRAM,
    label: "split",
    attributes: [[DW_AT_RANGES, DW_FORM_SEC_OFFSET, 12]],
  };
  const entries = [function_, labelled("b", 0x2000, 0x10)];
  const found = await find(entries, [0x100f, 0x2000, 0x300f, 0x3010], ["split", "b"], { ranges });
  assertEquals(found, ["split", "b", "split", "-"]);
});

/** A type with a sibling behind it, and a function inside. */
function siblingType(inside: EntrySpec, sibling: string | number): EntrySpec {
  return {
    tag: DW_TAG_STRUCTURE_TYPE,
    attributes: [[DW_AT_SIBLING, DW_FORM_REF4, sibling]],
    children: [inside],
  };
}

Deno.test("findFunctions() finds functions that lie in what it passed at first", async () => {
  const entries = [
    siblingType(labelled("member", 0x1000, 0x10), "next"),
    labelled("next", 0x1010, 0x10),
  ];
  assertEquals(await find(entries, [0x1000, 0x1010], ["member", "next"]), ["member", "next"]);
});

Deno.test("findFunctions() finds a function within a function", async () => {
  const outer = {
    ...functionAt("outer", 0x1000, 0x10, [labelled("inner", 0x2000, 0x10)]),
    label: "outer",
  };
  const entries = [outer];
  assertEquals(await find(entries, [0x1000, 0x2000], ["outer", "inner"]), ["outer", "inner"]);
});

for (
  const [what, sibling] of [
    ["before itself", 0],
    ["at itself", 13],
    ["behind the unit", 0x1000],
    ["at 2^32", 0xffffffff],
  ] as const
) {
  Deno.test(`findFunctions() does not follow a sibling ${what}`, async () => {
    const entries = [
      siblingType(labelled("member", 0x1000, 0x10), sibling),
      labelled("next", 0x1010, 0x10),
    ];
    assertEquals(await find(entries, [0x1000, 0x1010], ["member", "next"]), ["member", "next"]);
  });
}

Deno.test("findFunctions() finds functions behind more than 127 abbreviations", async () => {
  const others = Array.from({ length: 200 }, (_, at): EntrySpec => ({
    tag: 0x34,
    attributes: [[0x3000 + at, DW_FORM_DATA1, 1]],
  }));
  const entries = [...others, labelled("a", 0x1000, 0x10), others[199]!, labelled("b", 0x2000, 4)];
  assertEquals(await find(entries, [0x1000, 0x2000], ["a", "b"]), ["a", "b"]);
});

Deno.test("findFunctions() knows that a function was left out by the linker", async () => {
  const entries = [labelled("a", 0, 0x2000), labelled("b", 0x1000, 4)];
  assertEquals(await find(entries, [0x800, 0x1000], ["a", "b"]), ["-", "b"]);
});

for (const addressSize of [4, 8]) {
  for (const version of [2, 3, 4, 5]) {
    for (const is64 of [false, true]) {
      const format = { version, is64, addressSize };
      Deno.test(`findFunctions() reads units of ${JSON.stringify(format)}`, async () => {
        const entries = [labelled("a", 0x1000, 0x10, [LEAF]), labelled("b", 0x1010, 0x10)];
        assertEquals(await find(entries, [0x1000, 0x1010], ["a", "b"], format), ["a", "b"]);
      });
    }
  }
}

Deno.test("findFunctions() refuses an entry of an abbreviation that there is not", async () => {
  await assertRejectsExactly(
    () => find([labelled("a", 0x1000, 0x10)], [0x1000], ["a"], { tail: [0x7f] }),
    FormatError,
    'Cannot find the functions of the unit of "test.so(.debug_info)" at file offset 0x1e: ' +
      "there is no abbreviation 127",
  );
});

Deno.test("findFunctions() refuses an entry that is longer than its unit", async () => {
  const long: EntrySpec = { tag: 0x34, attributes: [[0x02, 0x0a, [1, 2, 3]]], label: "block" };
  const built = buildDwarf({
    units: [{ entry: { tag: 0x11, children: [functionAt("a", 0x1000, 4), long] } }],
  });
  const unit = await loadUnit(built);
  unit.reader.bytes[built.offsetOf("block") + 1] = 100;
  await assertRejectsExactly(
    () => findFunctions(unit, Float64Array.of(0x1000)),
    FormatError,
    'Cannot find the functions of the unit of "test.so(.debug_info)" at file offset 0x22: ' +
      "an entry ends behind its unit",
  );
});

Deno.test("findFunctions() takes a unit whose lists of children do not end", async () => {
  const built = buildDwarf({ units: [{ entry: { tag: 0x11, children: [codeEntry()] } }] });
  const bytes = built.sections.get(".debug_info")!;
  // Without the zero byte at the end, which some producers leave out.
  const cut = bytes.slice(0, -1);
  new DataView(cut.buffer).setUint32(0, cut.length - 4, true);
  const sections = { ".debug_info": cut, ".debug_abbrev": built.sections.get(".debug_abbrev")! };
  const unit = await loadUnit({ ...buildDwarf({ sections }), starts: [0] });
  const { owners } = await findFunctions(unit, Float64Array.of(0x1000));
  assertEquals([...owners], [0]);
});

function codeEntry(): EntrySpec {
  return { tag: DW_TAG_SUBPROGRAM, attributes: codeAt(0x1000, 0x10) };
}

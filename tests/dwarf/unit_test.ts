import { assertEquals } from "@std/assert";
import * as constants from "../../lib/dwarf/constants.ts";
import { DwarfSections } from "../../lib/dwarf/dwarf_sections.ts";
import { ProblemList } from "../../lib/dwarf/problem_list.ts";
import { type AttributeSpec, buildDwarf } from "../support/dwarf_builder.ts";
import { loadUnit, sectionsOf } from "../support/dwarf_units.ts";
import { type DwarfFormat, written } from "../support/dwarf_writer.ts";

const STRINGS = new TextEncoder().encode("zero\0one\0two\0");
const LINE_STRINGS = new TextEncoder().encode("line\0");

/** The string that a form and a value stand for in a unit. */
async function textOf(
  form: number,
  value: number,
  { format = {}, base }: { format?: DwarfFormat; base?: number } = {},
): Promise<string> {
  const { version = 5, is64 = false } = format;
  const header = base ?? (version >= 5 ? (is64 ? 16 : 8) : 0);
  const attributes: AttributeSpec[] = base === undefined
    ? []
    : [[constants.DW_AT_STR_OFFSETS_BASE, constants.DW_FORM_SEC_OFFSET, base]];
  const built = buildDwarf({
    units: [{ ...format, entry: { tag: 0x11, attributes } }],
    sections: {
      ".debug_str": STRINGS,
      ".debug_line_str": LINE_STRINGS,
      ".debug_str_offsets": written((writer) => {
        writer.padTo(header);
        for (const offset of [0, 5, 9]) writer.word(is64 && version >= 5, offset);
      }),
    },
  });
  const other = buildDwarf({ sections: { ".debug_str": new TextEncoder().encode("other\0") } });
  const alternate = new DwarfSections("alt", () => Promise.resolve(other));
  const sections = sectionsOf(built, alternate);
  const unit = await loadUnit(built, { sections });
  const text = unit.textOf({ form, value, text: "in place" });
  const problems = new ProblemList();
  for (const all of [sections, alternate]) await all.strings.load(problems);
  assertEquals(problems.clauses(), []);
  return text.value;
}

for (
  const [name, value, expected] of [
    ["STRING", 0, "in place"],
    ["STRP", 5, "one"],
    ["LINE_STRP", 0, "line"],
    ["STRP_SUP", 0, "other"],
    ["GNU_STRP_ALT", 0, "other"],
    ["STRX", 2, "two"],
    ["STRX1", 1, "one"],
    ["STRX2", 0, "zero"],
    ["STRX3", 1, "one"],
    ["STRX4", 2, "two"],
  ] as const
) {
  Deno.test(`textOf() follows DW_FORM_${name}`, async () => {
    assertEquals(await textOf(constants[`DW_FORM_${name}`], value), expected);
  });
}

Deno.test("textOf() follows indexes in the 64-bit format", async () => {
  assertEquals(await textOf(constants.DW_FORM_STRX1, 2, { format: { is64: true } }), "two");
});

Deno.test("textOf() counts indexes from the base that the unit says", async () => {
  assertEquals(await textOf(constants.DW_FORM_STRX1, 1, { base: 0x40 }), "one");
});

Deno.test("textOf() follows GNU's indexes, whose offsets have 32 bits", async () => {
  const format = { version: 4 };
  assertEquals(await textOf(constants.DW_FORM_GNU_STR_INDEX, 2, { format }), "two");
});

Deno.test("addressOf() gives an address as it is", async () => {
  const unit = await loadUnit(buildDwarf({ units: [{ entry: { tag: 0x11 } }] }));
  assertEquals(unit.addressOf({ isIndex: false, value: 0x77 }), 0x77);
});

Deno.test("addressOf() looks an index up", async () => {
  const attributes: AttributeSpec[] = [[
    constants.DW_AT_ADDR_BASE,
    constants.DW_FORM_SEC_OFFSET,
    0,
  ]];
  const unit = await loadUnit(buildDwarf({
    units: [{ entry: { tag: 0x11, attributes } }],
    sections: { ".debug_addr": written((writer) => writer.word(true, 0x9000)) },
  }));
  assertEquals(unit.addressOf({ isIndex: true, value: 0 }), 0x9000);
});

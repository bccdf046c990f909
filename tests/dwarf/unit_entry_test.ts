import { assertEquals } from "@std/assert";
import { AbbreviationCache } from "../../lib/dwarf/abbreviation_cache.ts";
import {
  DW_AT_LANGUAGE,
  DW_FORM_DATA1,
  DW_LANG_C99,
  DW_TAG_COMPILE_UNIT,
} from "../../lib/dwarf/constants.ts";
import { readUnitAttributes, readUnitHeader } from "../../lib/dwarf/unit_entry.ts";
import { FormatError } from "../../lib/errors.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { buildDwarf, type UnitSpec } from "../support/dwarf_builder.ts";
import { sectionsOf } from "../support/dwarf_units.ts";

const ENTRY = {
  tag: DW_TAG_COMPILE_UNIT,
  attributes: [[DW_AT_LANGUAGE, DW_FORM_DATA1, DW_LANG_C99]],
} as const;

async function attributesOf(unit: UnitSpec, abbreviations?: readonly number[]) {
  const sections = abbreviations && { ".debug_abbrev": Uint8Array.from(abbreviations) };
  const all = sectionsOf(buildDwarf({ units: [unit], ...sections && { sections } }));
  const info = await all.open(".debug_info");
  const header = await readUnitHeader(info, 0);
  const abbrev = await all.open(".debug_abbrev");
  return await readUnitAttributes(info, abbrev, 0, header, new AbbreviationCache());
}

Deno.test("readUnitHeader() reads the header of each unit", async () => {
  const built = buildDwarf({ units: [{ version: 4 }, { version: 5, tail: [0] }] });
  const info = await sectionsOf(built).open(".debug_info");
  const first = await readUnitHeader(info, 0);
  const second = await readUnitHeader(info, first.end);
  assertEquals([first.version, second.version], [4, 5]);
  assertEquals([second.start, second.end], [built.starts[1]!, info.size]);
});

Deno.test("readUnitHeader() says where a unit is cut", async () => {
  const info = await sectionsOf(buildDwarf({ units: [{}] })).open(".debug_info");
  await assertRejectsExactly(
    () => readUnitHeader(info, 9),
    FormatError,
    'Cannot read the unit of "test.so(.debug_info)" at file offset 0x9: the section ends before',
  );
});

Deno.test("readUnitAttributes() reads the first entry", async () => {
  assertEquals((await attributesOf({ entry: ENTRY }))?.language, DW_LANG_C99);
});

Deno.test("readUnitAttributes() knows a unit without entries", async () => {
  assertEquals(await attributesOf({}, [0]), undefined);
  assertEquals(await attributesOf({ tail: [0] }, [0]), undefined);
});

Deno.test("readUnitAttributes() says that an abbreviation is missing", async () => {
  await assertRejectsExactly(
    () => attributesOf({ entry: ENTRY }, [2, 0x11, 0, 0, 0, 0]),
    FormatError,
    'Cannot read the unit of "test.so(.debug_info)" at file offset 0xc: there is no abbreviation 1',
  );
});

Deno.test("readUnitAttributes() says that abbreviations are behind their section", async () => {
  await assertRejectsExactly(
    () => attributesOf({ entry: ENTRY, abbreviationsOffset: 0x1000 }),
    FormatError,
    'Cannot read the abbreviations of "test.so(.debug_abbrev)" at file offset 0x1000: ' +
      "the section ends at 0x8",
  );
});

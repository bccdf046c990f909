import { assertEquals } from "@std/assert";
import { UnitFinder } from "../../lib/dwarf/unit_finder.ts";
import { FormatError } from "../../lib/errors.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { buildDwarf } from "../support/dwarf_builder.ts";
import { sectionsOf } from "../support/dwarf_units.ts";

const BUILT = buildDwarf({ units: [{ tail: [0, 0] }, { version: 4, tail: [0] }, { tail: [0] }] });
const [FIRST, SECOND, THIRD] = BUILT.starts as [number, number, number];

for (const [what, starts] of [["knows", BUILT.starts], ["looks for", undefined]] as const) {
  Deno.test(`find() gives the unit that holds a place, if it ${what} where units begin`, async () => {
    const info = await sectionsOf(BUILT).open(".debug_info");
    const finder = new UnitFinder(info, starts);
    const found = [];
    for (const place of [0, SECOND - 1, SECOND, SECOND + 5, THIRD, info.size - 1]) {
      found.push((await finder.find(place)).start);
    }
    assertEquals(found, [FIRST, FIRST, SECOND, SECOND, THIRD, THIRD]);
  });
  Deno.test(`find() finds nothing behind the last unit, if it ${what} where units begin`, async () => {
    const info = await sectionsOf(BUILT).open(".debug_info");
    await assertRejectsExactly(
      () => new UnitFinder(info, starts).find(0x1000),
      FormatError,
      'Cannot find the unit that is referred to of "test.so(.debug_info)" at file offset 0x1000: ' +
        "no unit holds 0x1000",
    );
  });
}

Deno.test("find() finds the units around a damaged one", async () => {
  const bytes = BUILT.sections.get(".debug_info")!.slice();
  bytes[SECOND + 4] = 9; // its version
  const damaged = buildDwarf({ sections: { ".debug_info": bytes } });
  const finder = new UnitFinder(await sectionsOf(damaged).open(".debug_info"));
  assertEquals((await finder.find(FIRST)).start, FIRST);
  assertEquals((await finder.find(THIRD)).start, THIRD);
  await assertRejectsExactly(
    () => finder.find(SECOND),
    FormatError,
    'Cannot find the unit that is referred to of "test.so(.debug_info)" at file offset ' +
      `0x${SECOND.toString(16)}: no unit holds 0x${SECOND.toString(16)}`,
  );
});

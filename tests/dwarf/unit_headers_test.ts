import { assertEquals } from "@std/assert";
import { ProblemList } from "../../lib/dwarf/problem_list.ts";
import { readUnitHeaders } from "../../lib/dwarf/unit_headers.ts";
import { buildDwarf, type UnitSpec } from "../support/dwarf_builder.ts";
import { sectionsOf } from "../support/dwarf_units.ts";

/** Which units are found, by number, and problems; `damage` changes bytes of the section. */
async function read(
  isInTypes: boolean,
  damage: (bytes: Uint8Array, starts: readonly number[]) => void = () => {},
) {
  const format = isInTypes ? { isInTypes, version: 4 } : {};
  const units = [1, 2, 3, 4].map((size): UnitSpec => ({
    ...format,
    tail: new Array(size).fill(0),
  }));
  const built = buildDwarf({ units });
  const name = isInTypes ? ".debug_types" : ".debug_info";
  damage(built.sections.get(name)!, built.starts);
  const section = await sectionsOf(built).open(name);
  const problems = new ProblemList();
  const found: number[] = [];
  for await (const header of readUnitHeaders(section, isInTypes, problems)) {
    assertEquals(header.isInTypes, isInTypes);
    found.push(built.starts.indexOf(header.start));
  }
  return { found, problems: problems.clauses().length };
}

for (const isInTypes of [false, true]) {
  const where = isInTypes ? ".debug_types" : ".debug_info";
  Deno.test(`readUnitHeaders() reads all units of ${where}`, async () => {
    assertEquals(await read(isInTypes), { found: [0, 1, 2, 3], problems: 0 });
  });

  for (
    const [numbers, found] of [
      [[0], [1, 2, 3]],
      [[1], [0, 2, 3]],
      [[3], [0, 1, 2]],
      [[0, 2], [1, 3]],
      [[1, 3], [0, 2]],
      [[1, 2], [0, 3]],
    ] as const
  ) {
    Deno.test(`readUnitHeaders() passes damaged units of ${where}, number ${numbers}`, async () => {
      const result = await read(isInTypes, (bytes, starts) => {
        for (const number of numbers) bytes[starts[number]! + 4] = 9; // version
      });
      const isRun = numbers.length > 1 && numbers[0] + 1 === numbers[1];
      assertEquals(result, { found: [...found], problems: isRun ? 1 : numbers.length });
    });
  }

  Deno.test(`readUnitHeaders() says that nothing is found behind damage of ${where}`, async () => {
    const result = await read(isInTypes, (bytes, starts) => {
      for (const start of starts.slice(1)) bytes.set([0xf0, 0xff, 0xff, 0xff], start);
    });
    assertEquals(result, { found: [0], problems: 2 });
  });
}

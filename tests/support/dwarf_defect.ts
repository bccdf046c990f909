import { assertEquals } from "@std/assert";
import { DW_TAG_SUBPROGRAM } from "../../lib/dwarf/constants.ts";
import { type AttributeSpec, buildDwarf, type EntrySpec, type UnitSpec } from "./dwarf_builder.ts";
import { codeAt, compileUnit, framesOf, functionAt, inlinedAt } from "./dwarf_units.ts";
import { buildLineTable, type LineTableSpec } from "./line_table_builder.ts";

/** A defect of the unit that has its code at 0x2000, and what comes of it. */
export interface DwarfDefect {
  /** What is wrong, as a clause behind "a unit". */
  readonly what: string;
  readonly unit?: Partial<UnitSpec>;
  /** Attributes of the unit besides those of its code. */
  readonly attributes?: readonly AttributeSpec[];
  /** Its entries; a function and a call that is inlined there if they are left out. */
  readonly entries?: readonly EntrySpec[];
  readonly sections?: Readonly<Record<string, Uint8Array>>;
  /** Its line table. */
  readonly lines?: LineTableSpec;
  /** What is kept; nothing by default. */
  readonly frames?: string;
  /** What it says; `%` stands for where the unit begins, and a number behind it is added. */
  readonly problem?: string;
}

const GOOD_FRAMES = ["before > call", "behind > call"];
/** What that unit has if it has nothing else. */
export const ENTRIES: readonly EntrySpec[] = [
  functionAt("f", 0x2000, 0x10, [inlinedAt("call", 0x2000, 4)]),
];

/** A function at 0x2000 with these attributes. */
export function code(...attributes: AttributeSpec[]): EntrySpec {
  return {
    tag: DW_TAG_SUBPROGRAM,
    label: "code",
    attributes: [...attributes, ...codeAt(0x2000, 0x10)],
  };
}

/**
 * Makes a test of each defect: a unit without defects before and behind the one that has it keeps
 * its frames, whatever is wrong.
 */
export function testDefects(defects: readonly DwarfDefect[]): void {
  for (const defect of defects) {
    const { what, unit = {}, attributes = [], entries = ENTRIES, sections = {}, lines } = defect;
    Deno.test(`findSourceFrames() reads a file with a unit ${what}`, async () => {
      const built = buildDwarf({
        units: [
          good("before", 0x1000),
          { entry: compileUnit(0x2000, 0x10, entries, attributes), ...unit },
          good("behind", 0x3000),
        ],
        sections: { ...sections, ...lines && { ".debug_line": buildLineTable(lines) } },
      });
      const { frames, problems } = await framesOf(built, [0x1000, 0x2000, 0x3000]);
      assertEquals([frames[0], frames[2]], GOOD_FRAMES);
      const start = built.starts[1]!;
      const problem = defect.problem?.replace(
        /%(\d*)/,
        (_, more) => `0x${(start + Number(more)).toString(16)}`,
      );
      assertEquals([frames[1], problems], [defect.frames ?? "-", problem ? [problem] : []]);
    });
  }
}

function good(name: string, start: number): UnitSpec {
  const calls = [inlinedAt("call", start, 4)];
  return { entry: compileUnit(start, 0x10, [functionAt(name, start, 0x10, calls)]) };
}

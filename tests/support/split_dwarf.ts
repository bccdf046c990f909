import {
  DW_AT_ADDR_BASE,
  DW_AT_COMP_DIR,
  DW_AT_DWO_NAME,
  DW_AT_HIGH_PC,
  DW_AT_LOW_PC,
  DW_AT_NAME,
  DW_FORM_ADDRX1,
  DW_FORM_DATA4,
  DW_FORM_SEC_OFFSET,
  DW_FORM_STRING,
  DW_FORM_STRX1,
  DW_SECT_ABBREV,
  DW_SECT_INFO,
  DW_SECT_STR_OFFSETS,
  DW_TAG_COMPILE_UNIT,
  DW_TAG_SKELETON_UNIT,
  DW_TAG_SUBPROGRAM,
  DW_UT_SKELETON,
  DW_UT_SPLIT_COMPILE,
} from "../../lib/dwarf/constants.ts";
import {
  type AttributeSpec,
  buildDwarf,
  type BuiltDwarf,
  type EntrySpec,
  type UnitSpec,
} from "./dwarf_builder.ts";
import { codeAt } from "./dwarf_units.ts";
import { written } from "./dwarf_writer.ts";

/** The number that both units have. */
export const ID = 0xfedc_ba98_7654_3210n;
const encode = (text: string) => new TextEncoder().encode(text);

/**
 * A skeleton unit of DWARF 5 whose code is at 0x1000, and the addresses that the split one uses.
 *
 * @param others Units besides it.
 */
export function skeleton(others: readonly UnitSpec[] = []): BuiltDwarf {
  const attributes: AttributeSpec[] = [
    ...codeAt(0x1000, 0x100),
    [DW_AT_DWO_NAME, DW_FORM_STRING, "obj/a.dwo"],
    [DW_AT_COMP_DIR, DW_FORM_STRING, "/build"],
    [DW_AT_ADDR_BASE, DW_FORM_SEC_OFFSET, 8],
  ];
  const unit: UnitSpec = {
    type: DW_UT_SKELETON,
    id: ID,
    entry: { tag: DW_TAG_SKELETON_UNIT, attributes },
  };
  const addresses = written((writer) => {
    writer.padTo(8);
    for (const address of [0x1000, 0x1040]) writer.word(true, address);
  });
  return buildDwarf({ units: [unit, ...others], sections: { ".debug_addr": addresses } });
}

/** Functions at the first and the second of the addresses. */
export const FUNCTIONS: readonly EntrySpec[] = [0, 1].map((index) => ({
  tag: DW_TAG_SUBPROGRAM,
  attributes: [
    [DW_AT_NAME, DW_FORM_STRX1, index],
    [DW_AT_LOW_PC, DW_FORM_ADDRX1, index],
    [DW_AT_HIGH_PC, DW_FORM_DATA4, 0x10],
  ],
}));
/** Their names. */
export const STRINGS = {
  ".debug_str": encode("first\0second\0"),
  ".debug_str_offsets": written((writer) => {
    writer.padTo(8);
    writer.u32(0);
    writer.u32(6);
  }),
};

/** The unit that was split from the skeleton unit. */
export function splitUnit(children: readonly EntrySpec[] = FUNCTIONS, id: bigint = ID): UnitSpec {
  return { type: DW_UT_SPLIT_COMPILE, id, entry: { tag: DW_TAG_COMPILE_UNIT, children } };
}

/** A `.dwo` file. */
export function dwo(
  units: readonly UnitSpec[],
  sections: Readonly<Record<string, Uint8Array>> = STRINGS,
): BuiltDwarf {
  return buildDwarf({ name: "a.dwo", suffix: ".dwo", units, sections });
}

/**
 * An index of a package, with twice as many slots as units.
 *
 * @param columns `DW_SECT_...`.
 * @param units By row: the id, and the offsets in the order of the columns.
 */
export function packageIndex(
  version: number,
  columns: readonly number[],
  units: readonly (readonly [id: bigint, ...offsets: number[]])[],
): Uint8Array {
  let slotCount = 1;
  while (slotCount < 2 * units.length) slotCount *= 2;
  const slots: (readonly [id: bigint, row: number])[] = new Array(slotCount).fill([0n, 0]);
  for (const [at, [id]] of units.entries()) {
    let slot = Number(id % BigInt(slotCount));
    const step = Number((id >> 32n) % BigInt(slotCount)) | 1;
    while (slots[slot]![1] !== 0) slot = (slot + step) % slotCount;
    slots[slot] = [id, at + 1];
  }
  return written((writer) => {
    if (version === 2) writer.u32(2);
    else writer.raw(version, 0, 0, 0);
    for (const count of [columns.length, units.length, slotCount]) writer.u32(count);
    for (const [id] of slots) writer.word(true, id);
    for (const [, row] of slots) writer.u32(row);
    for (const column of columns) writer.u32(column);
    for (const [, ...offsets] of units) for (const offset of offsets) writer.u32(offset);
    for (let at = 0; at < columns.length * units.length; at++) writer.u32(0x100); // sizes
  });
}

/** A package, in which the unit is not the first of each section. */
export function dwp(version: number, children: readonly EntrySpec[] = FUNCTIONS): BuiltDwarf {
  const built = dwo([splitUnit([], 5n), splitUnit(children)]);
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
  const index = packageIndex(version, [DW_SECT_INFO, DW_SECT_ABBREV, DW_SECT_STR_OFFSETS], [
    [5n, 0, 0, 0],
    [ID, start, abbreviations, 40],
  ]);
  const sections = new Map([
    [".debug_cu_index", index],
    [".debug_info.dwo", info],
    [".debug_abbrev.dwo", built.sections.get(".debug_abbrev.dwo")!],
    [".debug_str.dwo", STRINGS[".debug_str"]],
    [".debug_str_offsets.dwo", offsets],
  ]);
  return buildDwarf({ name: "a.dwp", sections: Object.fromEntries(sections) });
}

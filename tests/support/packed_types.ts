import * as constants from "../../lib/dwarf/constants.ts";
import { buildDwarf, type BuiltDwarf, type EntrySpec, type UnitSpec } from "./dwarf_builder.ts";
import { written } from "./dwarf_writer.ts";
import { FUNCTIONS, ID, packageIndex, splitUnit } from "./split_dwarf.ts";

const {
  DW_AT_NAME,
  DW_AT_SIGNATURE,
  DW_AT_SPECIFICATION,
  DW_FORM_GNU_STR_INDEX,
  DW_FORM_REF_SIG8,
  DW_FORM_REF4,
  DW_FORM_STRING,
  DW_FORM_STRX1,
  DW_SECT_ABBREV,
  DW_SECT_INFO,
  DW_SECT_STR_OFFSETS,
  DW_SECT_TYPES,
  DW_TAG_NAMESPACE,
  DW_TAG_STRUCTURE_TYPE,
  DW_TAG_SUBPROGRAM,
  DW_UT_SPLIT_TYPE,
} = constants;
const DW_TAG_TYPE_UNIT = 0x41;
/** That of the type whose name is wanted. */
export const SIGNATURE = 0xfedc_ba98_7654_3219n;
const STRINGS = new TextEncoder().encode("first\0second\0Other\0Type\0");
/** Where each of them begins. */
const STRING_OFFSETS = [0, 6, 13, 19];
/** Where the contributions to `.debug_str_offsets.dwo` begin: the units' strings are not the same. */
const UNIT_STRINGS = 0;
const TYPE_STRINGS = 40;
const TABLE_SIZE = 40;

/** Changes to {@linkcode packageWithTypes}. */
export interface PackageChanges {
  /** Signatures in the index of types; those of the units by default. */
  readonly signatures?: readonly [other: bigint, type: bigint];
  /** Instead of `.debug_tu_index`. */
  readonly index?: Uint8Array;
  /** Whether there is no such index at all. */
  readonly hasNoIndex?: boolean;
}

/**
 * A package of the unit of `skeleton()`, whose second function is a method of a type that it knows
 * by the signature only, and of the units of two types. No unit is the first in all its sections.
 *
 * @param version Of the package: 2 is GNU's, with units of types in `.debug_types.dwo`; 5.
 */
export function packageWithTypes(version: 2 | 5, changes: PackageChanges = {}): BuiltDwarf {
  const isOld = version === 2;
  const types = [typeUnit(1n, "other", isOld), typeUnit(SIGNATURE, "type", isOld)];
  const built = buildDwarf({ units: [...types, splitUnit(withMethod())] });
  const [other, type, unit] = built.starts as [number, number, number];
  const infoName = ".debug_info";
  const typesName = isOld ? ".debug_types" : infoName;
  const sections = new Map([...built.sections].map(([name, bytes]) => [name, bytes.slice()]));
  const ownAbbreviations = (section: string, start: number, position: number) => {
    const { buffer } = sections.get(section)!;
    const offset = new DataView(buffer).getUint32(start + position, true);
    // They count from the start of the unit's own.
    new DataView(buffer).setUint32(start + position, 0, true);
    return offset;
  };
  const position = isOld ? 6 : 8;
  const rows = [other, type].map((start) => ({
    start,
    abbreviations: ownAbbreviations(typesName, start, position),
  }));
  const { signatures = [1n, SIGNATURE] } = changes;
  const columns = [isOld ? DW_SECT_TYPES : DW_SECT_INFO, DW_SECT_ABBREV, DW_SECT_STR_OFFSETS];
  const typeIndex = changes.index ?? packageIndex(
    version,
    columns,
    rows.map(({ start, abbreviations }, at) =>
      [signatures[at]!, start, abbreviations, TYPE_STRINGS] as const
    ),
  );
  const unitIndex = packageIndex(
    version,
    [DW_SECT_INFO, DW_SECT_ABBREV, DW_SECT_STR_OFFSETS],
    [[ID, unit, ownAbbreviations(infoName, unit, 8), UNIT_STRINGS]],
  );
  const tables = written((writer) => {
    for (const strings of [[0, 1], [2, 3]]) {
      // In GNU's form there is no header before those of types, whose units have version 4.
      const start = writer.position;
      if (!isOld || strings[0] === 0) writer.padTo(start + 8);
      for (const at of strings) writer.u32(STRING_OFFSETS[at]!);
      writer.padTo(start + TABLE_SIZE);
    }
  });
  return buildDwarf({
    name: "a.dwp",
    sections: {
      ".debug_cu_index": unitIndex,
      ...changes.hasNoIndex ? {} : { ".debug_tu_index": typeIndex },
      ...Object.fromEntries([...sections].map(([name, bytes]) => [`${name}.dwo`, bytes])),
      ".debug_str.dwo": STRINGS,
      ".debug_str_offsets.dwo": tables,
    },
  });
}

/** The functions of a split unit; the second is declared in a type. */
function withMethod(): EntrySpec[] {
  const method: EntrySpec = {
    tag: DW_TAG_SUBPROGRAM,
    label: "method",
    attributes: [[DW_AT_NAME, DW_FORM_STRING, "method"]],
  };
  const type: EntrySpec = {
    tag: DW_TAG_STRUCTURE_TYPE,
    attributes: [[DW_AT_SIGNATURE, DW_FORM_REF_SIG8, SIGNATURE]],
    children: [method],
  };
  const space: EntrySpec = {
    tag: DW_TAG_NAMESPACE,
    attributes: [[DW_AT_NAME, DW_FORM_STRING, "ns"]],
    children: [type],
  };
  const [first, second] = FUNCTIONS as [EntrySpec, EntrySpec];
  const definition: EntrySpec = {
    ...second,
    attributes: [...second.attributes!.slice(1), [DW_AT_SPECIFICATION, DW_FORM_REF4, "method"]],
  };
  return [first, space, definition];
}

/** The name of the type is the first or the second of the strings of units of types. */
function typeUnit(id: bigint, label: string, isOld: boolean): UnitSpec {
  const form = isOld ? DW_FORM_GNU_STR_INDEX : DW_FORM_STRX1;
  const type: EntrySpec = {
    tag: DW_TAG_STRUCTURE_TYPE,
    label,
    // Both sizes differ, so that their abbreviations do.
    attributes: [
      ...label === "type" ? [[0x0b, constants.DW_FORM_UDATA, 300] as const] : [],
      [DW_AT_NAME, form, label === "type" ? 1 : 0],
    ],
  };
  return {
    type: DW_UT_SPLIT_TYPE,
    id,
    typeLabel: label,
    entry: { tag: DW_TAG_TYPE_UNIT, children: [type] },
    ...isOld && { isInTypes: true, version: 4 },
  };
}

import type { UnitHeader } from "./unit_header.ts";

// Where tables begin in their sections if no attribute says it: behind the header of the first
// contribution (DWARF 5, sections 7.26 to 7.28), or, before DWARF 5, at the very beginning.

/** What `DW_AT_str_offsets_base` is if it is absent. */
export function defaultStringOffsetsBase({ version, is64 }: UnitHeader): number {
  if (version < 5) return 0;
  return is64 ? 16 : 8;
}

/** What `DW_AT_rnglists_base` is if it is absent. */
export function defaultRangeListsBase({ version, is64 }: UnitHeader): number {
  if (version < 5) return 0;
  return is64 ? 20 : 12;
}

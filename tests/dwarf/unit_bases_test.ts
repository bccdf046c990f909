import { assertEquals } from "@std/assert";
import { defaultRangeListsBase, defaultStringOffsetsBase } from "../../lib/dwarf/unit_bases.ts";
import type { UnitHeader } from "../../lib/dwarf/unit_header.ts";

function header(version: number, is64: boolean): UnitHeader {
  const place = { start: 0, end: 0, firstEntry: 0, typeOffset: 0, abbreviationsOffset: 0 };
  return { ...place, version, is64, addressSize: 8, type: 1, id: 0n, isInTypes: false };
}

Deno.test("defaultStringOffsetsBase() is behind a header since DWARF 5", () => {
  assertEquals(defaultStringOffsetsBase(header(4, true)), 0);
  // unit_length, version, padding
  assertEquals(defaultStringOffsetsBase(header(5, false)), 4 + 2 + 2);
  assertEquals(defaultStringOffsetsBase(header(5, true)), 12 + 2 + 2);
});

Deno.test("defaultRangeListsBase() is behind a header since DWARF 5", () => {
  assertEquals(defaultRangeListsBase(header(4, false)), 0);
  // unit_length, version, address_size, segment_selector_size, offset_entry_count
  assertEquals(defaultRangeListsBase(header(5, false)), 4 + 2 + 1 + 1 + 4);
  assertEquals(defaultRangeListsBase(header(5, true)), 12 + 2 + 1 + 1 + 4);
});

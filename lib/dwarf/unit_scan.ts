import { AbbreviationCache } from "./abbreviation_cache.ts";
import { readAranges } from "./aranges.ts";
import { AddressTable, readAddressTable, readIndexedAddress } from "./address_table.ts";
import type { AddressReference } from "./attribute_values.ts";
import { DW_UT_SPLIT_TYPE, DW_UT_TYPE } from "./constants.ts";
import type { DwarfSections } from "./dwarf_sections.ts";
import type { ProblemList } from "./problem_list.ts";
import type { Section } from "./section.ts";
import type { UnitAttributes } from "./unit_attributes.ts";
import { defaultRangeListsBase } from "./unit_bases.ts";
import { UnitClaims } from "./unit_claims.ts";
import { findUnitBehind } from "./find_next_unit.ts";
import { readUnitAttributes, readUnitHeader } from "./unit_entry.ts";
import type { UnitHeader } from "./unit_header.ts";
import { RangeRequests, readRangeLists } from "./unit_ranges.ts";

/** A unit that says that it has code at wanted vaddrs. */
export interface ClaimingUnit {
  readonly header: UnitHeader;
  /** Indexes of the vaddrs, ascending. */
  readonly vaddrIndexes: Float64Array;
}

/** What {@linkcode scanUnits} found. */
export interface UnitScan {
  /** In the order of the section. */
  readonly claiming: readonly ClaimingUnit[];
  /** Where all units begin, ascending: bytes from the start of `.debug_info`. */
  readonly starts: readonly number[];
  /** Where the address tables of units begin: bytes from the start of `.debug_addr`; ascending. */
  readonly addressBases: Float64Array;
}

/**
 * Finds the units that have code at vaddrs, by the first entry of each unit. Nothing else of a unit
 * is read. That takes two or three short reads a unit, and does not depend on `.debug_aranges`,
 * which may be absent, partial or wrong.
 *
 * @param vaddrs Ascending and different.
 */
export async function scanUnits(
  sections: DwarfSections,
  info: Section,
  vaddrs: Float64Array,
  problems: ProblemList,
): Promise<UnitScan> {
  const starts: number[] = [];
  const units: ScannedUnit[] = [];
  const cache = new AbbreviationCache();
  for (let start = 0; start >= 0 && start < info.size;) {
    const header = await problems.attempt(() => readUnitHeader(info, start));
    if (header === undefined) {
      const damaged = { start, previous: starts.at(-1) ?? -1 };
      start = await problems.attempt(() => findUnitBehind(info, damaged)) ?? -1;
      continue;
    }
    starts.push(start);
    start = header.end;
    if (header.type === DW_UT_TYPE || header.type === DW_UT_SPLIT_TYPE) continue;
    const attributes = await problems.attempt(async () => {
      const abbreviations = await sections.open(".debug_abbrev");
      return await readUnitAttributes(info, abbreviations, 0, header, cache);
    });
    if (attributes !== undefined) units.push({ header, attributes });
  }
  const bases = units.map(({ attributes }) => attributes.addressBase).filter((base) => base >= 0);
  const addressBases = Float64Array.from(bases).sort();
  const claims = new UnitClaims(vaddrs);
  const silent = new Map<number, number>();
  for (const [number, unit] of units.entries()) {
    claims.current = number;
    claims.addressSize = unit.header.addressSize;
    const { ranges, highPc } = unit.attributes;
    const isSilent = ranges < 0 && highPc === undefined;
    if (isSilent || ranges < 0 && unit.header.version <= 2) silent.set(unit.header.start, number);
    if (!isSilent) await problems.attempt(() => addRanges(sections, unit, addressBases, claims));
  }
  await addSilent(sections, units, silent, claims, problems);
  const claiming = claims.byOwner().map(({ owner, vaddrIndexes }) => ({
    header: units[owner]!.header,
    vaddrIndexes,
  }));
  return { claiming, starts, addressBases };
}

/**
 * Units whose first entry says no addresses are those without code; but DWARF 2 has no way to say
 * that code is in several pieces: the first entry says nothing then, or only one of them. What
 * `.debug_aranges` says of such units is taken; those of DWARF 2 of which nothing says anything are
 * searched for all that no other unit has.
 */
async function addSilent(
  sections: DwarfSections,
  units: readonly ScannedUnit[],
  silent: ReadonlyMap<number, number>,
  claims: UnitClaims,
  problems: ProblemList,
): Promise<void> {
  if (silent.size === 0 || !claims.hasOpen()) return;
  const open = claims.open();
  // If it is damaged, it is as good as absent.
  const found = await problems.attempt(async () => {
    const section = await sections.find(".debug_aranges");
    return section && await readAranges(section, silent, claims);
  });
  for (const number of silent.values()) {
    const { header, attributes } = units[number]!;
    if (found?.has(number) || header.version > 2 || attributes.highPc !== undefined) continue;
    claims.current = number;
    for (const index of open) claims.claim(index);
  }
}

interface ScannedUnit {
  readonly header: UnitHeader;
  readonly attributes: UnitAttributes;
}

async function addRanges(
  sections: DwarfSections,
  { header, attributes }: ScannedUnit,
  addressBases: Float64Array,
  claims: UnitClaims,
): Promise<void> {
  const { lowPc, highPc, ranges, isRangeIndex, rangeListsBase } = attributes;
  const { version, addressSize, is64 } = header;
  const addressOf = async ({ isIndex, value }: AddressReference) => {
    if (!isIndex) return value;
    const base = attributes.addressBase;
    return await readIndexedAddress(await sections.open(".debug_addr"), header, base, value);
  };
  const base = lowPc === undefined ? 0 : await addressOf(lowPc);
  if (ranges >= 0) {
    const section = await sections.open(version >= 5 ? ".debug_rnglists" : ".debug_ranges");
    const indexBase = rangeListsBase < 0 ? defaultRangeListsBase(header) : rangeListsBase;
    const addresses = version >= 5
      ? await readAddressTable(sections, header, attributes, addressBases)
      : AddressTable.EMPTY;
    const requests = new RangeRequests();
    requests.add(ranges, isRangeIndex, claims.current);
    await readRangeLists(
      { section, offsetBase: 0, indexBase, is64 },
      { version, addressSize, base, addresses },
      requests,
      claims,
    );
  } else if (highPc !== undefined) {
    const end = await addressOf(highPc);
    claims.add(base, attributes.isHighPcOffset ? base + end : end);
  }
}

import { AbbreviationCache } from "./abbreviation_cache.ts";
import { AddressTable, readAddressTable } from "./address_table.ts";
import type { DwarfSections } from "./dwarf_sections.ts";
import { lowerBound } from "../bytes/lower_bound.ts";
import { type Section, sourceErrorOf } from "./section.ts";
import { Unit } from "./unit.ts";
import { parseUnitAttributes, type UnitAttributes } from "./unit_attributes.ts";
import {
  defaultAddressBase,
  defaultRangeListsBase,
  defaultStringOffsetsBase,
} from "./unit_bases.ts";
import type { UnitHeader } from "./unit_header.ts";
import type { RangePlace } from "./unit_ranges.ts";

const ACTION = "read the unit";

/** Reads whole units, one after the other. */
export class UnitLoader {
  readonly #addressBases: Float64Array;
  readonly #abbreviations = new AbbreviationCache();
  #buffer = new Uint8Array();

  /** @param addressBases Where address tables begin in `.debug_addr`, ascending. */
  constructor(addressBases: Float64Array) {
    this.#addressBases = addressBases;
  }

  /**
   * Reads a unit, its abbreviations and its addresses.
   *
   * @returns It is valid until this is called again.
   * @throws {FormatError | UnsupportedError} If they are damaged.
   */
  async load(sections: DwarfSections, info: Section, header: UnitHeader): Promise<Unit> {
    const size = header.end - header.start;
    if (this.#buffer.length < size) this.#buffer = new Uint8Array(Math.ceil(size * 1.5));
    const reader = await info.read(header.start, size, this.#buffer);
    const { abbreviationsOffset } = header;
    const abbreviations = await this.#abbreviations.whole(
      await sections.open(".debug_abbrev"),
      abbreviationsOffset,
      header,
    );
    reader.position = header.firstEntry - header.start;
    let attributes: UnitAttributes;
    try {
      const index = abbreviations.indexOf(reader.uleb());
      attributes = parseUnitAttributes(reader, abbreviations, index, header);
    } catch (error) {
      throw sourceErrorOf(error, info, header.start, ACTION);
    }
    const { stringOffsetsBase, rangeListsBase, lowPc } = attributes;
    const addresses = await this.#addressesOf(sections, header, attributes);
    return new Unit({
      sections,
      info,
      header,
      reader,
      abbreviations,
      attributes,
      addresses,
      lowPc: lowPc === undefined ? 0 : lowPc.isIndex ? addresses.at(lowPc.value) : lowPc.value,
      rangePlace: await rangePlaceOf(sections, header, rangeListsBase),
      stringOffsetsBase: stringOffsetsBase < 0
        ? defaultStringOffsetsBase(header)
        : stringOffsetsBase,
    });
  }

  async #addressesOf(
    sections: DwarfSections,
    header: UnitHeader,
    { addressBase }: UnitAttributes,
  ): Promise<AddressTable> {
    const section = await sections.find(".debug_addr");
    if (section === undefined) return AddressTable.EMPTY;
    const base = addressBase < 0 ? defaultAddressBase(header) : addressBase;
    if (addressBase < 0) return AddressTable.EMPTY;
    const next = this.#addressBases[lowerBound(this.#addressBases, base + 1)] ?? section.size;
    return await readAddressTable(section, header, base, next);
  }
}

async function rangePlaceOf(
  sections: DwarfSections,
  header: UnitHeader,
  rangeListsBase: number,
): Promise<RangePlace | undefined> {
  const section = await sections.find(header.version >= 5 ? ".debug_rnglists" : ".debug_ranges");
  if (section === undefined) return undefined;
  const indexBase = rangeListsBase < 0 ? defaultRangeListsBase(header) : rangeListsBase;
  return { section, offsetBase: 0, indexBase, is64: header.is64 };
}

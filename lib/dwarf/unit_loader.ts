import { AbbreviationCache } from "./abbreviation_cache.ts";
import { type AddressTable, readAddressTable } from "./address_table.ts";
import type { AddressReference } from "./attribute_values.ts";
import type { DwarfSections } from "./dwarf_sections.ts";
import { type Section, sourceErrorOf } from "./section.ts";
import { type Contributions, WHOLE_FILE } from "./package_index.ts";
import { Unit, type UnitParts } from "./unit.ts";
import { parseUnitAttributes } from "./unit_attributes.ts";
import { defaultRangeListsBase, defaultStringOffsetsBase } from "./unit_bases.ts";
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
   * @param parts Where it is in the sections of its file, if that is a package.
   * @returns It is valid until a unit is read again.
   * @throws {FormatError | UnsupportedError} If they are damaged.
   */
  async load(
    sections: DwarfSections,
    info: Section,
    header: UnitHeader,
    parts: Contributions = WHOLE_FILE,
  ): Promise<Unit> {
    const body = await this.#read(sections, info, header, parts.abbreviations);
    const { stringOffsetsBase, rangeListsBase, lowPc } = body.attributes;
    const addresses = await readAddressTable(
      sections,
      header,
      body.attributes,
      this.#addressBases,
    );
    return new Unit({
      sections,
      info,
      header,
      ...body,
      addresses,
      lowPc: addressOf(lowPc, addresses, info, header),
      rangePlace: await rangePlaceOf(sections, header, {
        offsetBase: parts.rangeLists,
        indexBase: parts.rangeLists +
          (rangeListsBase < 0 ? defaultRangeListsBase(header) : rangeListsBase),
      }),
      stringOffsetsBase: parts.stringOffsets +
        (stringOffsetsBase < 0 ? defaultStringOffsetsBase(header) : stringOffsetsBase),
    });
  }

  /**
   * Reads a unit that was split from another one, which has its addresses, and before DWARF 5 its
   * address ranges.
   *
   * @param parts Where it is in the sections of its file.
   * @returns It is valid until a unit is read again.
   * @throws {FormatError | UnsupportedError} If it is damaged.
   */
  async loadSplit(
    sections: DwarfSections,
    info: Section,
    header: UnitHeader,
    skeleton: Unit,
    parts: Contributions,
  ): Promise<Unit> {
    const body = await this.#read(sections, info, header, parts.abbreviations);
    const { addresses, base: lowPc } = skeleton.rangeContext;
    const isOld = header.version < 5;
    return new Unit({
      sections,
      info,
      header,
      ...body,
      addresses,
      lowPc,
      rangePlace: await rangePlaceOf(isOld ? skeleton.sections : sections, header, {
        offsetBase: isOld ? skeleton.attributes.gnuRangesBase : parts.rangeLists,
        indexBase: parts.rangeLists + defaultRangeListsBase(header),
      }),
      stringOffsetsBase: parts.stringOffsets + defaultStringOffsetsBase(header),
    });
  }

  async #read(
    sections: DwarfSections,
    info: Section,
    header: UnitHeader,
    abbreviationsBase: number,
  ): Promise<Pick<UnitParts, "reader" | "abbreviations" | "attributes">> {
    const size = header.end - header.start;
    if (this.#buffer.length < size) this.#buffer = new Uint8Array(Math.ceil(size * 1.5));
    const reader = await info.read(header.start, size, this.#buffer);
    const abbreviations = await this.#abbreviations.whole(
      await sections.open(".debug_abbrev"),
      abbreviationsBase + header.abbreviationsOffset,
      header,
    );
    reader.position = header.firstEntry - header.start;
    try {
      const index = abbreviations.indexOf(reader.uleb());
      const attributes = parseUnitAttributes(reader, abbreviations, index, header);
      return { reader, abbreviations, attributes };
    } catch (error) {
      throw sourceErrorOf(error, info, header.start, ACTION);
    }
  }
}

function addressOf(
  reference: AddressReference | undefined,
  addresses: AddressTable,
  info: Section,
  { start }: UnitHeader,
): number {
  if (reference === undefined) return 0;
  if (!reference.isIndex) return reference.value;
  try {
    return addresses.at(reference.value);
  } catch (error) {
    throw sourceErrorOf(error, info, start, ACTION);
  }
}

async function rangePlaceOf(
  sections: DwarfSections,
  { version, is64 }: UnitHeader,
  bases: Pick<RangePlace, "offsetBase" | "indexBase">,
): Promise<RangePlace | undefined> {
  const section = await sections.find(version >= 5 ? ".debug_rnglists" : ".debug_ranges");
  return section && { section, is64, ...bases };
}

import { AbbreviationCache } from "./abbreviation_cache.ts";
import { AddressTable, readAddressTable, readIndexedAddress } from "./address_table.ts";
import type { AddressReference } from "./attribute_values.ts";
import { DW_UT_SPLIT_TYPE, DW_UT_TYPE } from "./constants.ts";
import type { DwarfSections } from "./dwarf_sections.ts";
import type { ProblemList } from "./problem_list.ts";
import type { Section } from "./section.ts";
import { parseUnitAttributes, type UnitAttributes } from "./unit_attributes.ts";
import { defaultAddressBase, defaultRangeListsBase } from "./unit_bases.ts";
import { UnitClaims } from "./unit_claims.ts";
import { MAX_HEADER_SIZE, parseUnitHeader, type UnitHeader } from "./unit_header.ts";
import { readRangeLists } from "./unit_ranges.ts";

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

/** What the header and the first entry of a unit take, most often. */
const FIRST_PIECE = 1 << 8;
const ACTION = "read the unit";

/**
 * Finds the units that have code at vaddrs, by the first entry of each unit. Nothing else of a unit
 * is read. This is always complete and takes two or three short reads a unit, so that
 * `.debug_aranges`, which may be absent, partial or wrong, is not needed.
 *
 * @param vaddrs Ascending and different.
 */
export async function scanUnits(
  sections: DwarfSections,
  info: Section,
  vaddrs: Float64Array,
  problems: ProblemList,
): Promise<UnitScan> {
  const scan = new Scan(sections, info, vaddrs);
  for (let start = 0; start < info.size;) {
    const header = await problems.attempt(() => scan.readHeader(start));
    if (header === undefined) break;
    await problems.attempt(() => scan.claim(header));
    start = header.end;
  }
  return scan;
}

class Scan implements UnitScan {
  readonly claiming: ClaimingUnit[] = [];
  readonly starts: number[] = [];
  readonly #addressBases: number[] = [];
  readonly #sections: DwarfSections;
  readonly #info: Section;
  readonly #claims: UnitClaims;
  readonly #abbreviations = new AbbreviationCache();

  constructor(sections: DwarfSections, info: Section, vaddrs: Float64Array) {
    this.#sections = sections;
    this.#info = info;
    this.#claims = new UnitClaims(vaddrs);
  }

  get addressBases(): Float64Array {
    return Float64Array.from(this.#addressBases).sort();
  }

  async readHeader(start: number): Promise<UnitHeader> {
    const header = await this.#info.parse(
      start,
      MAX_HEADER_SIZE,
      ACTION,
      (reader) => parseUnitHeader(reader, start, this.#info.size, false),
    );
    this.starts.push(start);
    return header;
  }

  async claim(header: UnitHeader): Promise<void> {
    if (header.type === DW_UT_TYPE || header.type === DW_UT_SPLIT_TYPE) return;
    const attributes = await this.#readAttributes(header);
    if (attributes === undefined) return;
    if (attributes.addressBase >= 0) this.#addressBases.push(attributes.addressBase);
    const claims = this.#claims;
    claims.current = this.starts.length;
    claims.addressSize = header.addressSize;
    await this.#addRanges(header, attributes);
    const vaddrIndexes = claims.take();
    if (vaddrIndexes.length > 0) this.claiming.push({ header, vaddrIndexes });
  }

  async #readAttributes(header: UnitHeader): Promise<UnitAttributes | undefined> {
    const start = header.firstEntry;
    if (start >= header.end) return undefined;
    const code = await this.#info.parse(start, FIRST_PIECE, ACTION, (reader) => reader.uleb());
    if (code === 0) return undefined;
    const section = await this.#sections.open(".debug_abbrev");
    const { abbreviationsOffset } = header;
    const table = await this.#abbreviations.upTo(section, abbreviationsOffset, header, code);
    return await this.#info.parse(start, FIRST_PIECE, ACTION, (reader) => {
      reader.uleb();
      return parseUnitAttributes(reader, table, table.indexOf(code), header);
    });
  }

  async #addRanges(header: UnitHeader, attributes: UnitAttributes): Promise<void> {
    const { lowPc, highPc, ranges, isRangeIndex } = attributes;
    const { version, addressSize, is64 } = header;
    const base = lowPc === undefined ? 0 : await this.#addressOf(lowPc, header, attributes);
    if (ranges >= 0) {
      const section = await this.#sections.open(version >= 5 ? ".debug_rnglists" : ".debug_ranges");
      const { rangeListsBase } = attributes;
      const indexBase = rangeListsBase < 0 ? defaultRangeListsBase(header) : rangeListsBase;
      await readRangeLists(
        { section, offsetBase: 0, indexBase, is64 },
        { version, addressSize, base, addresses: await this.#addressesOf(header, attributes) },
        [{ value: ranges, isIndex: isRangeIndex, owner: this.#claims.current }],
        this.#claims,
      );
    } else if (highPc !== undefined) {
      const end = await this.#addressOf(highPc, header, attributes);
      this.#claims.add(base, attributes.isHighPcOffset ? base + end : end);
    }
  }

  async #addressOf(
    { isIndex, value }: AddressReference,
    header: UnitHeader,
    { addressBase }: UnitAttributes,
  ): Promise<number> {
    if (!isIndex) return value;
    const base = addressBase < 0 ? defaultAddressBase(header) : addressBase;
    return await readIndexedAddress(await this.#sections.open(".debug_addr"), header, base, value);
  }

  /** Range lists have indexes of addresses since DWARF 5, which says how long a table is. */
  async #addressesOf(header: UnitHeader, { addressBase }: UnitAttributes): Promise<AddressTable> {
    if (header.version < 5 || addressBase < 0) return AddressTable.EMPTY;
    const section = await this.#sections.open(".debug_addr");
    return await readAddressTable(section, header, addressBase, section.size);
  }
}

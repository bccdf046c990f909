import type { Abbreviations } from "./abbreviations.ts";
import type { AddressTable } from "./address_table.ts";
import type { AddressReference, StringReference } from "./attribute_values.ts";
import {
  DW_FORM_GNU_STR_INDEX,
  DW_FORM_GNU_STRP_ALT,
  DW_FORM_LINE_STRP,
  DW_FORM_STRING,
  DW_FORM_STRP,
  DW_FORM_STRP_SUP,
} from "./constants.ts";
import type { DwarfReader } from "./dwarf_reader.ts";
import type { DwarfSections } from "./dwarf_sections.ts";
import type { RangeContext } from "./range_lists.ts";
import type { Section } from "./section.ts";
import type { Text } from "./string_pool.ts";
import type { UnitAttributes } from "./unit_attributes.ts";
import type { UnitHeader } from "./unit_header.ts";
import type { RangePlace } from "./unit_ranges.ts";

/** What a unit is made of; see {@linkcode Unit}. */
export interface UnitParts {
  readonly sections: DwarfSections;
  readonly info: Section;
  readonly header: UnitHeader;
  readonly reader: DwarfReader;
  readonly abbreviations: Abbreviations;
  readonly attributes: UnitAttributes;
  readonly addresses: AddressTable;
  readonly lowPc: number;
  readonly rangePlace: RangePlace | undefined;
  readonly stringOffsetsBase: number;
}

/**
 * A unit in memory, with all that its entries refer to by index. It lives as long as its addresses
 * are being resolved; its bytes are overwritten by those of the next unit.
 */
export class Unit {
  /** The sections of the file that it is in. */
  readonly sections: DwarfSections;
  /** The section that it is in. */
  readonly info: Section;
  /** Its header. */
  readonly header: UnitHeader;
  /** Its bytes: position 0 is the first byte of the header. */
  readonly reader: DwarfReader;
  /** The forms of its entries. */
  readonly abbreviations: Abbreviations;
  /** What its first entry says. */
  readonly attributes: UnitAttributes;
  /** Where its range lists are; undefined if there are none. */
  readonly rangePlace: RangePlace | undefined;
  /** What its range lists are read with. */
  readonly rangeContext: RangeContext;
  /** Where its first entry is. */
  readonly firstEntry: number;
  /** Behind its last byte. */
  readonly end: number;
  readonly #stringOffsetsBase: number;

  /** Reads nothing. */
  constructor(parts: UnitParts) {
    const { header, addresses, lowPc: base } = parts;
    this.sections = parts.sections;
    this.info = parts.info;
    this.header = header;
    this.reader = parts.reader;
    this.abbreviations = parts.abbreviations;
    this.attributes = parts.attributes;
    this.rangePlace = parts.rangePlace;
    const { version, addressSize } = header;
    this.rangeContext = { version, addressSize, base, addresses };
    this.firstEntry = header.firstEntry - header.start;
    this.end = header.end - header.start;
    this.#stringOffsetsBase = parts.stringOffsetsBase;
  }

  /** The vaddr that an address, or the index of one, stands for. */
  addressOf({ isIndex, value }: AddressReference): number {
    return isIndex ? this.rangeContext.addresses.at(value) : value;
  }

  /** The string that a reference leads to, once it is loaded. */
  textOf({ form, value, text }: StringReference): Text {
    switch (form) {
      case DW_FORM_STRING:
        return { value: text };
      case DW_FORM_STRP:
        return this.sections.strings.at(".debug_str", value);
      case DW_FORM_LINE_STRP:
        return this.sections.strings.at(".debug_line_str", value);
      case DW_FORM_STRP_SUP:
      case DW_FORM_GNU_STRP_ALT:
        return this.sections.alternate?.strings.at(".debug_str", value) ?? { value: "" };
      default: {
        const { is64 } = this.header;
        const width = is64 && form !== DW_FORM_GNU_STR_INDEX ? 8 : 4;
        const entryOffset = this.#stringOffsetsBase + value * width;
        return this.sections.strings.indexed(entryOffset, width === 8);
      }
    }
  }
}

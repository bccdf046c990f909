import {
  isAddressIndex,
  isRangeIndex,
  moveToAttribute,
  readAddressReference,
} from "./attribute_values.ts";
import { DW_FORM_ADDR } from "./constants.ts";
import type { Coverage } from "./coverage.ts";
import { readNumber } from "./forms.ts";
import { FormatError } from "../errors.ts";
import type { Unit } from "./unit.ts";
import { RangeRequests, readRangeLists } from "./unit_ranges.ts";

/**
 * The ranges of entries of a unit: those that an entry has itself are compared to the wanted vaddrs
 * at once; lists are read together, when all are known.
 */
export class EntryRanges {
  /** What covers which vaddr. */
  readonly coverage: Coverage;
  readonly #unit: Unit;
  #requests = new RangeRequests();

  /** @param vaddrs Ascending and different. */
  constructor(unit: Unit, coverage: Coverage) {
    this.coverage = coverage;
    this.#unit = unit;
  }

  /**
   * Adds the ranges of an entry that has the role FUNCTION or INLINED_CALL.
   *
   * @param index Of its abbreviation.
   * @param start Where its attributes begin in the unit.
   * @param owner A number for it.
   * @returns Whether it covers a wanted vaddr, or may do so.
   */
  add(index: number, start: number, owner: number): boolean {
    const { reader, abbreviations, header } = this.#unit;
    const list = abbreviations.ranges[index]!;
    if (list >= 0) {
      const form = moveToAttribute(reader, abbreviations, index, header, start, list);
      const value = readNumber(reader, form, abbreviations.constants[list]!, header.is64);
      this.#requests.add(value, isRangeIndex(form), owner);
      return true;
    }
    const lowPc = this.#address(index, start, abbreviations.lowPcs[index]!);
    const attribute = abbreviations.highPcs[index]!;
    const form = moveToAttribute(reader, abbreviations, index, header, start, attribute);
    let highPc: number;
    if (form === DW_FORM_ADDR) highPc = reader.address(header.addressSize);
    else if (isAddressIndex(form)) highPc = this.#address(index, start, attribute);
    else {highPc = lowPc +
        readNumber(reader, form, abbreviations.constants[attribute]!, header.is64);}
    if (!this.coverage.touches(lowPc, highPc)) return false;
    this.coverage.current = owner;
    this.coverage.add(lowPc, highPc);
    return true;
  }

  /**
   * Reads the lists of ranges.
   *
   * @throws {FormatError} If one does not lie inside its section, or is malformed.
   */
  async settle(): Promise<void> {
    const { rangePlace, rangeContext, sections } = this.#unit;
    const requests = this.#requests;
    if (requests.values.length === 0) return;
    if (rangePlace === undefined) {
      const detail = "there is no section with address ranges, but something refers to it";
      throw new FormatError({ action: "read address ranges", source: sections.name, detail });
    }
    this.#requests = new RangeRequests();
    await readRangeLists(rangePlace, rangeContext, requests, this.coverage);
  }

  #address(index: number, start: number, attribute: number): number {
    const { reader, abbreviations, header } = this.#unit;
    const form = moveToAttribute(reader, abbreviations, index, header, start, attribute);
    if (form === DW_FORM_ADDR) return reader.address(header.addressSize);
    return this.#unit.addressOf(readAddressReference(reader, form, header));
  }
}

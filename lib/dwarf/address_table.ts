import { hex } from "../errors.ts";
import { lowerBound } from "../bytes/lower_bound.ts";
import { Defect } from "./defect.ts";
import { DwarfReader } from "./dwarf_reader.ts";
import type { DwarfSections } from "./dwarf_sections.ts";
import type { Section } from "./section.ts";
import type { UnitAttributes } from "./unit_attributes.ts";
import type { UnitHeader } from "./unit_header.ts";

/** The addresses of a unit that it names by index (DWARF 5, section 7.27): a part of `.debug_addr`. */
export class AddressTable {
  /** Of a unit that has none. */
  static readonly EMPTY: AddressTable = new AddressTable(
    new DwarfReader(new Uint8Array(), true),
    8,
  );
  readonly #reader: DwarfReader;
  readonly #size: number;

  /** @param size Bytes of an address. */
  constructor(reader: DwarfReader, size: number) {
    this.#reader = reader;
    this.#size = size;
  }

  /**
   * The address with an index, a vaddr.
   *
   * @throws {Defect} If there is none.
   */
  at(index: number): number {
    const position = index * this.#size;
    if (position + this.#size > this.#reader.bytes.length) {
      throw new Defect(`there is no address with index ${hex(index)}`);
    }
    this.#reader.position = position;
    return this.#reader.address(this.#size);
  }
}

/** No unit has more addresses than this many bytes hold. */
const MAX_SIZE = 1 << 24;
const ACTION = "read the addresses";

/**
 * Reads the table of a unit: from `DW_AT_addr_base` to where the table of another unit begins. The
 * length that is before a table since DWARF 5 is not needed for that, and would not be enough: Go's
 * linker writes one for the tables of all units together.
 *
 * @param bases Where the tables of all units begin, ascending.
 * @returns Without addresses if the unit does not say where they are.
 * @throws {FormatError} If the table does not lie inside the section.
 */
export async function readAddressTable(
  sections: DwarfSections,
  { addressSize }: UnitHeader,
  { addressBase }: UnitAttributes,
  bases: Float64Array,
): Promise<AddressTable> {
  if (addressBase < 0) return AddressTable.EMPTY;
  const section = await sections.open(".debug_addr");
  const next = bases[lowerBound(bases, addressBase + 1)] ?? Infinity;
  const end = Math.min(next, section.size, addressBase + MAX_SIZE);
  if (end < addressBase) {
    throw section.error(addressBase, ACTION, `the section ends at ${hex(section.size)}`);
  }
  return new AddressTable(await section.read(addressBase, end - addressBase), addressSize);
}

/**
 * Reads one address of such a table.
 *
 * @throws {FormatError} If it does not lie inside the section.
 */
export async function readIndexedAddress(
  section: Section,
  { addressSize }: UnitHeader,
  base: number,
  index: number,
): Promise<number> {
  const start = base + index * addressSize;
  return await section.parse(start, addressSize, ACTION, (reader) => reader.address(addressSize));
}

import { hex } from "../errors.ts";
import { Defect } from "./defect.ts";
import { DwarfReader } from "./dwarf_reader.ts";
import type { Section } from "./section.ts";
import { parseLength, type UnitHeader } from "./unit_header.ts";

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

/** Before the version, the size of an address and that of a segment: a length. */
const HEADER_SIZE_32 = 8;
const HEADER_SIZE_64 = 16;
/** A table that does not say its length is read up to this: no unit needs more addresses. */
const MAX_UNKNOWN_SIZE = 1 << 22;

/**
 * Reads the table of a unit. With DWARF 5 a header before `base` says how long it is; GNU's form of
 * it, before DWARF 5, has none.
 *
 * @param section `.debug_addr`.
 * @param base `DW_AT_addr_base`: bytes from the start of the section to the first address.
 * @param nextBase Where the next table begins, as far as that is known: the section's size else.
 * @throws {FormatError} If the table does not lie inside the section.
 */
export async function readAddressTable(
  section: Section,
  { version, is64, addressSize }: UnitHeader,
  base: number,
  nextBase: number,
): Promise<AddressTable> {
  const action = "read the addresses";
  let end = Math.min(nextBase, section.size, base + MAX_UNKNOWN_SIZE);
  if (version >= 5) {
    const headerSize = is64 ? HEADER_SIZE_64 : HEADER_SIZE_32;
    const start = base - headerSize;
    const { length } = await section.parse(start, headerSize, action, parseLength);
    end = start + (is64 ? 12 : 4) + length;
  }
  if (end < base || end > section.size) {
    throw section.error(base, action, `they are said to end at ${hex(end)}`);
  }
  return new AddressTable(await section.read(base, end - base), addressSize);
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
  const parse = (reader: DwarfReader) => reader.address(addressSize);
  return await section.parse(start, addressSize, "read an address", parse);
}

import {
  DW_RLE_BASE_ADDRESS,
  DW_RLE_BASE_ADDRESSX,
  DW_RLE_END_OF_LIST,
  DW_RLE_OFFSET_PAIR,
  DW_RLE_START_END,
  DW_RLE_START_LENGTH,
  DW_RLE_STARTX_ENDX,
  DW_RLE_STARTX_LENGTH,
} from "./constants.ts";
import { hex } from "../errors.ts";
import type { AddressTable } from "./address_table.ts";
import { Defect } from "./defect.ts";
import type { DwarfReader } from "./dwarf_reader.ts";

/** What the range lists of a unit are read with. */
export interface RangeContext {
  /** Of the unit: 2 to 5. */
  readonly version: number;
  /** Bytes of an address. */
  readonly addressSize: number;
  /** What offsets are relative to until the list says otherwise: `DW_AT_low_pc` of the unit, or 0. */
  readonly base: number;
  /** What indexes of addresses lead to. */
  readonly addresses: AddressTable;
}

/** Gets the ranges of a list, in order. */
export interface RangeSink {
  /** A range `[start, end)` of vaddrs; it may be empty or make no sense. */
  add(start: number, end: number): void;
}

/**
 * Parses a list of address ranges: of `.debug_rnglists` (DWARF 5, section 2.17.3) if the version is
 * 5, else of `.debug_ranges` (DWARF 4, section 2.17.3).
 *
 * @param reader Stands at the first entry; behind the last one afterwards.
 * @throws {Defect} If an entry is of an unknown kind, or an index leads nowhere.
 * @throws {RangeError} If the bytes end before the list does.
 */
export function parseRangeList(reader: DwarfReader, context: RangeContext, sink: RangeSink): void {
  if (context.version >= 5) parseEntries(reader, context, sink);
  else parsePairs(reader, context, sink);
}

function parsePairs(
  reader: DwarfReader,
  { addressSize, base: firstBase }: RangeContext,
  sink: RangeSink,
): void {
  // The largest address: -1 in symfold's form of 64 bits.
  const largest = addressSize === 8 ? -1 : addressSize === 4 ? 0xffffffff : 0xffff;
  let base = firstBase;
  while (true) {
    const start = reader.address(addressSize);
    const end = reader.address(addressSize);
    if (start === 0 && end === 0) return;
    if (start === largest) base = end;
    // What linkers write for code that they left out; no base is to be added to that.
    else if (start !== largest - 1 && start !== end) sink.add(base + start, base + end);
  }
}

function parseEntries(
  reader: DwarfReader,
  { addressSize, base: firstBase, addresses }: RangeContext,
  sink: RangeSink,
): void {
  let base = firstBase;
  while (true) {
    const kind = reader.u8();
    let start = 0;
    switch (kind) {
      case DW_RLE_END_OF_LIST:
        return;
      case DW_RLE_BASE_ADDRESSX:
        base = addresses.at(reader.uleb());
        break;
      case DW_RLE_BASE_ADDRESS:
        base = reader.address(addressSize);
        break;
      case DW_RLE_STARTX_ENDX:
        start = addresses.at(reader.uleb());
        sink.add(start, addresses.at(reader.uleb()));
        break;
      case DW_RLE_STARTX_LENGTH:
        start = addresses.at(reader.uleb());
        sink.add(start, start + reader.uleb());
        break;
      case DW_RLE_OFFSET_PAIR:
        start = base + reader.uleb();
        // A base that was left out takes its ranges along.
        if (isDead(base, addressSize)) reader.skipLeb();
        else sink.add(start, base + reader.uleb());
        break;
      case DW_RLE_START_END:
        start = reader.address(addressSize);
        sink.add(start, reader.address(addressSize));
        break;
      case DW_RLE_START_LENGTH:
        start = reader.address(addressSize);
        sink.add(start, start + reader.uleb());
        break;
      default:
        throw new Defect(`a range list has an entry of kind ${hex(kind)}`);
    }
  }
}

/**
 * Whether an address stands for code that the linker left out (DWARF issue 200609.1): the largest
 * addresses with lld; 0 with GNU ld, where no linked file has code, because its headers are there.
 */
export function isDead(address: number, addressSize: number): boolean {
  if (address === 0) return true;
  if (addressSize === 8) return address === -1 || address === -2;
  return addressSize === 4 ? address >= 0xfffffffe : address >= 0xfffe;
}

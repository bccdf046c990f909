import { Defect } from "./defect.ts";
import type { DwarfReader } from "./dwarf_reader.ts";
import type { Section } from "./section.ts";
import { parseLength } from "./unit_header.ts";
import type { OwnedRangeSink } from "./unit_ranges.ts";

const MAX_HEADER_SIZE = 32;
const ACTION = "read the address ranges of units";

/**
 * Reads from `.debug_aranges` the ranges of some units (DWARF 5, section 6.1.2).
 *
 * @param wanted By where the unit begins in `.debug_info`: its number.
 * @param sink Gets the numbers as owners.
 * @returns The numbers of the units that the section says something of.
 * @throws {FormatError} If the section is malformed.
 */
export async function readAranges(
  section: Section,
  wanted: ReadonlyMap<number, number>,
  sink: OwnedRangeSink,
): Promise<Set<number>> {
  const found = new Set<number>();
  for (let start = 0; start < section.size;) {
    const header = await section.parse(start, MAX_HEADER_SIZE, ACTION, parseHeader);
    const owner = wanted.get(header.infoOffset);
    if (owner !== undefined) {
      found.add(owner);
      sink.current = owner;
      const length = Math.min(header.size, section.size - start);
      await section.parse(start, length, ACTION, (reader) => parseRanges(reader, header, sink));
    }
    start += header.size;
  }
  return found;
}

interface ArangesHeader {
  /** Bytes of the header and its ranges. */
  readonly size: number;
  readonly infoOffset: number;
  readonly addressSize: number;
  readonly segmentSize: number;
  /** Bytes from the start of the header to the first range. */
  readonly firstRange: number;
}

function parseHeader(reader: DwarfReader): ArangesHeader {
  const start = reader.position;
  const { length, is64 } = parseLength(reader);
  const size = reader.position - start + length;
  const version = reader.u16();
  if (version !== 2) throw new Defect(`it has version ${version}, want 2`);
  const infoOffset = reader.offset(is64);
  const addressSize = reader.u8();
  const segmentSize = reader.u8();
  if (addressSize !== 8 && addressSize !== 4 && addressSize !== 2) {
    throw new Defect(`addresses have ${addressSize} bytes, want 2, 4 or 8`);
  }
  // Ranges are aligned to their own size.
  const rangeSize = segmentSize + 2 * addressSize;
  const firstRange = Math.ceil((reader.position - start) / rangeSize) * rangeSize;
  return { size, infoOffset, addressSize, segmentSize, firstRange };
}

function parseRanges(
  reader: DwarfReader,
  { size, addressSize, segmentSize, firstRange }: ArangesHeader,
  sink: OwnedRangeSink,
): void {
  const end = reader.position + size;
  reader.position += firstRange;
  while (reader.position < end) {
    reader.position += segmentSize;
    const start = reader.address(addressSize);
    const length = reader.address(addressSize);
    if (start === 0 && length === 0) return;
    sink.add(start, start + length);
  }
}

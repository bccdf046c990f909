import { isSourceError } from "../errors.ts";
import { Defect } from "./defect.ts";
import type { DwarfReader } from "./dwarf_reader.ts";
import type { Section } from "./section.ts";
import { readUnitHeader } from "./unit_entry.ts";
import { MAX_HEADER_SIZE, parseLength, parseUnitHeader, type UnitHeader } from "./unit_header.ts";

/** Bytes that are looked through at a time: first a few, as the next unit may be near, then more. */
const FIRST_STEP = 1 << 8;
const MAX_STEP = 1 << 20;
/** What looks like a unit and leads to nothing is followed no more often than this. */
const MAX_TRIES = 1 << 12;
/** What looks like a unit at first, and is none, is parsed no more often than this. */
const MAX_MISSES = 1 << 16;
/** Bytes from the start of a unit to its version, in either format. */
const VERSION_32 = 4;
const VERSION_64 = 12;
const ACTION = "read the unit";

/** What is known where a unit has a damaged header. */
export interface DamagedUnit {
  /** Where it should begin: bytes from the start of the section. */
  readonly start: number;
  /** Where the last unit before it begins; -1 if there is none. */
  readonly previous: number;
  /** Whether the section is `.debug_types`. */
  readonly isInTypes?: boolean;
}

/**
 * Finds where to go on behind a unit with a damaged header: where its length leads, if that is to
 * another unit or to the end of the section; else at the next one that is found. The length of the
 * unit before may be what is wrong, so that those may be in that one, too.
 *
 * @returns Bytes from the start of the section, or its size; -1 if there is nothing.
 * @throws {FormatError} If there was too much to look through, all in all.
 */
export async function findUnitBehind(
  info: Section,
  { start, previous, isInTypes = false }: DamagedUnit,
): Promise<number> {
  const end = await endOf(info, start);
  if (end > start && await isUnitOrEnd(info, end, isInTypes)) return end;
  return await findNextUnit(info, (previous < 0 ? start : previous) + 1, isInTypes);
}

/** Where the next unit is, by the length of one; -1 if it has none. */
async function endOf(info: Section, start: number): Promise<number> {
  try {
    return await info.parse(start, MAX_HEADER_SIZE, ACTION, (reader) => {
      const first = reader.position;
      const { length } = parseLength(reader);
      return start + reader.position - first + length;
    });
  } catch (error) {
    if (!isSourceError(error)) throw error;
    return -1;
  }
}

/**
 * Finds a unit behind a damaged one: units follow each other, so that a wrong length hides all that
 * come after it. A unit is whatever has a valid header that leads to another one, or to the end of
 * the section.
 *
 * @param info `.debug_info`, or `.debug_types`.
 * @param from Where to begin: bytes from the start of the section.
 * @param isInTypes Whether the section is `.debug_types`.
 * @returns Where it begins; -1 if there is none.
 * @throws {FormatError} If there was too much to look through, all in all.
 */
export async function findNextUnit(
  info: Section,
  from: number,
  isInTypes = false,
): Promise<number> {
  let tries = 0;
  let misses = 0;
  let step = FIRST_STEP;
  for (let start = from; start < info.size; start += step, step = Math.min(4 * step, MAX_STEP)) {
    const length = Math.min(step, info.size - start);
    // In memory of its own: headers elsewhere are read meanwhile.
    const reader = await info.read(start, Math.min(step + MAX_HEADER_SIZE, info.size - start));
    for (let at = 0; at < length; at++) {
      if (!mayBegin(reader, at, info.size - start - at)) continue;
      const header = parseAt(reader, at, start + at, info.size, isInTypes);
      if (header !== undefined && await isUnitOrEnd(info, header.end, isInTypes)) {
        return header.start;
      }
      if (header === undefined) misses++;
      else tries++;
      if (tries === MAX_TRIES || misses === MAX_MISSES) return -1;
    }
  }
  return -1;
}

/**
 * Whether the version, the size of addresses and the length are such as a unit would have them.
 * Plain, as it is asked for every byte: headers that are none are parsed at a high price.
 */
function mayBegin({ bytes, view, littleEndian }: DwarfReader, at: number, left: number): boolean {
  const is64 = bytes[at] === 0xff && bytes[at + 1] === 0xff && bytes[at + 2] === 0xff &&
    bytes[at + 3] === 0xff;
  const position = at + (is64 ? VERSION_64 : VERSION_32);
  const version = bytes[littleEndian ? position : position + 1]!;
  if (bytes[littleEndian ? position + 1 : position] !== 0 || version < 2 || version > 5) {
    return false;
  }
  const addressSize = bytes[position + (version >= 5 ? 3 : is64 ? 10 : 6)];
  if (addressSize !== 8 && addressSize !== 4 && addressSize !== 2) return false;
  return is64 || view.getUint32(at, littleEndian) <= left - VERSION_32;
}

function parseAt(
  reader: DwarfReader,
  at: number,
  start: number,
  size: number,
  isInTypes: boolean,
): UnitHeader | undefined {
  reader.position = at;
  try {
    const header = parseUnitHeader(reader, start, size, isInTypes);
    return header.firstEntry < header.end ? header : undefined;
  } catch (error) {
    if (error instanceof Defect || error instanceof RangeError) return undefined;
    throw error;
  }
}

async function isUnitOrEnd(info: Section, at: number, isInTypes: boolean): Promise<boolean> {
  if (at >= info.size) return at === info.size;
  try {
    await readUnitHeader(info, at, isInTypes);
    return true;
  } catch (error) {
    if (!isSourceError(error)) throw error;
    return false;
  }
}

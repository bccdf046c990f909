import { isSourceError } from "../errors.ts";
import { Defect } from "./defect.ts";
import type { DwarfReader } from "./dwarf_reader.ts";
import type { Section } from "./section.ts";
import { readUnitHeader } from "./unit_entry.ts";
import { MAX_HEADER_SIZE, parseUnitHeader, type UnitHeader } from "./unit_header.ts";

/** Bytes that are looked through at a time: first a few, as the next unit may be near, then more. */
const FIRST_STEP = 1 << 8;
const MAX_STEP = 1 << 20;
/** What looks like a unit and leads to nothing is followed no more often than this. */
const MAX_TRIES = 1 << 12;
/** Bytes from the start of a unit to its version, in either format. */
const VERSION_32 = 4;
const VERSION_64 = 12;

/**
 * Finds a unit behind a damaged one: units follow each other, so that a wrong length hides all that
 * come after it. A unit is whatever has a valid header that leads to another one, or to the end of
 * the section.
 *
 * @param info `.debug_info`.
 * @param from Where to begin: bytes from the start of the section.
 * @returns Where it begins; -1 if there is none.
 * @throws {FormatError} If there was too much to look through, all in all.
 */
export async function findNextUnit(info: Section, from: number): Promise<number> {
  let tries = 0;
  let step = FIRST_STEP;
  for (let start = from; start < info.size; start += step, step = Math.min(4 * step, MAX_STEP)) {
    const length = Math.min(step, info.size - start);
    // In memory of its own: headers elsewhere are read meanwhile.
    const reader = await info.read(start, Math.min(step + MAX_HEADER_SIZE, info.size - start));
    for (let at = 0; at < length; at++) {
      if (!mayBegin(reader, at)) continue;
      const header = parseAt(reader, at, start + at, info.size);
      if (header === undefined) continue;
      if (await leadsOn(info, header)) return header.start;
      if (++tries === MAX_TRIES) return -1;
    }
  }
  return -1;
}

/** Whether there is a version where a unit would have it. */
function mayBegin({ bytes, littleEndian }: DwarfReader, at: number): boolean {
  const is64 = bytes[at] === 0xff && bytes[at + 1] === 0xff && bytes[at + 2] === 0xff &&
    bytes[at + 3] === 0xff;
  const version = at + (is64 ? VERSION_64 : VERSION_32);
  const [low, high] = littleEndian ? [version, version + 1] : [version + 1, version];
  return bytes[high] === 0 && bytes[low]! >= 2 && bytes[low]! <= 5;
}

function parseAt(
  reader: DwarfReader,
  at: number,
  start: number,
  size: number,
): UnitHeader | undefined {
  reader.position = at;
  try {
    const header = parseUnitHeader(reader, start, size, false);
    return header.firstEntry < header.end ? header : undefined;
  } catch (error) {
    if (error instanceof Defect || error instanceof RangeError) return undefined;
    throw error;
  }
}

async function leadsOn(info: Section, { end }: UnitHeader): Promise<boolean> {
  if (end === info.size) return true;
  try {
    await readUnitHeader(info, end);
    return true;
  } catch (error) {
    if (!isSourceError(error)) throw error;
    return false;
  }
}

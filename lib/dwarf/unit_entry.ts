import type { AbbreviationCache } from "./abbreviation_cache.ts";
import type { Section } from "./section.ts";
import { parseUnitAttributes, type UnitAttributes } from "./unit_attributes.ts";
import { MAX_HEADER_SIZE, parseUnitHeader, type UnitHeader } from "./unit_header.ts";

/** What the header and the first entry of a unit take, most often. */
const FIRST_PIECE = 1 << 8;
const ACTION = "read the unit";

/**
 * Reads the header of a unit.
 *
 * @param info `.debug_info`, or `.debug_types`.
 * @param start Where it begins: bytes from the start of the section.
 * @param isInTypes Whether the section is `.debug_types`.
 * @throws {FormatError} If it is malformed: what comes after it cannot be found either.
 */
export async function readUnitHeader(
  info: Section,
  start: number,
  isInTypes = false,
): Promise<UnitHeader> {
  return await info.parse(
    start,
    MAX_HEADER_SIZE,
    ACTION,
    (reader) => parseUnitHeader(reader, start, info.size, isInTypes),
  );
}

/**
 * Reads the first entry of a unit, and no more of its abbreviations than that takes.
 *
 * @param abbreviations `.debug_abbrev`.
 * @param abbreviationsBase What the unit's offset into that is relative to.
 * @returns Undefined if the unit has no entry.
 * @throws {FormatError} If it is malformed.
 */
export async function readUnitAttributes(
  info: Section,
  abbreviations: Section,
  abbreviationsBase: number,
  header: UnitHeader,
  cache: AbbreviationCache,
): Promise<UnitAttributes | undefined> {
  const start = header.firstEntry;
  if (start >= header.end) return undefined;
  const code = await info.parse(start, FIRST_PIECE, ACTION, (reader) => reader.uleb());
  if (code === 0) return undefined;
  const offset = abbreviationsBase + header.abbreviationsOffset;
  const table = await cache.upTo(abbreviations, offset, header, code);
  return await info.parse(start, FIRST_PIECE, ACTION, (reader) => {
    reader.uleb();
    return parseUnitAttributes(reader, table, table.indexOf(code), header);
  });
}

import { hex } from "../errors.ts";
import {
  DW_UT_COMPILE,
  DW_UT_PARTIAL,
  DW_UT_SKELETON,
  DW_UT_SPLIT_COMPILE,
  DW_UT_SPLIT_TYPE,
  DW_UT_TYPE,
} from "./constants.ts";
import { Defect } from "./defect.ts";
import type { DwarfReader } from "./dwarf_reader.ts";

/** The header of a unit (DWARF 5, section 7.5.1). */
export interface UnitHeader {
  /** Where it begins: bytes from the start of its section. */
  readonly start: number;
  /** Where the next one begins. */
  readonly end: number;
  /** Where the first entry begins. */
  readonly firstEntry: number;
  /** 2 to 5. */
  readonly version: number;
  /** Whether it is in the 64-bit format: offsets and lengths have 8 bytes. */
  readonly is64: boolean;
  /** Bytes of an address: 2, 4 or 8. */
  readonly addressSize: number;
  /** Bytes from the start of `.debug_abbrev`. */
  readonly abbreviationsOffset: number;
  /** `DW_UT_...`; before DWARF 5 that of a compilation unit, or of a type unit in `.debug_types`. */
  readonly type: number;
  /**
   * The id of a skeleton unit or of one that was split, the signature of a type unit; 0 if it has
   * none there.
   */
  readonly id: bigint;
  /** Of a type unit: bytes from the start of the unit to the entry of the type; else 0. */
  readonly typeOffset: number;
  /** Whether its section is `.debug_types`, and not `.debug_info`. */
  readonly isInTypes: boolean;
}

/** The longest header: a type unit of DWARF 5, 64-bit format. */
export const MAX_HEADER_SIZE = 40;

/**
 * Parses the header of a unit.
 *
 * @param reader Stands at its first byte; at its first entry afterwards.
 * @param start Where that is: bytes from the start of the section.
 * @param sectionSize Units end before that.
 * @param isInTypes Whether the section is `.debug_types`.
 * @throws {Defect} If it cannot be one: what comes after it cannot be found either.
 */
export function parseUnitHeader(
  reader: DwarfReader,
  start: number,
  sectionSize: number,
  isInTypes: boolean,
): UnitHeader {
  const first = reader.position;
  const { length, is64 } = parseLength(reader);
  const end = start + reader.position - first + length;
  if (end > sectionSize) {
    throw new Defect(`it is said to end at ${hex(end)}, the section ends at ${hex(sectionSize)}`);
  }
  const version = reader.u16();
  if (version < 2 || version > 5) throw new Defect(`it has version ${version}, want 2 to 5`);
  let type = isInTypes ? DW_UT_TYPE : DW_UT_COMPILE;
  let addressSize = 0;
  if (version >= 5) {
    type = reader.u8();
    addressSize = reader.u8();
  }
  const abbreviationsOffset = reader.offset(is64);
  if (version < 5) addressSize = reader.u8();
  if (addressSize !== 8 && addressSize !== 4 && addressSize !== 2) {
    throw new Defect(`addresses have ${addressSize} bytes, want 2, 4 or 8`);
  }
  const { id, typeOffset } = parseId(reader, type, is64);
  const firstEntry = start + reader.position - first;
  if (firstEntry > end) throw new Defect(`it has ${length} bytes, which are less than its header`);
  return {
    start,
    end,
    firstEntry,
    version,
    is64,
    addressSize,
    abbreviationsOffset,
    type,
    id,
    typeOffset,
    isInTypes,
  };
}

/** What comes first in every unit of every section (DWARF 5, section 7.4). */
export interface UnitLength {
  /** Bytes behind the length itself. */
  readonly length: number;
  /** Whether it is in the 64-bit format. */
  readonly is64: boolean;
}

/** Parses the length of a unit, which also says its format. */
export function parseLength(reader: DwarfReader): UnitLength {
  const length = reader.u32();
  if (length < 0xfffffff0) return { length, is64: false };
  if (length === 0xffffffff) return { length: reader.u64(), is64: true };
  throw new Defect(`its length is ${hex(length)}, which is reserved`);
}

function parseId(
  reader: DwarfReader,
  type: number,
  is64: boolean,
): Pick<UnitHeader, "id" | "typeOffset"> {
  switch (type) {
    case DW_UT_COMPILE:
    case DW_UT_PARTIAL:
      return { id: 0n, typeOffset: 0 };
    case DW_UT_SKELETON:
    case DW_UT_SPLIT_COMPILE:
      return { id: readId(reader), typeOffset: 0 };
    case DW_UT_TYPE:
    case DW_UT_SPLIT_TYPE:
      return { id: readId(reader), typeOffset: reader.offset(is64) };
    default:
      throw new Defect(`its type is ${hex(type)}, which is not known here`);
  }
}

function readId(reader: DwarfReader): bigint {
  const at = reader.position;
  reader.position = at + 8;
  return reader.view.getBigUint64(at, reader.littleEndian);
}

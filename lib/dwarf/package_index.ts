import { hex } from "../errors.ts";
import {
  DW_SECT_ABBREV,
  DW_SECT_INFO,
  DW_SECT_RNGLISTS,
  DW_SECT_STR_OFFSETS,
  DW_SECT_TYPES,
} from "./constants.ts";
import { Defect } from "./defect.ts";
import type { DwarfReader } from "./dwarf_reader.ts";
import { type Section, sourceErrorOf } from "./section.ts";

/** Where the parts of a unit are in the sections of its file: bytes from the start of each. */
export interface Contributions {
  /** In `.debug_info.dwo`. */
  readonly info: number;
  /** In `.debug_types.dwo`; -1 if the index says nothing of that section. */
  readonly types: number;
  /** In `.debug_abbrev.dwo`. */
  readonly abbreviations: number;
  /** In `.debug_str_offsets.dwo`. */
  readonly stringOffsets: number;
  /** In `.debug_rnglists.dwo`. */
  readonly rangeLists: number;
}

/** Of a unit that has a file for itself. */
export const WHOLE_FILE: Contributions = {
  info: 0,
  types: -1,
  abbreviations: 0,
  stringOffsets: 0,
  rangeLists: 0,
};

const ACTION = "read the index of the package";
/** A package of more units than linkers can make. */
const MAX_SIZE = 1 << 28;
/** Slots are a third free, so that few are looked at for one id. */
const MAX_TRIES = 1 << 10;

/**
 * An index of a package of split units, `.debug_cu_index` or `.debug_tu_index` of a `.dwp` file
 * (DWARF 5, section 7.3.5.3; version 2 is GNU's, before DWARF 5). The second one is of units of
 * types: their ids are the signatures.
 */
export class PackageIndex {
  readonly #section: Section;
  readonly #reader: DwarfReader;
  readonly #columnCount: number;
  readonly #unitCount: number;
  readonly #slotCount: number;
  /** Where the ids begin: bytes from the start of the section. */
  readonly #idsStart: number;
  /** By section: the number of its column; -1 if it has none. */
  readonly #columns: Contributions;

  private constructor(section: Section, reader: DwarfReader) {
    this.#section = section;
    this.#reader = reader;
    const word = reader.u32();
    // Since DWARF 5 the version has 16 bits, and padding behind it.
    const version = word === 2 ? 2 : reader.littleEndian ? word & 0xffff : word >>> 16;
    if (version !== 2 && version !== 5) throw new Defect(`it has version ${version}, want 2 or 5`);
    this.#columnCount = reader.u32();
    this.#unitCount = reader.u32();
    this.#slotCount = reader.u32();
    this.#idsStart = reader.position;
    const slotCount = this.#slotCount;
    if ((slotCount & (slotCount - 1)) !== 0) {
      throw new Defect(`it has ${slotCount} slots, want a power of two`);
    }
    const need = this.#rowsStart + 8 * this.#columnCount * this.#unitCount;
    if (!(need <= reader.bytes.length)) {
      throw new Defect(`it needs ${hex(need)} bytes, and has ${hex(reader.bytes.length)}`);
    }
    reader.position = this.#columnsStart;
    const ids = Array.from({ length: this.#columnCount }, () => reader.u32());
    this.#columns = {
      info: ids.indexOf(DW_SECT_INFO),
      // Since DWARF 5 there is no such section.
      types: version === 2 ? ids.indexOf(DW_SECT_TYPES) : -1,
      abbreviations: ids.indexOf(DW_SECT_ABBREV),
      stringOffsets: ids.indexOf(DW_SECT_STR_OFFSETS),
      // In version 2 that number is for macros.
      rangeLists: version === 5 ? ids.indexOf(DW_SECT_RNGLISTS) : -1,
    };
  }

  /**
   * Reads an index, whole.
   *
   * @throws {FormatError} If it is malformed.
   */
  static async read(section: Section): Promise<PackageIndex> {
    if (section.size > MAX_SIZE) {
      throw section.error(0, ACTION, `it has ${hex(section.size)} bytes`);
    }
    const reader = await section.read(0, section.size);
    try {
      return new PackageIndex(section, reader);
    } catch (error) {
      throw sourceErrorOf(error, section, 0, ACTION);
    }
  }

  /**
   * Where the parts of a unit are; undefined if it is not in the package.
   *
   * @throws {FormatError} If the index is malformed.
   */
  find(id: bigint): Contributions | undefined {
    const mask = this.#slotCount - 1;
    let slot = Number(id & BigInt(mask));
    const step = Number(id >> 32n & BigInt(mask)) | 1;
    const reader = this.#reader;
    const tries = Math.min(this.#slotCount, MAX_TRIES);
    for (let at = 0; at < tries; at++, slot = (slot + step) & mask) {
      reader.position = this.#idsStart + 8 * this.#slotCount + 4 * slot;
      const row = reader.u32();
      if (row === 0) return undefined;
      const position = this.#idsStart + 8 * slot;
      if (reader.view.getBigUint64(position, reader.littleEndian) === id) {
        return this.#contributionsOf(row);
      }
    }
    return undefined;
  }

  #contributionsOf(row: number): Contributions {
    if (row > this.#unitCount) {
      const detail = `it has no row ${row}, only ${this.#unitCount}`;
      throw this.#section.error(this.#idsStart, ACTION, detail);
    }
    const { info, types, abbreviations, stringOffsets, rangeLists } = this.#columns;
    return {
      info: this.#offsetAt(row, info, 0),
      types: this.#offsetAt(row, types, -1),
      abbreviations: this.#offsetAt(row, abbreviations, 0),
      stringOffsets: this.#offsetAt(row, stringOffsets, 0),
      rangeLists: this.#offsetAt(row, rangeLists, 0),
    };
  }

  #offsetAt(row: number, column: number, absent: number): number {
    if (column < 0) return absent;
    this.#reader.position = this.#rowsStart + 4 * ((row - 1) * this.#columnCount + column);
    return this.#reader.u32();
  }

  get #columnsStart(): number {
    return this.#idsStart + 12 * this.#slotCount;
  }

  /** Behind the ids of the sections: offsets, row by row, then sizes. */
  get #rowsStart(): number {
    return this.#columnsStart + 4 * this.#columnCount;
  }
}

import {
  DW_AT_HIGH_PC,
  DW_AT_LOW_PC,
  DW_AT_RANGES,
  DW_AT_SIBLING,
  DW_FORM_IMPLICIT_CONST,
  DW_TAG_COMPILE_UNIT,
  DW_TAG_INLINED_SUBROUTINE,
  DW_TAG_MODULE,
  DW_TAG_NAMESPACE,
  DW_TAG_PARTIAL_UNIT,
  DW_TAG_SKELETON_UNIT,
  DW_TAG_SUBPROGRAM,
} from "./constants.ts";
import { Defect } from "./defect.ts";
import type { DwarfReader } from "./dwarf_reader.ts";
import { type FormSizes, sizeOfForm, VARIABLE_SIZE } from "./forms.ts";

/** Compilers write some thousands; codes are numbered from 1. */
const MAX_ABBREVIATIONS = 1 << 18;
/** Attributes of one entry; compilers write up to about 20. */
const MAX_ATTRIBUTES = 1 << 12;
/** A role: a function that has code. */
export const FUNCTION = 1;
/** A role: a call that was inlined, and has code. */
export const INLINED_CALL = 2;
/** A role: says where what comes behind its children is, and functions are rarely among those. */
export const SKIPPABLE = 4;
/** Entries whose children are functions, in every language. */
const CONTAINER_TAGS: readonly number[] = [
  DW_TAG_COMPILE_UNIT,
  DW_TAG_PARTIAL_UNIT,
  DW_TAG_SKELETON_UNIT,
  DW_TAG_NAMESPACE,
  DW_TAG_MODULE,
];
/** No attribute of that kind. */
const NONE = -1;

/**
 * The abbreviations of a unit (DWARF 5, section 7.5.3): which attributes an entry has, in which
 * forms, as columns. An abbreviation is known by its index here; its attributes are those from
 * `firstAttribute[index]` to before `firstAttribute[index + 1]`.
 */
export class Abbreviations {
  /** By index: `DW_TAG_...`. */
  readonly tags: Uint16Array;
  /** By index: 1 if children follow, else 0. */
  readonly hasChildren: Uint8Array;
  /** By index: the number of the first attribute. One more than there are abbreviations. */
  readonly firstAttribute: Uint32Array;
  /** By index: bytes that all attributes take; -1 if that varies. */
  readonly fixedSizes: Int32Array;
  /** By index: what matters of the entry, composed of the constants above. */
  readonly roles: Uint8Array;
  /** By index: the number of `DW_AT_sibling`, -1 if there is none. */
  readonly siblings: Int32Array;
  /** By index: the number of `DW_AT_low_pc`, -1 if there is none. */
  readonly lowPcs: Int32Array;
  /** By index: the number of `DW_AT_high_pc`, -1 if there is none. */
  readonly highPcs: Int32Array;
  /** By index: the number of `DW_AT_ranges`, -1 if there is none. */
  readonly ranges: Int32Array;
  /** By number of an attribute: `DW_AT_...`. */
  readonly names: Uint16Array;
  /** By number of an attribute: `DW_FORM_...`. */
  readonly forms: Uint16Array;
  /** By number of an attribute: the value, if its form is `DW_FORM_implicit_const`. */
  readonly constants: Float64Array;
  /** By number of an attribute: bytes that it takes; -1 if that varies. */
  readonly sizes: Int32Array;
  /** By number of an attribute: bytes from the first attribute to it; -1 if that varies. */
  readonly positions: Int32Array;
  readonly #indexes: Int32Array | undefined;
  readonly #sparse: Map<number, number> | undefined;

  /** Copies what was parsed into columns. */
  constructor(
    { codes, tags, hasChildren, firstAttribute, names, forms, constants }: Columns,
    sizes: FormSizes,
  ) {
    this.tags = Uint16Array.from(tags);
    this.hasChildren = Uint8Array.from(hasChildren);
    this.firstAttribute = Uint32Array.from(firstAttribute);
    this.names = Uint16Array.from(names);
    this.forms = Uint16Array.from(forms);
    this.constants = Float64Array.from(constants);
    this.sizes = Int32Array.from(forms, (form) => sizeOfForm(form, sizes));
    this.positions = new Int32Array(names.length);
    this.fixedSizes = new Int32Array(tags.length);
    this.roles = new Uint8Array(tags.length);
    this.siblings = new Int32Array(tags.length).fill(NONE);
    this.lowPcs = new Int32Array(tags.length).fill(NONE);
    this.highPcs = new Int32Array(tags.length).fill(NONE);
    this.ranges = new Int32Array(tags.length).fill(NONE);
    for (let index = 0; index < tags.length; index++) this.#layOut(index);
    const highest = codes.reduce((most, code) => Math.max(most, code), 0);
    if (highest <= 4 * codes.length + 64) {
      this.#indexes = new Int32Array(highest + 1).fill(NONE);
      // Of two with the same code the first counts.
      for (let at = codes.length - 1; at >= 0; at--) this.#indexes[codes[at]!] = at;
    } else {
      this.#sparse = new Map();
      for (let at = codes.length - 1; at >= 0; at--) this.#sparse.set(codes[at]!, at);
    }
  }

  /**
   * The index of the abbreviation with a code.
   *
   * @throws {Defect} If there is none.
   */
  indexOf(code: number): number {
    const index = this.#indexes !== undefined ? this.#indexes[code] : this.#sparse!.get(code);
    if (index !== undefined && index >= 0) return index;
    throw new Defect(`there is no abbreviation ${code}`);
  }

  #layOut(index: number): void {
    let position = 0;
    for (let at = this.firstAttribute[index]!; at < this.firstAttribute[index + 1]!; at++) {
      this.positions[at] = position;
      const size = this.sizes[at]!;
      if (position >= 0) position = size === VARIABLE_SIZE ? NONE : position + size;
      switch (this.names[at]) {
        case DW_AT_SIBLING:
          this.siblings[index] = at;
          break;
        case DW_AT_LOW_PC:
          this.lowPcs[index] = at;
          break;
        case DW_AT_HIGH_PC:
          this.highPcs[index] = at;
          break;
        case DW_AT_RANGES:
          this.ranges[index] = at;
          break;
      }
    }
    this.fixedSizes[index] = position;
    this.roles[index] = this.#roleOf(index);
  }

  #roleOf(index: number): number {
    const tag = this.tags[index]!;
    const hasCode = this.ranges[index]! >= 0 ||
      this.lowPcs[index]! >= 0 && this.highPcs[index]! >= 0;
    let role = 0;
    if (hasCode && tag === DW_TAG_SUBPROGRAM) role |= FUNCTION;
    if (hasCode && tag === DW_TAG_INLINED_SUBROUTINE) role |= INLINED_CALL;
    if (this.siblings[index]! >= 0 && !CONTAINER_TAGS.includes(tag)) role |= SKIPPABLE;
    return role;
  }
}

interface Columns {
  readonly codes: number[];
  readonly tags: number[];
  readonly hasChildren: number[];
  readonly firstAttribute: number[];
  readonly names: number[];
  readonly forms: number[];
  readonly constants: number[];
}

/**
 * Parses a table of abbreviations.
 *
 * @param reader Stands at its first byte; behind the table afterwards.
 * @param sizes How wide forms are in the units that use the table.
 * @param lastCode Nothing behind the abbreviation of this code is read; the whole table by default.
 * @throws {RangeError} If the bytes end before.
 * @throws {Defect} If it says more than any compiler would.
 */
export function parseAbbreviations(
  reader: DwarfReader,
  sizes: FormSizes,
  lastCode?: number,
): Abbreviations {
  const columns: Columns = {
    codes: [],
    tags: [],
    hasChildren: [],
    firstAttribute: [0],
    names: [],
    forms: [],
    constants: [],
  };
  for (let code = reader.uleb(); code !== 0; code = reader.uleb()) {
    if (columns.codes.length >= MAX_ABBREVIATIONS) {
      throw new Defect(`there are more than ${MAX_ABBREVIATIONS} abbreviations`);
    }
    columns.codes.push(code);
    columns.tags.push(reader.uleb());
    columns.hasChildren.push(reader.u8() === 0 ? 0 : 1);
    parseAttributes(reader, columns);
    if (code === lastCode) break;
  }
  return new Abbreviations(columns, sizes);
}

function parseAttributes(reader: DwarfReader, columns: Columns): void {
  const limit = columns.names.length + MAX_ATTRIBUTES;
  while (true) {
    const name = reader.uleb();
    const form = reader.uleb();
    const constant = form === DW_FORM_IMPLICIT_CONST ? reader.sleb() : 0;
    if (name === 0 && form === 0) break;
    if (columns.names.length >= limit) {
      throw new Defect(`an abbreviation has more than ${MAX_ATTRIBUTES} attributes`);
    }
    columns.names.push(name);
    columns.forms.push(form);
    columns.constants.push(constant);
  }
  columns.firstAttribute.push(columns.names.length);
}

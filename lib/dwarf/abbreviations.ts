import {
  DW_AT_HIGH_PC,
  DW_AT_LOW_PC,
  DW_AT_RANGES,
  DW_AT_SIBLING,
  DW_FORM_BLOCK,
  DW_FORM_EXPRLOC,
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
import { type FormSizes, isLeb, sizeOfForm, VARIABLE_SIZE } from "./forms.ts";

/** Compilers write some thousands; codes are numbered from 1. */
const MAX_ABBREVIATIONS = 1 << 18;
/** Attributes of one entry; compilers write up to about 20. Some entries cost the square of it. */
const MAX_ATTRIBUTES = 1 << 8;
/** Tags, attributes and forms are below; so is whatever is above, and then no known one. */
const MAX_NUMBER = 0xffff;
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
/** In a skip program: a LEB128 number. Numbers from 0 on are bytes to skip. */
export const SKIP_LEB = -1;
/** In a skip program: a block behind its length, a LEB128 number. */
export const SKIP_BLOCK = -2;
/** In a skip program: this minus a form is a value of that form. */
export const SKIP_FORM = -3;
/** Codes of one byte. */
const SHORT_CODES = 0x80;
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
  /**
   * By first byte of an entry: bytes that it takes, code included, if that does not vary and nothing
   * of it matters; else 0. The code 0 ends a list of children and takes a byte.
   */
  readonly steps: Int32Array = new Int32Array(256);
  /** The same, of entries that are no inlined calls and have no children; the code 0 has 0. */
  readonly leafSteps: Int32Array = new Int32Array(256);
  /** By index: where the skip program begins in `skips`. One more than there are abbreviations. */
  readonly firstSkip: Uint32Array;
  /**
   * Programs that say how to pass the attributes of an entry whose size varies: composed of the
   * constants above.
   */
  readonly skips: Int32Array;
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
    this.tags = new Uint16Array(tags);
    this.hasChildren = new Uint8Array(hasChildren);
    this.firstAttribute = new Uint32Array(firstAttribute);
    this.names = new Uint16Array(names);
    this.forms = new Uint16Array(forms);
    this.constants = new Float64Array(constants);
    this.sizes = new Int32Array(forms.length);
    for (let at = 0; at < forms.length; at++) this.sizes[at] = sizeOfForm(forms[at]!, sizes);
    this.positions = new Int32Array(names.length);
    this.fixedSizes = new Int32Array(tags.length);
    this.roles = new Uint8Array(tags.length);
    this.siblings = new Int32Array(tags.length).fill(NONE);
    this.lowPcs = new Int32Array(tags.length).fill(NONE);
    this.highPcs = new Int32Array(tags.length).fill(NONE);
    this.ranges = new Int32Array(tags.length).fill(NONE);
    this.firstSkip = new Uint32Array(tags.length + 1);
    const skips: number[] = [];
    for (let index = 0; index < tags.length; index++) {
      this.#layOut(index);
      this.#composeSkips(index, skips);
    }
    this.skips = new Int32Array(skips);
    let highest = 0;
    for (const code of codes) highest = Math.max(highest, code);
    if (highest <= 4 * codes.length + 64) {
      this.#indexes = new Int32Array(highest + 1).fill(NONE);
      // Of two with the same code the first counts.
      for (let at = codes.length - 1; at >= 0; at--) this.#indexes[codes[at]!] = at;
    } else {
      this.#sparse = new Map();
      for (let at = codes.length - 1; at >= 0; at--) this.#sparse.set(codes[at]!, at);
    }
    this.steps[0] = 1;
    for (let code = 1; code < SHORT_CODES; code++) {
      const index = this.#find(code);
      if (index < 0) continue;
      const step = this.fixedSizes[index]! + 1;
      if (this.roles[index] === 0) this.steps[code] = step;
      const isCall = this.tags[index] === DW_TAG_INLINED_SUBROUTINE;
      if (!isCall && this.hasChildren[index] === 0) this.leafSteps[code] = step;
    }
  }

  /**
   * The index of the abbreviation with a code.
   *
   * @throws {Defect} If there is none.
   */
  indexOf(code: number): number {
    const index = this.#find(code);
    if (index >= 0) return index;
    throw new Defect(`there is no abbreviation ${code}`);
  }

  #find(code: number): number {
    if (this.#indexes === undefined) return this.#sparse!.get(code) ?? NONE;
    return this.#indexes[code] ?? NONE;
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

  #composeSkips(index: number, skips: number[]): void {
    let fixed = 0;
    for (let at = this.firstAttribute[index]!; at < this.firstAttribute[index + 1]!; at++) {
      const size = this.sizes[at]!;
      if (size !== VARIABLE_SIZE) {
        fixed += size;
        continue;
      }
      if (fixed > 0) skips.push(fixed);
      fixed = 0;
      const form = this.forms[at]!;
      if (isLeb(form)) skips.push(SKIP_LEB);
      else if (form === DW_FORM_EXPRLOC || form === DW_FORM_BLOCK) skips.push(SKIP_BLOCK);
      else skips.push(SKIP_FORM - form);
    }
    if (fixed > 0) skips.push(fixed);
    this.firstSkip[index + 1] = skips.length;
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
    columns.tags.push(Math.min(reader.uleb(), MAX_NUMBER));
    columns.hasChildren.push(reader.u8() === 0 ? 0 : 1);
    parseAttributes(reader, columns);
    if (code === lastCode) break;
  }
  return new Abbreviations(columns, sizes);
}

/** Plain for speed: there are some thousands of attributes in the table of a unit. */
function parseAttributes(reader: DwarfReader, columns: Columns): void {
  const { bytes } = reader;
  const { names, forms, constants } = columns;
  const limit = names.length + MAX_ATTRIBUTES;
  while (true) {
    const at = reader.position;
    let name = bytes[at]!;
    let form = bytes[at + 1]!;
    if (name < 0x80 && form < 0x80) {
      reader.position = at + 2;
    } else {
      name = Math.min(reader.uleb(), MAX_NUMBER);
      form = Math.min(reader.uleb(), MAX_NUMBER);
    }
    const constant = form === DW_FORM_IMPLICIT_CONST ? reader.sleb() : 0;
    if (name === 0 && form === 0) break;
    if (names.length >= limit) {
      throw new Defect(`an abbreviation has more than ${MAX_ATTRIBUTES} attributes`);
    }
    names.push(name);
    forms.push(form);
    constants.push(constant);
  }
  columns.firstAttribute.push(names.length);
}

import {
  DW_FORM_ADDR,
  DW_FORM_ADDRX,
  DW_FORM_ADDRX1,
  DW_FORM_ADDRX4,
  DW_FORM_BLOCK,
  DW_FORM_GNU_ADDR_INDEX,
  DW_FORM_GNU_STR_INDEX,
  DW_FORM_GNU_STRP_ALT,
  DW_FORM_INDIRECT,
  DW_FORM_LINE_STRP,
  DW_FORM_RNGLISTX,
  DW_FORM_STRING,
  DW_FORM_STRP,
  DW_FORM_STRP_SUP,
  DW_FORM_STRX,
  DW_FORM_STRX1,
  DW_FORM_STRX2,
  DW_FORM_STRX3,
  DW_FORM_STRX4,
} from "./constants.ts";
import { hex } from "../errors.ts";
import { type Abbreviations, SKIP_BLOCK, SKIP_FORM, SKIP_LEB } from "./abbreviations.ts";
import { Defect } from "./defect.ts";
import type { DwarfReader } from "./dwarf_reader.ts";
import { type FormSizes, readIndirectForm, readNumber, skipForm, skipVariable } from "./forms.ts";

/** Where a string is: in place, or at an offset of a section, or of an index. */
export interface StringReference {
  /** `DW_FORM_...`. */
  readonly form: number;
  /** An offset or an index; 0 for a string in place. */
  readonly value: number;
  /** The string, if it is in place. */
  readonly text: string;
}

/** An address, or the index of one. */
export interface AddressReference {
  /** Whether `value` is an index into the addresses of the unit. */
  readonly isIndex: boolean;
  /** A vaddr or an index. */
  readonly value: number;
}

/** Reads a string, or where it is. */
export function readStringReference(
  reader: DwarfReader,
  form: number,
  is64: boolean,
): StringReference {
  switch (form) {
    case DW_FORM_STRING:
      return { form, value: 0, text: reader.string() };
    case DW_FORM_STRP:
    case DW_FORM_LINE_STRP:
    case DW_FORM_STRP_SUP:
    case DW_FORM_GNU_STRP_ALT:
    case DW_FORM_STRX:
    case DW_FORM_STRX1:
    case DW_FORM_STRX2:
    case DW_FORM_STRX3:
    case DW_FORM_STRX4:
    case DW_FORM_GNU_STR_INDEX:
      return { form, value: readNumber(reader, form, 0, is64), text: "" };
    default:
      throw new Defect(`a string has form ${hex(form)}`);
  }
}

/** Whether a value of this form is an index into the addresses of the unit. */
export function isAddressIndex(form: number): boolean {
  return form === DW_FORM_ADDRX || form >= DW_FORM_ADDRX1 && form <= DW_FORM_ADDRX4 ||
    form === DW_FORM_GNU_ADDR_INDEX;
}

/** Reads an address, or its index. */
export function readAddressReference(
  reader: DwarfReader,
  form: number,
  { is64, addressSize }: FormSizes,
): AddressReference {
  if (form === DW_FORM_ADDR) return { isIndex: false, value: reader.address(addressSize) };
  if (isAddressIndex(form)) return { isIndex: true, value: readNumber(reader, form, 0, is64) };
  throw new Defect(`an address has form ${hex(form)}`);
}

/**
 * Passes the attributes of an entry. Plain for speed, see the bench "inlines".
 *
 * @param position Where they begin: bytes from the start of the piece.
 * @returns Where the next entry begins.
 */
export function skipAttributes(
  reader: DwarfReader,
  abbreviations: Abbreviations,
  index: number,
  sizes: FormSizes,
  position: number,
): number {
  const fixed = abbreviations.fixedSizes[index]!;
  if (fixed >= 0) return position + fixed;
  const { bytes } = reader;
  const { skips } = abbreviations;
  const last = abbreviations.firstSkip[index + 1]!;
  let to = position;
  for (let at = abbreviations.firstSkip[index]!; at < last; at++) {
    const skip = skips[at]!;
    if (skip >= 0) {
      to += skip;
    } else if (skip === SKIP_LEB) {
      while (bytes[to++]! >= 0x80);
    } else if (skip === SKIP_BLOCK && bytes[to]! < 0x80) {
      to += 1 + bytes[to]!;
    } else {
      reader.position = to;
      skipVariable(reader, skip === SKIP_BLOCK ? DW_FORM_BLOCK : SKIP_FORM - skip, sizes);
      to = reader.position;
    }
  }
  return to;
}

/**
 * Moves a reader to an attribute of an entry.
 *
 * @param start Where the attributes of the entry begin.
 * @param attribute Its number in the table.
 * @returns The form of the value that the reader stands at then.
 */
export function moveToAttribute(
  reader: DwarfReader,
  abbreviations: Abbreviations,
  index: number,
  sizes: FormSizes,
  start: number,
  attribute: number,
): number {
  const position = abbreviations.positions[attribute]!;
  if (position >= 0) {
    reader.position = start + position;
  } else {
    reader.position = start;
    for (let at = abbreviations.firstAttribute[index]!; at < attribute; at++) {
      skipForm(reader, abbreviations.forms[at]!, sizes);
    }
  }
  const form = abbreviations.forms[attribute]!;
  return form === DW_FORM_INDIRECT ? readIndirectForm(reader) : form;
}

/** Whether ranges are given as an index into the offsets of the unit, and not as an offset. */
export function isRangeIndex(form: number): boolean {
  return form === DW_FORM_RNGLISTX;
}

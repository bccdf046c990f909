import { hex } from "../errors.ts";
import {
  DW_FORM_ADDR,
  DW_FORM_ADDRX,
  DW_FORM_ADDRX1,
  DW_FORM_ADDRX2,
  DW_FORM_ADDRX3,
  DW_FORM_ADDRX4,
  DW_FORM_BLOCK,
  DW_FORM_BLOCK1,
  DW_FORM_BLOCK2,
  DW_FORM_BLOCK4,
  DW_FORM_DATA1,
  DW_FORM_DATA16,
  DW_FORM_DATA2,
  DW_FORM_DATA4,
  DW_FORM_DATA8,
  DW_FORM_EXPRLOC,
  DW_FORM_FLAG,
  DW_FORM_FLAG_PRESENT,
  DW_FORM_GNU_ADDR_INDEX,
  DW_FORM_GNU_REF_ALT,
  DW_FORM_GNU_STR_INDEX,
  DW_FORM_GNU_STRP_ALT,
  DW_FORM_IMPLICIT_CONST,
  DW_FORM_INDIRECT,
  DW_FORM_LINE_STRP,
  DW_FORM_LOCLISTX,
  DW_FORM_REF1,
  DW_FORM_REF2,
  DW_FORM_REF4,
  DW_FORM_REF8,
  DW_FORM_REF_ADDR,
  DW_FORM_REF_SIG8,
  DW_FORM_REF_SUP4,
  DW_FORM_REF_SUP8,
  DW_FORM_REF_UDATA,
  DW_FORM_RNGLISTX,
  DW_FORM_SDATA,
  DW_FORM_SEC_OFFSET,
  DW_FORM_STRING,
  DW_FORM_STRP,
  DW_FORM_STRP_SUP,
  DW_FORM_STRX,
  DW_FORM_STRX1,
  DW_FORM_STRX2,
  DW_FORM_STRX3,
  DW_FORM_STRX4,
  DW_FORM_UDATA,
} from "./constants.ts";
import { Defect } from "./defect.ts";
import type { DwarfReader } from "./dwarf_reader.ts";

/** What the width of a form depends on, besides the form. */
export interface FormSizes {
  /** Of the unit: 2 to 5. */
  readonly version: number;
  /** Whether the unit is in the 64-bit format. */
  readonly is64: boolean;
  /** Bytes of an address. */
  readonly addressSize: number;
}

/** The width of a form that depends on the value; of an unknown form too. */
export const VARIABLE_SIZE = -1;

/** How many bytes a value takes (DWARF 5, section 7.5.6); {@linkcode VARIABLE_SIZE} if it varies. */
export function sizeOfForm(form: number, { version, is64, addressSize }: FormSizes): number {
  switch (form) {
    case DW_FORM_FLAG_PRESENT:
    case DW_FORM_IMPLICIT_CONST:
      return 0;
    case DW_FORM_DATA1:
    case DW_FORM_FLAG:
    case DW_FORM_REF1:
    case DW_FORM_STRX1:
    case DW_FORM_ADDRX1:
      return 1;
    case DW_FORM_DATA2:
    case DW_FORM_REF2:
    case DW_FORM_STRX2:
    case DW_FORM_ADDRX2:
      return 2;
    case DW_FORM_STRX3:
    case DW_FORM_ADDRX3:
      return 3;
    case DW_FORM_DATA4:
    case DW_FORM_REF4:
    case DW_FORM_REF_SUP4:
    case DW_FORM_STRX4:
    case DW_FORM_ADDRX4:
      return 4;
    case DW_FORM_DATA8:
    case DW_FORM_REF8:
    case DW_FORM_REF_SUP8:
    case DW_FORM_REF_SIG8:
      return 8;
    case DW_FORM_DATA16:
      return 16;
    case DW_FORM_ADDR:
      return addressSize;
    case DW_FORM_REF_ADDR:
      if (version === 2) return addressSize;
      return is64 ? 8 : 4;
    case DW_FORM_SEC_OFFSET:
    case DW_FORM_STRP:
    case DW_FORM_LINE_STRP:
    case DW_FORM_STRP_SUP:
    case DW_FORM_GNU_REF_ALT:
    case DW_FORM_GNU_STRP_ALT:
      return is64 ? 8 : 4;
    default:
      return VARIABLE_SIZE;
  }
}

/** Whether a value is a LEB128 number. */
export function isLeb(form: number): boolean {
  switch (form) {
    case DW_FORM_UDATA:
    case DW_FORM_SDATA:
    case DW_FORM_REF_UDATA:
    case DW_FORM_STRX:
    case DW_FORM_ADDRX:
    case DW_FORM_LOCLISTX:
    case DW_FORM_RNGLISTX:
    case DW_FORM_GNU_ADDR_INDEX:
    case DW_FORM_GNU_STR_INDEX:
      return true;
    default:
      return false;
  }
}

/**
 * Moves a reader behind a value whose form has no fixed size.
 *
 * @throws {Defect} If the form is unknown: nothing behind it can be read.
 */
export function skipVariable(reader: DwarfReader, form: number, sizes: FormSizes): void {
  if (isLeb(form)) return reader.skipLeb();
  switch (form) {
    case DW_FORM_EXPRLOC:
    case DW_FORM_BLOCK:
      return skipBytes(reader, reader.uleb());
    case DW_FORM_BLOCK1:
      return skipBytes(reader, reader.u8());
    case DW_FORM_BLOCK2:
      return skipBytes(reader, reader.u16());
    case DW_FORM_BLOCK4:
      return skipBytes(reader, reader.u32());
    case DW_FORM_STRING:
      return reader.skipString();
    case DW_FORM_INDIRECT:
      return skipForm(reader, readIndirectForm(reader), sizes);
    default:
      throw unknownForm(form);
  }
}

/** Moves a reader behind a value of any form; {@linkcode DW_FORM_INDIRECT} included. */
export function skipForm(reader: DwarfReader, form: number, sizes: FormSizes): void {
  const size = sizeOfForm(form, sizes);
  if (size === VARIABLE_SIZE) skipVariable(reader, form, sizes);
  else reader.position += size;
}

/** Reads which form the value behind it has; no indirection leads to another one. */
export function readIndirectForm(reader: DwarfReader): number {
  const form = reader.uleb();
  if (form !== DW_FORM_INDIRECT && form !== DW_FORM_IMPLICIT_CONST) return form;
  throw new Defect("DW_FORM_indirect leads to a form that it must not lead to");
}

/**
 * Reads a number: a constant, an offset into another section, or an index.
 *
 * @param implicit The value that the abbreviation has, for `DW_FORM_implicit_const`.
 */
export function readNumber(
  reader: DwarfReader,
  form: number,
  implicit: number,
  is64: boolean,
): number {
  switch (form) {
    case DW_FORM_IMPLICIT_CONST:
      return implicit;
    case DW_FORM_FLAG_PRESENT:
      return 1;
    case DW_FORM_DATA1:
    case DW_FORM_FLAG:
    case DW_FORM_STRX1:
    case DW_FORM_ADDRX1:
    case DW_FORM_REF1:
      return reader.u8();
    case DW_FORM_DATA2:
    case DW_FORM_STRX2:
    case DW_FORM_ADDRX2:
    case DW_FORM_REF2:
      return reader.u16();
    case DW_FORM_STRX3:
    case DW_FORM_ADDRX3:
      return reader.u24();
    case DW_FORM_DATA4:
    case DW_FORM_STRX4:
    case DW_FORM_ADDRX4:
    case DW_FORM_REF4:
    case DW_FORM_REF_SUP4:
      return reader.u32();
    case DW_FORM_DATA8:
    case DW_FORM_REF8:
    case DW_FORM_REF_SUP8:
      return reader.u64();
    case DW_FORM_SDATA:
      return reader.sleb();
    case DW_FORM_UDATA:
    case DW_FORM_STRX:
    case DW_FORM_ADDRX:
    case DW_FORM_RNGLISTX:
    case DW_FORM_REF_UDATA:
    case DW_FORM_GNU_ADDR_INDEX:
    case DW_FORM_GNU_STR_INDEX:
      return reader.uleb();
    case DW_FORM_SEC_OFFSET:
    case DW_FORM_STRP:
    case DW_FORM_LINE_STRP:
    case DW_FORM_STRP_SUP:
    case DW_FORM_GNU_REF_ALT:
    case DW_FORM_GNU_STRP_ALT:
      return reader.offset(is64);
    default:
      throw unknownForm(form);
  }
}

function skipBytes(reader: DwarfReader, count: number): void {
  reader.position += count;
}

function unknownForm(form: number): Defect {
  return new Defect(`form ${hex(form)} is not known here`);
}

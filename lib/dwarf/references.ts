import {
  DW_FORM_GNU_REF_ALT,
  DW_FORM_REF1,
  DW_FORM_REF2,
  DW_FORM_REF4,
  DW_FORM_REF8,
  DW_FORM_REF_ADDR,
  DW_FORM_REF_SIG8,
  DW_FORM_REF_SUP4,
  DW_FORM_REF_SUP8,
  DW_FORM_REF_UDATA,
} from "./constants.ts";
import { hex } from "../errors.ts";
import { Defect } from "./defect.ts";
import type { DwarfSections } from "./dwarf_sections.ts";
import { readNumber } from "./forms.ts";
import type { Unit } from "./unit.ts";

/** An entry that another one refers to. */
export interface EntryReference {
  /** The file that it is in. */
  readonly sections: DwarfSections;
  /** Bytes from the start of `.debug_info` of that file; -1 if there is a signature instead. */
  readonly infoOffset: number;
  /** Whether it is in `.debug_types`, and `infoOffset` counts from the start of that. */
  readonly isInTypes?: boolean;
  /** That of the unit of types whose type it is. */
  readonly signature?: bigint;
}

/**
 * Reads a reference to an entry: in the same unit, in another one of the file, to the type of a unit
 * of types, or in the file that `dwz` moved entries to (DWARF 5, section 7.5.5).
 *
 * @throws {Defect} If it leads out of its unit, or has another form.
 */
export function readReference(unit: Unit, form: number): EntryReference {
  const { reader, header, sections } = unit;
  switch (form) {
    case DW_FORM_REF1:
    case DW_FORM_REF2:
    case DW_FORM_REF4:
    case DW_FORM_REF8:
    case DW_FORM_REF_UDATA: {
      const position = readNumber(reader, form, 0, header.is64);
      if (position >= unit.firstEntry && position < unit.end) {
        const { isInTypes } = header;
        return { sections, infoOffset: header.start + position, isInTypes };
      }
      throw new Defect(`a reference leads to ${hex(position)}, out of its unit`);
    }
    case DW_FORM_REF_ADDR: {
      // It counts from the start of a file whose units are anywhere in the package now.
      if (sections.isPackage) throw new Defect("a reference leads to another unit of a package");
      const { version, is64, addressSize } = header;
      const infoOffset = version === 2 ? reader.address(addressSize) : reader.offset(is64);
      return { sections, infoOffset };
    }
    case DW_FORM_REF_SIG8: {
      const signature = reader.view.getBigUint64(reader.position, reader.littleEndian);
      return { sections, infoOffset: -1, signature };
    }
    case DW_FORM_REF_SUP4:
    case DW_FORM_REF_SUP8:
    case DW_FORM_GNU_REF_ALT:
      if (sections.alternate === undefined) {
        throw new Defect("a reference leads to a supplementary file, and there is none");
      }
      return { sections: sections.alternate, infoOffset: readNumber(reader, form, 0, header.is64) };
    default:
      throw new Defect(`a reference has form ${hex(form)}`);
  }
}

/** Where an entry that is referred to begins in a unit; -1 if it is not in that one. */
export function positionIn(
  { sections, header }: Unit,
  { sections: other, infoOffset, isInTypes = false }: EntryReference,
): number {
  if (other !== sections || isInTypes !== header.isInTypes) return -1;
  return infoOffset >= header.start && infoOffset < header.end ? infoOffset - header.start : -1;
}

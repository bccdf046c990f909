import {
  DW_AT_CALL_COLUMN,
  DW_AT_CALL_FILE,
  DW_AT_CALL_LINE,
  DW_FORM_INDIRECT,
} from "./constants.ts";
import { readIndirectForm, readNumber, skipForm } from "./forms.ts";
import type { Unit } from "./unit.ts";

/** Where an inlined call was written (DWARF 5, section 3.3.8.2). */
export interface CallSite {
  /** An index of the unit's files; 0 if it is not said. */
  fileIndex: number;
  /** 1-based; 0 if it is not said. */
  line: number;
  /** 1-based; 0 if it is not said. */
  column: number;
}

/**
 * Parses where an inlined call was written.
 *
 * @param position Where its entry begins in the unit.
 * @throws {Defect | RangeError} If the entry is malformed.
 */
export function parseCallSite(unit: Unit, position: number): CallSite {
  const { reader, abbreviations, header } = unit;
  const site: CallSite = { fileIndex: 0, line: 0, column: 0 };
  reader.position = position;
  const index = abbreviations.indexOf(reader.uleb());
  const last = abbreviations.firstAttribute[index + 1]!;
  for (let at = abbreviations.firstAttribute[index]!; at < last; at++) {
    const constant = abbreviations.constants[at]!;
    let form = abbreviations.forms[at]!;
    if (form === DW_FORM_INDIRECT) form = readIndirectForm(reader);
    switch (abbreviations.names[at]) {
      case DW_AT_CALL_FILE:
        site.fileIndex = readNumber(reader, form, constant, header.is64);
        break;
      case DW_AT_CALL_LINE:
        site.line = readNumber(reader, form, constant, header.is64);
        break;
      case DW_AT_CALL_COLUMN:
        site.column = readNumber(reader, form, constant, header.is64);
        break;
      default:
        skipForm(reader, form, header);
    }
  }
  return site;
}

import { moveToAttribute } from "./attribute_values.ts";
import { DW_AT_CALL_COLUMN, DW_AT_CALL_FILE, DW_AT_CALL_LINE } from "./constants.ts";
import { readNumber } from "./forms.ts";
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
  const start = reader.position;
  const last = abbreviations.firstAttribute[index + 1]!;
  for (let at = abbreviations.firstAttribute[index]!; at < last; at++) {
    const name = abbreviations.names[at]!;
    if (name < DW_AT_CALL_COLUMN || name > DW_AT_CALL_LINE) continue;
    const form = moveToAttribute(reader, abbreviations, index, header, start, at);
    const value = readNumber(reader, form, abbreviations.constants[at]!, header.is64);
    if (name === DW_AT_CALL_FILE) site.fileIndex = value;
    else if (name === DW_AT_CALL_LINE) site.line = value;
    else site.column = value;
  }
  return site;
}

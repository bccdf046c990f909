import {
  type AddressReference,
  isAddressIndex,
  isRangeIndex,
  readAddressReference,
  readStringReference,
  type StringReference,
} from "./attribute_values.ts";
import type { Abbreviations } from "./abbreviations.ts";
import {
  DW_AT_ADDR_BASE,
  DW_AT_COMP_DIR,
  DW_AT_DWO_NAME,
  DW_AT_GNU_ADDR_BASE,
  DW_AT_GNU_DWO_ID,
  DW_AT_GNU_DWO_NAME,
  DW_AT_GNU_RANGES_BASE,
  DW_AT_HIGH_PC,
  DW_AT_LANGUAGE,
  DW_AT_LOW_PC,
  DW_AT_RANGES,
  DW_AT_RNGLISTS_BASE,
  DW_AT_STMT_LIST,
  DW_AT_STR_OFFSETS_BASE,
  DW_FORM_ADDR,
  DW_FORM_INDIRECT,
} from "./constants.ts";
import type { DwarfReader } from "./dwarf_reader.ts";
import { type FormSizes, readIndirectForm, readNumber, skipForm } from "./forms.ts";

/** What the first entry of a unit says (DWARF 5, sections 3.1.1 and 3.1.2). */
export interface UnitAttributes {
  /** `DW_LANG_...`; 0 if it is not said. */
  language: number;
  /** The compilation directory. */
  compilationDirectory: StringReference | undefined;
  /** Bytes from the start of `.debug_line`; -1 if there is no line table. */
  lineOffset: number;
  /** The first address, if the code of the unit is in one piece; else what offsets are relative to. */
  lowPc: AddressReference | undefined;
  /** Where the code ends. */
  highPc: AddressReference | undefined;
  /** Whether `highPc` counts from `lowPc`. */
  isHighPcOffset: boolean;
  /** Bytes from the start of the section with ranges, or an index; -1 if there is none. */
  ranges: number;
  /** Whether `ranges` is an index. */
  isRangeIndex: boolean;
  /** `DW_AT_str_offsets_base`; -1 if it is not said. */
  stringOffsetsBase: number;
  /** `DW_AT_addr_base`, or GNU's form of it; -1 if it is not said. */
  addressBase: number;
  /** `DW_AT_rnglists_base`; -1 if it is not said. */
  rangeListsBase: number;
  /** What offsets in `.debug_ranges` are relative to in the unit that was split from this one. */
  gnuRangesBase: number;
  /** The file of the unit that was split from this one. */
  dwoName: StringReference | undefined;
  /** Its number, where the header has none (GNU, before DWARF 5). */
  dwoId: bigint | undefined;
}

/**
 * Parses the first entry of a unit.
 *
 * @param reader Stands at its first attribute.
 */
export function parseUnitAttributes(
  reader: DwarfReader,
  abbreviations: Abbreviations,
  index: number,
  sizes: FormSizes,
): UnitAttributes {
  const { is64 } = sizes;
  const found: UnitAttributes = {
    language: 0,
    compilationDirectory: undefined,
    lineOffset: -1,
    lowPc: undefined,
    highPc: undefined,
    isHighPcOffset: false,
    ranges: -1,
    isRangeIndex: false,
    stringOffsetsBase: -1,
    addressBase: -1,
    rangeListsBase: -1,
    gnuRangesBase: 0,
    dwoName: undefined,
    dwoId: undefined,
  };
  const last = abbreviations.firstAttribute[index + 1]!;
  for (let at = abbreviations.firstAttribute[index]!; at < last; at++) {
    let form = abbreviations.forms[at]!;
    if (form === DW_FORM_INDIRECT) form = readIndirectForm(reader);
    const number = () => readNumber(reader, form, abbreviations.constants[at]!, is64);
    switch (abbreviations.names[at]) {
      case DW_AT_LANGUAGE:
        found.language = number();
        break;
      case DW_AT_COMP_DIR:
        found.compilationDirectory = readStringReference(reader, form, is64);
        break;
      case DW_AT_STMT_LIST:
        found.lineOffset = number();
        break;
      case DW_AT_LOW_PC:
        found.lowPc = readAddressReference(reader, form, sizes);
        break;
      case DW_AT_HIGH_PC:
        found.isHighPcOffset = form !== DW_FORM_ADDR && !isAddressIndex(form);
        found.highPc = found.isHighPcOffset
          ? { isIndex: false, value: number() }
          : readAddressReference(reader, form, sizes);
        break;
      case DW_AT_RANGES:
        found.isRangeIndex = isRangeIndex(form);
        found.ranges = number();
        break;
      case DW_AT_STR_OFFSETS_BASE:
        found.stringOffsetsBase = number();
        break;
      case DW_AT_ADDR_BASE:
      case DW_AT_GNU_ADDR_BASE:
        found.addressBase = number();
        break;
      case DW_AT_RNGLISTS_BASE:
        found.rangeListsBase = number();
        break;
      case DW_AT_GNU_RANGES_BASE:
        found.gnuRangesBase = number();
        break;
      case DW_AT_DWO_NAME:
      case DW_AT_GNU_DWO_NAME:
        found.dwoName = readStringReference(reader, form, is64);
        break;
      case DW_AT_GNU_DWO_ID:
        found.dwoId = reader.view.getBigUint64(reader.position, reader.littleEndian);
        reader.position += 8;
        break;
      default:
        skipForm(reader, form, sizes);
    }
  }
  return found;
}

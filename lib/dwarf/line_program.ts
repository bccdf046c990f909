import {
  DW_LNE_DEFINE_FILE,
  DW_LNE_END_SEQUENCE,
  DW_LNE_SET_ADDRESS,
  DW_LNS_ADVANCE_LINE,
  DW_LNS_ADVANCE_PC,
  DW_LNS_CONST_ADD_PC,
  DW_LNS_COPY,
  DW_LNS_FIXED_ADVANCE_PC,
  DW_LNS_SET_COLUMN,
  DW_LNS_SET_FILE,
} from "./constants.ts";
import { Defect } from "./defect.ts";
import type { DwarfReader } from "./dwarf_reader.ts";
import { type LineHeader, parseFileRest, parseInlineName } from "./line_header.ts";
import type { LineRows } from "./line_rows.ts";

/**
 * Runs a line number program (DWARF 5, section 6.2.5). Operations within an instruction (VLIW) are
 * not told apart. Plain for speed, see the bench "inlines".
 *
 * @param reader The line table; position 0 is its first byte.
 * @throws {Defect | RangeError} If it is malformed.
 */
export function runLineProgram(reader: DwarfReader, header: LineHeader, rows: LineRows): void {
  const { minInstructionLength, lineBase, lineRange, opcodeBase, argumentCounts } = header;
  if (lineRange === 0) throw new Defect("its line_range is 0");
  const { bytes } = reader;
  const end = bytes.length;
  const constant = Math.trunc((255 - opcodeBase) / lineRange) * minInstructionLength;
  /** By special opcode: what it adds to the address, and to the line. */
  const addressSteps = new Int32Array(256);
  const lineSteps = new Int32Array(256);
  for (let opcode = opcodeBase; opcode < 256; opcode++) {
    const operations = Math.trunc((opcode - opcodeBase) / lineRange);
    addressSteps[opcode] = operations * minInstructionLength;
    lineSteps[opcode] = lineBase + opcode - opcodeBase - operations * lineRange;
  }
  let address = 0;
  let file = 1;
  let line = 1;
  let column = 0;
  reader.position = header.programStart;
  while (reader.position < end) {
    const opcode = bytes[reader.position++]!;
    if (opcode >= opcodeBase) {
      address += addressSteps[opcode]!;
      line += lineSteps[opcode]!;
      rows.add(address, file, line, column);
      continue;
    }
    switch (opcode) {
      case 0: {
        const length = reader.uleb();
        const next = reader.position + length;
        const extended = length === 0 ? 0 : reader.u8();
        if (extended === DW_LNE_END_SEQUENCE) {
          rows.end(address);
          address = 0;
          file = 1;
          line = 1;
          column = 0;
        } else if (extended === DW_LNE_SET_ADDRESS) {
          address = readAddress(reader, length - 1);
        } else if (extended === DW_LNE_DEFINE_FILE) {
          const name = parseInlineName(reader);
          header.files.push({ name, directoryIndex: parseFileRest(reader) });
        }
        reader.position = next;
        break;
      }
      case DW_LNS_COPY:
        rows.add(address, file, line, column);
        break;
      case DW_LNS_ADVANCE_PC:
        address += reader.uleb() * minInstructionLength;
        break;
      case DW_LNS_ADVANCE_LINE:
        line += reader.sleb();
        break;
      case DW_LNS_SET_FILE:
        file = reader.uleb();
        break;
      case DW_LNS_SET_COLUMN:
        column = reader.uleb();
        break;
      case DW_LNS_CONST_ADD_PC:
        address += constant;
        break;
      case DW_LNS_FIXED_ADVANCE_PC:
        address += reader.u16();
        break;
      default:
        for (let count = argumentCounts[opcode]!; count > 0; count--) reader.skipLeb();
    }
  }
}

function readAddress(reader: DwarfReader, size: number): number {
  if (size === 8 || size === 4 || size === 2) return reader.address(size);
  throw new Defect(`DW_LNE_set_address has ${size} bytes, want 2, 4 or 8`);
}

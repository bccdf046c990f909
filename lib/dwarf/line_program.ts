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
import { hex } from "../errors.ts";
import { Defect } from "./defect.ts";
import type { DwarfReader } from "./dwarf_reader.ts";
import { type LineHeader, parseFileRest, parseInlineName } from "./line_header.ts";
import type { LineRows } from "./line_rows.ts";

/**
 * Runs a line number program (DWARF 5, section 6.2.5). Plain for speed, see the bench "inlines".
 *
 * @param reader The line table; position 0 is its first byte.
 * @throws {Defect | RangeError} If it is malformed.
 */
export function runLineProgram(reader: DwarfReader, header: LineHeader, rows: LineRows): void {
  const { minInstructionLength, maxOperations, lineBase, lineRange, opcodeBase, argumentCounts } =
    header;
  if (lineRange === 0) throw new Defect("its line_range is 0");
  const { bytes } = reader;
  const end = bytes.length;
  const constant = Math.trunc((255 - opcodeBase) / lineRange);
  /** By special opcode: how many operations it advances by, and what it adds to the line. */
  const operationSteps = new Int32Array(256);
  const lineSteps = new Int32Array(256);
  for (let opcode = opcodeBase; opcode < 256; opcode++) {
    const operations = Math.trunc((opcode - opcodeBase) / lineRange);
    operationSteps[opcode] = operations;
    lineSteps[opcode] = lineBase + opcode - opcodeBase - operations * lineRange;
  }
  let address = 0;
  let file = 1;
  let line = 1;
  let column = 0;
  /** Of a VLIW machine: the number of the operation within the instruction. */
  let operation = 0;
  reader.position = header.programStart;
  while (reader.position < end) {
    const opcode = bytes[reader.position++]!;
    if (opcode >= opcodeBase) {
      const count = operationSteps[opcode]!;
      if (maxOperations === 1) {
        address += count * minInstructionLength;
      } else {
        address += minInstructionLength * Math.floor((operation + count) / maxOperations);
        operation = (operation + count) % maxOperations;
      }
      line += lineSteps[opcode]!;
      rows.add(address, file, line, column);
      continue;
    }
    switch (opcode) {
      case 0: {
        const length = reader.uleb();
        const next = reader.position + length;
        if (next > end) throw new Defect(`an extended opcode has ${hex(length)} bytes`);
        const extended = length === 0 ? 0 : reader.u8();
        if (extended === DW_LNE_END_SEQUENCE) {
          rows.end(address);
          address = 0;
          operation = 0;
          file = 1;
          line = 1;
          column = 0;
        } else if (extended === DW_LNE_SET_ADDRESS) {
          address = readAddress(reader, length - 1);
          operation = 0;
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
      case DW_LNS_CONST_ADD_PC: {
        const count = operation + (opcode === DW_LNS_ADVANCE_PC ? reader.uleb() : constant);
        address += minInstructionLength * Math.floor(count / maxOperations);
        operation = count % maxOperations;
        break;
      }
      case DW_LNS_ADVANCE_LINE:
        line += reader.sleb();
        break;
      case DW_LNS_SET_FILE:
        file = reader.uleb();
        break;
      case DW_LNS_SET_COLUMN:
        column = reader.uleb();
        break;
      case DW_LNS_FIXED_ADVANCE_PC:
        address += reader.u16();
        operation = 0;
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

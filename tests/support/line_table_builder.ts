import {
  DW_FORM_STRING,
  DW_FORM_UDATA,
  DW_LNCT_DIRECTORY_INDEX,
  DW_LNCT_PATH,
  DW_LNE_END_SEQUENCE,
  DW_LNE_SET_ADDRESS,
  DW_LNS_ADVANCE_LINE,
  DW_LNS_ADVANCE_PC,
} from "../../lib/dwarf/constants.ts";
import { type DwarfFormat, DwarfWriter } from "./dwarf_writer.ts";

/** A line table. What is left out is what compilers write. */
export interface LineTableSpec extends DwarfFormat {
  /** True by default. */
  readonly littleEndian?: boolean;
  readonly minInstructionLength?: number;
  readonly maxOperations?: number;
  /** -3 by default. */
  readonly lineBase?: number;
  /** 12 by default. */
  readonly lineRange?: number;
  /** 13 by default. */
  readonly opcodeBase?: number;
  /** By number of a standard opcode, from 1 on: how many arguments it has. */
  readonly argumentCounts?: readonly number[];
  /** Names of directories; since DWARF 5 the first is that of the compilation. */
  readonly directories?: readonly string[];
  /** Names of files and the indexes of their directories. */
  readonly files?: readonly (readonly [name: string, directory: number])[];
  /** Writes directories and files itself. */
  readonly names?: (writer: DwarfWriter) => void;
  /** Writes the opcodes. */
  readonly program?: (program: LineProgramWriter) => void;
  /** Lengths that are written instead of the true ones. */
  readonly length?: number | bigint;
  readonly headerLength?: number | bigint;
}

/** How many arguments the twelve standard opcodes have (DWARF 5, section 6.2.5.2). */
const ARGUMENT_COUNTS = [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1];

/** Makes a line table (DWARF 5, section 6.2.4). */
export function buildLineTable(spec: LineTableSpec = {}): Uint8Array<ArrayBuffer> {
  const { version = 5, is64 = false, addressSize = 8, littleEndian = true } = spec;
  const { opcodeBase = 13, argumentCounts = ARGUMENT_COUNTS } = spec;
  const writer = new DwarfWriter(littleEndian);
  writer.counted(is64, () => {
    writer.u16(version);
    if (version >= 5) writer.raw(addressSize, 0);
    const lengthAt = writer.position;
    writer.word(is64, 0);
    const start = writer.position;
    writer.u8(spec.minInstructionLength ?? 1);
    if (version >= 4) writer.u8(spec.maxOperations ?? 1);
    writer.raw(1, (spec.lineBase ?? -3) & 0xff, spec.lineRange ?? 12, opcodeBase);
    for (let at = 0; at < opcodeBase - 1; at++) writer.u8(argumentCounts[at] ?? 0);
    if (spec.names !== undefined) spec.names(writer);
    else if (version >= 5) writeNames(writer, spec);
    else writeOldNames(writer, spec);
    const end = writer.position;
    writer.position = lengthAt;
    writer.word(is64, spec.headerLength ?? end - start);
    writer.position = end;
    spec.program?.(new LineProgramWriter(writer, spec));
  }, spec.length);
  return writer.bytes();
}

function writeNames(writer: DwarfWriter, { directories = ["/src"], files = [] }: LineTableSpec) {
  writer.raw(1, DW_LNCT_PATH, DW_FORM_STRING);
  writer.uleb(directories.length);
  for (const name of directories) writer.string(name);
  writer.raw(2, DW_LNCT_PATH, DW_FORM_STRING, DW_LNCT_DIRECTORY_INDEX, DW_FORM_UDATA);
  writer.uleb(files.length);
  for (const [name, directory] of files) {
    writer.string(name);
    writer.uleb(directory);
  }
}

function writeOldNames(writer: DwarfWriter, { directories = [], files = [] }: LineTableSpec) {
  for (const name of directories) writer.string(name);
  writer.u8(0);
  for (const [name, directory] of files) {
    writer.string(name);
    writer.uleb(directory);
    writer.uleb(1000); // time
    writer.uleb(300); // length
  }
  writer.u8(0);
}

/** Writes opcodes of a line number program (DWARF 5, sections 6.2.5.1 to 6.2.5.3). */
export class LineProgramWriter {
  /** For what has no method here. */
  readonly writer: DwarfWriter;
  readonly #spec: LineTableSpec;

  /** Appends to what was written. */
  constructor(writer: DwarfWriter, spec: LineTableSpec) {
    this.writer = writer;
    this.#spec = spec;
  }

  /** DW_LNE_set_address. */
  setAddress(address: number | bigint): void {
    const { addressSize = 8 } = this.#spec;
    this.writer.raw(0, 1 + addressSize, DW_LNE_SET_ADDRESS);
    this.writer.number(addressSize, address);
  }

  /** The special opcode that advances address and line, and adds a row. */
  special(addressStep: number, lineStep: number): void {
    const { lineBase = -3, lineRange = 12, opcodeBase = 13 } = this.#spec;
    this.writer.u8(lineStep - lineBase + lineRange * addressStep + opcodeBase);
  }

  /** A standard opcode with LEB128 arguments. */
  standard(opcode: number, ...args: number[]): void {
    this.writer.u8(opcode);
    for (const arg of args) {
      if (opcode === DW_LNS_ADVANCE_LINE) this.writer.sleb(arg);
      else this.writer.uleb(arg);
    }
  }

  /** An extended opcode with the bytes of its arguments. */
  extended(opcode: number, ...bytes: number[]): void {
    this.writer.u8(0);
    this.writer.uleb(1 + bytes.length);
    this.writer.raw(opcode, ...bytes);
  }

  /** Advances the address and ends the sequence there. */
  end(addressStep: number): void {
    this.standard(DW_LNS_ADVANCE_PC, addressStep);
    this.extended(DW_LNE_END_SEQUENCE);
  }
}

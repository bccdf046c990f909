import { assertEquals, assertThrows } from "@std/assert";
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
} from "../../lib/dwarf/constants.ts";
import { Defect } from "../../lib/dwarf/defect.ts";
import { DwarfReader } from "../../lib/dwarf/dwarf_reader.ts";
import { parseLineHeader } from "../../lib/dwarf/line_header.ts";
import { runLineProgram } from "../../lib/dwarf/line_program.ts";
import { LineRows } from "../../lib/dwarf/line_rows.ts";
import {
  buildLineTable,
  type LineProgramWriter,
  type LineTableSpec,
} from "../support/line_table_builder.ts";

const DW_LNS_NEGATE_STMT = 6;
const DW_LNS_SET_BASIC_BLOCK = 7;
const DW_LNS_SET_PROLOGUE_END = 10;
const DW_LNS_SET_EPILOGUE_BEGIN = 11;
const DW_LNS_SET_ISA = 12;
const DW_LNE_SET_DISCRIMINATOR = 4;

/** The rows of a program: `address file:line:column`, one for each address from 0x1000 on. */
function run(
  program: (writer: LineProgramWriter) => void,
  spec: LineTableSpec = {},
): Record<string, string> {
  const { littleEndian = true, addressSize = 8 } = spec;
  const reader = new DwarfReader(buildLineTable({ ...spec, program }), littleEndian);
  const header = parseLineHeader(reader);
  const vaddrs = Float64Array.from({ length: 0x300 }, (_, at) => 0x1000 + at);
  const rows = new LineRows(vaddrs, addressSize);
  runLineProgram(reader, header, rows);
  const found: Record<string, string> = {};
  let last = "";
  for (const [at, vaddr] of vaddrs.entries()) {
    const row = rows.found[at] === 0
      ? "end"
      : `${rows.files[at]}:${rows.lines[at]}:${rows.columns[at]}`;
    if (row !== last) found[vaddr.toString(16)] = row;
    last = row;
  }
  return found;
}

Deno.test("runLineProgram() runs special opcodes", () => {
  const rows = run((program) => {
    program.setAddress(0x1000);
    program.special(0, 0);
    program.special(4, 8);
    program.special(1, -3);
    program.end(2);
  });
  assertEquals(rows, { 1000: "1:1:0", 1004: "1:9:0", 1005: "1:6:0", 1007: "end" });
});

Deno.test("runLineProgram() runs standard opcodes", () => {
  const rows = run((program) => {
    program.setAddress(0x1000);
    program.standard(DW_LNS_SET_FILE, 3);
    program.standard(DW_LNS_SET_COLUMN, 200);
    program.standard(DW_LNS_ADVANCE_LINE, 999);
    program.standard(DW_LNS_COPY);
    program.standard(DW_LNS_ADVANCE_PC, 0x80);
    program.standard(DW_LNS_ADVANCE_LINE, -500);
    program.standard(DW_LNS_COPY);
    program.end(1);
  });
  assertEquals(rows, { 1000: "3:1000:200", 1080: "3:500:200", 1081: "end" });
});

Deno.test("runLineProgram() runs DW_LNS_const_add_pc: as special opcode 255, without a row", () => {
  const rows = run((program) => {
    program.setAddress(0x1000);
    program.special(0, 0);
    program.standard(DW_LNS_CONST_ADD_PC);
    program.special(0, 1);
    program.end(1);
  });
  // (255 - 13) / 12 = 20
  assertEquals(rows, { 1000: "1:1:0", 1014: "1:2:0", 1015: "end" });
});

for (const littleEndian of [true, false]) {
  Deno.test(`runLineProgram() runs DW_LNS_fixed_advance_pc, little-endian: ${littleEndian}`, () => {
    const rows = run(
      (program) => {
        program.setAddress(0x1000);
        program.special(0, 0);
        program.standard(DW_LNS_FIXED_ADVANCE_PC);
        program.writer.u16(0x102);
        program.special(0, 1);
        program.end(1);
      },
      // It is not multiplied.
      { littleEndian, minInstructionLength: 4 },
    );
    assertEquals(rows, { 1000: "1:1:0", 1102: "1:2:0", 1106: "end" });
  });
}

Deno.test("runLineProgram() multiplies by the length of instructions", () => {
  const rows = run((program) => {
    program.setAddress(0x1000);
    program.special(0, 0);
    program.special(3, 1);
    program.standard(DW_LNS_CONST_ADD_PC);
    program.special(0, 1);
    program.end(2);
  }, { minInstructionLength: 4 });
  assertEquals(rows, { 1000: "1:1:0", "100c": "1:2:0", "105c": "1:3:0", 1064: "end" });
});

Deno.test("runLineProgram() counts operations of VLIW machines", () => {
  const rows = run((program) => {
    program.setAddress(0x1000);
    program.special(0, 0);
    program.special(2, 1); // the third operation of the first instruction
    program.special(1, 1); // the first of the second
    program.standard(DW_LNS_ADVANCE_PC, 7); // the second of the fourth
    program.special(0, 1);
    program.standard(DW_LNS_CONST_ADD_PC); // 20 operations on: the first of the eleventh
    program.special(0, 1);
    program.setAddress(0x1200); // a first one again
    program.special(2, 1);
    program.end(1);
  }, { minInstructionLength: 16, maxOperations: 3 });
  assertEquals(rows, {
    1000: "1:2:0",
    1010: "1:3:0",
    1030: "1:4:0",
    "10a0": "1:5:0",
    1200: "1:6:0",
    1210: "end",
  });
});

Deno.test("runLineProgram() passes what has no bearing on lines", () => {
  const rows = run((program) => {
    program.setAddress(0x1000);
    program.standard(DW_LNS_NEGATE_STMT);
    program.standard(DW_LNS_SET_BASIC_BLOCK);
    program.standard(DW_LNS_SET_PROLOGUE_END);
    program.standard(DW_LNS_SET_EPILOGUE_BEGIN);
    program.standard(DW_LNS_SET_ISA, 300);
    program.extended(DW_LNE_SET_DISCRIMINATOR, 0x85, 0x01);
    program.extended(0x80, 1, 2, 3); // DW_LNE_lo_user
    program.special(0, 4);
    program.end(1);
  });
  assertEquals(rows, { 1000: "1:5:0", 1001: "end" });
});

Deno.test("runLineProgram() passes standard opcodes that it does not know", () => {
  const rows = run((program) => {
    program.setAddress(0x1000);
    program.standard(13, 300, 7);
    program.special(0, 4);
    program.end(1);
  }, { opcodeBase: 14, argumentCounts: [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1, 2] });
  assertEquals(rows, { 1000: "1:5:0", 1001: "end" });
});

Deno.test("runLineProgram() takes a low opcode for a special one if there are few standard ones", () => {
  // DWARF 2 has nine standard opcodes: 10 is special.
  const rows = run((program) => {
    program.setAddress(0x1000);
    program.special(0, -3);
    program.end(1);
  }, { version: 2, opcodeBase: 10, lineBase: -3 });
  assertEquals(rows, { 1000: "1:4294967294:0", 1001: "end" });
});

Deno.test("runLineProgram() starts each sequence anew", () => {
  const rows = run((program) => {
    program.setAddress(0x1100);
    program.standard(DW_LNS_SET_FILE, 2);
    program.standard(DW_LNS_SET_COLUMN, 7);
    program.special(0, 8);
    program.end(4);
    program.setAddress(0x1000);
    program.special(0, 1);
    program.end(4);
  });
  assertEquals(rows, { 1000: "1:2:0", 1004: "end", 1100: "2:9:7", 1104: "end" });
});

Deno.test("runLineProgram() leaves out a sequence that the linker left out", () => {
  for (const tombstone of [0, -1]) {
    const rows = run((program) => {
      program.setAddress(tombstone);
      program.special(0, 1);
      program.end(0x1100);
      program.setAddress(0x1000);
      program.special(0, 2);
      program.end(4);
    });
    assertEquals(rows, { 1000: "1:3:0", 1004: "end" });
  }
});

Deno.test("runLineProgram() reads addresses of 4 bytes", () => {
  const rows = run((program) => {
    program.setAddress(0x1000);
    program.special(0, 1);
    program.end(4);
  }, { addressSize: 4, version: 4 });
  assertEquals(rows, { 1000: "1:2:0", 1004: "end" });
});

Deno.test("runLineProgram() adds a file that the program defines", () => {
  const program = (writer: LineProgramWriter) => {
    writer.extended(DW_LNE_DEFINE_FILE, 0x78, 0, 4, 0, 0); // x, directory 4
  };
  const reader = new DwarfReader(
    buildLineTable({ version: 4, files: [["a.c", 1]], program }),
    true,
  );
  const header = parseLineHeader(reader);
  runLineProgram(reader, header, new LineRows(Float64Array.of(0x1000), 8));
  const { name, directoryIndex } = header.files[1]!;
  reader.position = name.value;
  assertEquals([reader.string(), directoryIndex], ["x", 4]);
});

Deno.test("runLineProgram() takes steps of 0 bytes", () => {
  const rows = run((program) => {
    program.setAddress(0x1000);
    program.special(0, 1);
    program.special(9, 1);
    program.standard(DW_LNS_FIXED_ADVANCE_PC);
    program.writer.u16(2);
    program.extended(DW_LNE_END_SEQUENCE);
  }, { minInstructionLength: 0 });
  assertEquals(rows, { 1000: "1:3:0", 1002: "end" });
});

for (
  const [what, program, spec, detail] of [
    ["a line_range of 0", () => {}, { lineRange: 0 }, "its line_range is 0"],
    [
      "an address of 3 bytes",
      (writer: LineProgramWriter) => writer.extended(DW_LNE_SET_ADDRESS, 1, 2, 3),
      {},
      "DW_LNE_set_address has 3 bytes, want 2, 4 or 8",
    ],
    [
      "an opcode that is longer than the table",
      ({ writer }: LineProgramWriter) => writer.raw(0, 0xff, 0xff, 0x03, DW_LNE_SET_DISCRIMINATOR),
      {},
      "an extended opcode has 0xffff bytes",
    ],
    [
      "an argument without end",
      ({ writer }: LineProgramWriter) => writer.raw(2, ...new Array(40).fill(0xff)),
      {},
      "a LEB128 number does not end",
    ],
  ] as const
) {
  Deno.test(`runLineProgram() refuses ${what}`, () => {
    assertThrows(() => run(program, spec), Defect, detail);
  });
}

Deno.test("runLineProgram() throws a RangeError in the middle of an argument", () => {
  assertThrows(() => run(({ writer }) => writer.raw(DW_LNS_ADVANCE_PC, 0x80)), RangeError);
});

Deno.test("runLineProgram() takes an opcode of 0 bytes for nothing", () => {
  const rows = run((program) => {
    program.setAddress(0x1000);
    program.writer.raw(0, 0);
    program.special(0, 1);
    program.end(1);
  });
  assertEquals(rows, { 1000: "1:2:0", 1001: "end" });
});

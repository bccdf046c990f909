import { assertEquals } from "@std/assert";
import * as constants from "../../lib/dwarf/constants.ts";
import { findSourceFrames } from "../../lib/dwarf/mod.ts";
import { CountingSource } from "../support/counting_source.ts";
import { buildDwarf, type BuiltDwarf, type EntrySpec } from "../support/dwarf_builder.ts";
import { codeAt, compileUnit, framesOf, functionAt, inlinedAt } from "../support/dwarf_units.ts";
import { type DwarfWriter, written } from "../support/dwarf_writer.ts";
import { buildLineTable } from "../support/line_table_builder.ts";

// Small files that are made to take long, or much memory. What they cost is bounded by counts, and
// units beside theirs keep their frames.

const {
  DW_AT_ABSTRACT_ORIGIN,
  DW_AT_NAME,
  DW_AT_RANGES,
  DW_AT_SPECIFICATION,
  DW_AT_STMT_LIST,
  DW_FORM_REF_ADDR,
  DW_FORM_SEC_OFFSET,
  DW_FORM_STRING,
  DW_TAG_NAMESPACE,
  DW_TAG_SUBPROGRAM,
} = constants;
const DEPTH = 100_000;
const [CODE, BLOCK] = [1, 2];

/** A unit written by hand: abbreviations 1 (code with a name) and 2 (no attributes), children both. */
function nested(
  tags: readonly [first: number, second: number],
  write: (writer: DwarfWriter) => void,
) {
  const info = written((writer) => {
    writer.counted(false, () => {
      writer.u16(5);
      writer.raw(constants.DW_UT_COMPILE, 8, 0, 0, 0, 0);
      // The unit itself says where its code is, and is no function.
      writer.u8(3);
      writer.word(true, 0x1000);
      writer.u32(0x100);
      write(writer);
    });
  });
  const abbreviations = written((writer) => {
    const [first, second] = tags;
    writer.raw(CODE, first, 1, DW_AT_NAME, DW_FORM_STRING);
    writer.raw(constants.DW_AT_LOW_PC, constants.DW_FORM_ADDR);
    writer.raw(constants.DW_AT_HIGH_PC, constants.DW_FORM_DATA4, 0, 0);
    writer.raw(BLOCK, second, 1, 0, 0);
    writer.raw(3, constants.DW_TAG_COMPILE_UNIT, 1);
    writer.raw(constants.DW_AT_LOW_PC, constants.DW_FORM_ADDR);
    writer.raw(constants.DW_AT_HIGH_PC, constants.DW_FORM_DATA4, 0, 0, 0);
  });
  return buildDwarf({ sections: { ".debug_info": info, ".debug_abbrev": abbreviations } });
}

/** An entry with code at 0x1000. */
function code(writer: DwarfWriter, name: string): void {
  writer.u8(CODE);
  writer.string(name);
  writer.word(true, 0x1000);
  writer.u32(0x10);
}

Deno.test("findSourceFrames() keeps a function with 100,000 blocks in each other", async () => {
  const built = nested([DW_TAG_SUBPROGRAM, 0x0b], (writer) => {
    code(writer, "f");
    for (let depth = 0; depth < DEPTH; depth++) writer.u8(BLOCK);
    for (let depth = 0; depth < DEPTH + 2; depth++) writer.u8(0);
  });
  const { frames, problems } = await framesOf(built, [0x1000]);
  assertEquals(frames, ["f"]);
  assertEquals(problems, [
    'Cannot find the inlined calls of the unit of "test.so(.debug_info)" at file offset 0x428: ' +
    "entries are nested more than 1024 deep",
  ]);
});

Deno.test("findSourceFrames() passes 100,000 calls inlined into each other and into no function", async () => {
  const built = nested([constants.DW_TAG_INLINED_SUBROUTINE, 0x0b], (writer) => {
    for (let depth = 0; depth < DEPTH; depth++) code(writer, "g");
    for (let depth = 0; depth < DEPTH + 1; depth++) writer.u8(0);
  });
  assertEquals(await framesOf(built, [0x1000]), { frames: ["-"], problems: [] });
});

Deno.test("findSourceFrames() keeps functions within 100,000 functions", async () => {
  const built = nested([DW_TAG_SUBPROGRAM, 0x0b], (writer) => {
    for (let depth = 0; depth < DEPTH; depth++) code(writer, `f${depth}`);
    for (let depth = 0; depth < DEPTH + 1; depth++) writer.u8(0);
  });
  const { frames, problems } = await framesOf(built, [0x1000]);
  assertEquals([frames, problems], [[`f${DEPTH - 1}`], []]);
});

Deno.test("findSourceFrames() qualifies a function in 100,000 namespaces by the innermost", async () => {
  const built = nested([DW_TAG_SUBPROGRAM, DW_TAG_NAMESPACE], (writer) => {
    for (let depth = 0; depth < DEPTH; depth++) writer.u8(BLOCK);
    code(writer, "f");
    for (let depth = 0; depth < DEPTH + 2; depth++) writer.u8(0);
  });
  const { frames, problems } = await framesOf(built, [0x1000]);
  assertEquals([frames, problems], [["(anonymous namespace)::".repeat(256) + "f"], []]);
});

function good(start: number, name: string) {
  return { entry: compileUnit(start, 0x10, [functionAt(name, start, 0x10)]) };
}

Deno.test("findSourceFrames() refuses a unit with a huge table of abbreviations", async () => {
  const built = buildDwarf({ units: [good(0x1000, "one"), good(0x2000, "two")] });
  const known = built.sections.get(".debug_abbrev")!;
  const table = new Uint8Array(known.length + 5 * 300_000);
  table.set(known);
  const second = new DataView(built.sections.get(".debug_info")!.buffer);
  second.setUint32(built.starts[1]! + 8, known.length, true);
  for (let at = known.length; at < table.length; at += 5) table.set([2, 0x34, 0, 0, 0], at);
  const sections = new Map(built.sections).set(".debug_abbrev", table);
  const damaged = buildDwarf({ sections: Object.fromEntries(sections) });
  const { frames, problems } = await framesOf(damaged, [0x1000, 0x2000]);
  assertEquals(frames, ["one", "-"]);
  assertEquals(problems, [
    `Cannot read the abbreviations of "test.so(.debug_abbrev)" at file offset 0x${
      known.length.toString(16)
    }: there are more than 262144 abbreviations`,
  ]);
});

Deno.test("findSourceFrames() reads functions whose ranges are the same long list, a few times", async () => {
  // 4,000 functions with 4,000 ranges each, all of which hold 1,000 vaddrs: 1.6 * 10^10 steps.
  const ranges = written((writer) => {
    writer.padTo(12);
    for (let at = 0; at < 4000; at++) writer.raw(4, 0x10, 0xff, 0xff, 3);
    writer.u8(0);
  });
  const entries = Array.from({ length: 4000 }, (): EntrySpec => ({
    tag: DW_TAG_SUBPROGRAM,
    attributes: [[DW_AT_RANGES, DW_FORM_SEC_OFFSET, 12]],
  }));
  const built = buildDwarf({
    units: [{ entry: compileUnit(0x1000, 0x1000, entries) }, good(0x2000, "good")],
    sections: { ".debug_rnglists": ranges },
  });
  const vaddrs = Array.from({ length: 1000 }, (_, at) => 0x1010 + at);
  const { frames, problems } = await framesOf(built, [...vaddrs, 0x2000]);
  assertEquals(new Set(frames), new Set(["-", "good"]));
  assertEquals(problems, [
    'Cannot read address ranges of "test.so(.debug_rnglists)" at file offset 0xc: ' +
    "its address ranges cover each other too often",
  ]);
});

Deno.test("findSourceFrames() does not run a line table back and forth for ever", async () => {
  const lines = buildLineTable({
    files: [["a.c", 0], ["a.c", 0]],
    program: (program) => {
      for (let at = 0; at < 5000; at++) {
        program.setAddress(0x1000);
        program.special(0, 0);
        program.setAddress(0x2000);
        program.special(0, 0);
      }
    },
  });
  const attributes = [[DW_AT_STMT_LIST, DW_FORM_SEC_OFFSET, 0]] as const;
  const functions = [functionAt("f", 0x1000, 0x1000)];
  const built = buildDwarf({
    units: [{ entry: compileUnit(0x1000, 0x1000, functions, attributes) }],
    sections: { ".debug_line": lines },
  });
  const vaddrs = Array.from({ length: 4000 }, (_, at) => 0x1000 + at);
  const { frames, problems } = await framesOf(built, vaddrs);
  assertEquals(new Set(frames), new Set(["f /src/a.c:1:0"]));
  assertEquals(problems.length, 1);
  assertEquals(problems[0]?.endsWith("its rows go back and forth too often"), true, problems[0]);
});

Deno.test("findSourceFrames() reads units that refer to each other in a circle once", async () => {
  const count = 200;
  const units = Array.from({ length: count }, (_, at) => ({
    entry: compileUnit(0x1000 + 0x10 * at, 0x10, [
      {
        tag: DW_TAG_SUBPROGRAM,
        label: `f${at}`,
        attributes: [
          [
            at % 2 === 0 ? DW_AT_ABSTRACT_ORIGIN : DW_AT_SPECIFICATION,
            DW_FORM_REF_ADDR,
            `f${(at + 1) % count}`,
          ],
          ...codeAt(0x1000 + 0x10 * at, 0x10),
        ],
      },
      ...Array.from({ length: 50 }, () => inlinedAt("padding", 0x9000, 1)),
    ]),
  }));
  const built = buildDwarf({ units });
  const { problems, bytesRead, size } = await countedFrames(built, [0x1000, 0x1800]);
  assertEquals(problems, [
    '"test.so" has references from unit to unit without end',
    '"test.so" has functions that refer to each other without end',
  ]);
  // Headers of all units, and at most 2 + 2 * 16 units whole.
  assertEquals(bytesRead < 2 * size, true, `${bytesRead} of ${size}`);
});

Deno.test("findSourceFrames() reads a section of nothing but headers a few times", async () => {
  // Each leads to another one, or to nowhere.
  const header = [9, 0, 0, 0, 5, 0, 1, 8, 0, 0, 0, 0, 0];
  const bytes = Uint8Array.from(
    Array.from({ length: 5000 }, (_, at) => at % 3 === 2 ? [0xff, 0xff, 0xff] : header).flat(),
  );
  const built = buildDwarf({
    sections: { ".debug_info": bytes, ".debug_abbrev": new Uint8Array(1) },
  });
  const { problems, bytesRead, size } = await countedFrames(built, [0x1000]);
  assertEquals(problems.length, 21);
  assertEquals(bytesRead < 20 * size, true, `${bytesRead} of ${size}`);
});

async function countedFrames(built: BuiltDwarf, vaddrs: readonly number[]) {
  const sources: CountingSource[] = [];
  const main = {
    ...built,
    section: async (name: string) => {
      const source = await built.section(name);
      if (source === undefined) return undefined;
      const counted = new CountingSource(source);
      sources.push(counted);
      return counted;
    },
  };
  const { problems } = await findSourceFrames({ main }, Float64Array.from(vaddrs));
  const info = sources.find(({ name }) => name.includes(".debug_info"))!;
  return { problems, bytesRead: info.bytesRead, size: info.size };
}

Deno.test("findSourceFrames() gives nothing without abbreviations", async () => {
  const built = buildDwarf({ units: [good(0x1000, "one"), good(0x2000, "two")] });
  const info = built.sections.get(".debug_info")!;
  const { frames, problems } = await framesOf(
    buildDwarf({ sections: { ".debug_info": info } }),
    [0x1000, 0x2000],
  );
  assertEquals(frames, ["-", "-"]);
  assertEquals(problems, [
    'Cannot open the section .debug_abbrev of "test.so": there is none, but something refers to it',
  ]);
});

Deno.test("findSourceFrames() does not read overlapping tables of abbreviations for ever", async () => {
  // 400 units whose tables begin one abbreviation apart, and do not have what is wanted: 100 MB.
  const table = new Uint8Array(250_000);
  for (let at = 0; at + 5 < table.length; at += 5) table.set([2, 0x34, 0, 0, 0], at);
  const damaged = Array.from({ length: 400 }, (_, at) => ({
    abbreviationsOffset: 5 * at,
    tail: [1, 0, 0, 0],
  }));
  const last = { ...good(0x1000, "good"), abbreviationsOffset: table.length };
  const built = buildDwarf({ units: [...damaged, last] });
  const whole = new Uint8Array(table.length + built.sections.get(".debug_abbrev")!.length);
  whole.set(table);
  whole.set(built.sections.get(".debug_abbrev")!, table.length);
  const sections = new Map(built.sections).set(".debug_abbrev", whole);
  const { frames, problems } = await framesOf(
    buildDwarf({ sections: Object.fromEntries(sections) }),
    [0x1000],
  );
  // A short table is read nonetheless.
  assertEquals(frames, ["good"]);
  assertEquals(problems.at(-1), "380 more problems with debug information");
});

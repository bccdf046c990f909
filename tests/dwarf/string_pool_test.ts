import { assert, assertEquals } from "@std/assert";
import { DwarfSections } from "../../lib/dwarf/dwarf_sections.ts";
import { ProblemList } from "../../lib/dwarf/problem_list.ts";
import { StringPool } from "../../lib/dwarf/string_pool.ts";
import { buildDwarf } from "../support/dwarf_builder.ts";
import { written } from "../support/dwarf_writer.ts";

const STRINGS = new TextEncoder().encode("one\0two\0three");

function poolOf(sections: Record<string, Uint8Array>, littleEndian = true): StringPool {
  const built = buildDwarf({ sections, littleEndian });
  const opened = new DwarfSections("test.so", () => Promise.resolve(built));
  return new StringPool((name) => opened.open(name));
}

Deno.test("at() gives strings that have their value when they are loaded", async () => {
  const pool = poolOf({ ".debug_str": STRINGS });
  const [one, two] = [pool.at(".debug_str", 0), pool.at(".debug_str", 4)];
  assertEquals([one.value, two.value], ["", ""]);
  await pool.load(new ProblemList());
  assertEquals([one.value, two.value], ["one", "two"]);
});

Deno.test("at() gives one string for the same place", () => {
  const pool = poolOf({ ".debug_str": STRINGS });
  assert(pool.at(".debug_str", 4) === pool.at(".debug_str", 4));
});

for (const is64 of [false, true]) {
  for (const littleEndian of [true, false]) {
    Deno.test(`indexed() follows offsets (${is64 ? 64 : 32} bits, little-endian: ${littleEndian})`, async () => {
      const offsets = written((writer) => {
        for (const offset of [8, 4, 0]) writer.word(is64, offset);
      }, littleEndian);
      const pool = poolOf({
        ".debug_str": new TextEncoder().encode("one\0two\0three\0"),
        ".debug_str_offsets": offsets,
      }, littleEndian);
      const texts = [0, 1, 2].map((at) => pool.indexed(at * (is64 ? 8 : 4), is64));
      await pool.load(new ProblemList());
      assertEquals(texts.map(({ value }) => value), ["three", "two", "one"]);
    });
  }
}

Deno.test("load() loads nothing twice", async () => {
  const pool = poolOf({ ".debug_str": STRINGS });
  pool.at(".debug_str", 100);
  const problems = new ProblemList();
  await pool.load(problems);
  const [again, before] = [new ProblemList(), problems.clauses().length];
  await pool.load(again);
  assertEquals([before, again.clauses()], [1, []]);
});

Deno.test("load() keeps the strings beside one that is damaged", async () => {
  const pool = poolOf({ ".debug_str": STRINGS });
  const texts = [0, 8, 100, 4].map((offset) => pool.at(".debug_str", offset));
  const problems = new ProblemList();
  await pool.load(problems);
  assertEquals(texts.map(({ value }) => value), ["one", "", "", "two"]);
  assertEquals(problems.clauses(), [
    'Cannot read a string of "test.so(.debug_str)" at file offset 0x8: it has no end',
    'Cannot read a string of "test.so(.debug_str)" at file offset 0x64: it is outside the table',
  ]);
});

Deno.test("load() keeps the strings beside an index that leads nowhere", async () => {
  const offsets = written((writer) => {
    writer.u32(4);
    writer.u32(0);
  });
  const pool = poolOf({ ".debug_str": STRINGS, ".debug_str_offsets": offsets });
  const texts = [0, 4, 8, 2 ** 40].map((at) => pool.indexed(at, false));
  const problems = new ProblemList();
  await pool.load(problems);
  assertEquals(texts.map(({ value }) => value), ["two", "one", "", ""]);
  assertEquals(problems.clauses(), [
    'Cannot read where strings are of "test.so(.debug_str_offsets)" at file offset 0x8: ' +
    "the section ends before",
    'Cannot read where strings are of "test.so(.debug_str_offsets)" at file offset ' +
    "0x10000000000: the section ends at 0x8",
  ]);
});

Deno.test("load() says which section is missing", async () => {
  const pool = poolOf({});
  pool.at(".debug_line_str", 0);
  pool.indexed(8, false);
  const problems = new ProblemList();
  await pool.load(problems);
  assertEquals(problems.clauses(), [
    'Cannot open the section .debug_str_offsets of "test.so": there is none, but something refers to it',
    'Cannot open the section .debug_line_str of "test.so": there is none, but something refers to it',
  ]);
});

Deno.test("load() does not keep strings that all share one long end", async () => {
  // A MiB of text to which 1000 places lead: as strings of their own they would take a GiB.
  const long = new Uint8Array(1 << 20).fill(0x61);
  long[long.length - 1] = 0;
  const pool = poolOf({ ".debug_str": long });
  const texts = Array.from({ length: 1000 }, (_, at) => pool.at(".debug_str", at));
  const problems = new ProblemList();
  await pool.load(problems);
  const size = texts.reduce((sum, { value }) => sum + value.length, 0);
  assert(size < 1 << 28, `${size}`);
  assertEquals(problems.clauses(), [
    'Cannot read strings of "test.so(.debug_str)": they share more than 0x4000000 bytes',
  ]);
});

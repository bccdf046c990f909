import { assertEquals } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { findNextUnit, findUnitBehind } from "../../lib/dwarf/find_next_unit.ts";
import { Section } from "../../lib/dwarf/section.ts";
import { CountingSource } from "../support/counting_source.ts";
import { buildDwarf, type UnitSpec } from "../support/dwarf_builder.ts";

const UNITS: readonly UnitSpec[] = [{ tail: [0, 1, 2] }, { tail: [0] }, { tail: [0, 3] }];

function damaged(units: readonly UnitSpec[], littleEndian = true) {
  const built = buildDwarf({ units, littleEndian });
  const bytes = built.sections.get(".debug_info")!;
  const info = new Section(new MemorySource("a(.debug_info)", bytes), littleEndian);
  return { info, starts: built.starts, bytes };
}

for (const is64 of [false, true]) {
  for (const littleEndian of [true, false]) {
    for (const version of [2, 3, 4, 5]) {
      const what = `version ${version}, ${is64 ? 64 : 32} bits, little-endian: ${littleEndian}`;
      Deno.test(`findNextUnit() finds a unit that leads to another one (${what})`, async () => {
        const units = UNITS.map((unit) => ({ ...unit, version, is64 }));
        const { info, starts, bytes } = damaged(units, littleEndian);
        bytes.fill(9, is64 ? 12 : 4, is64 ? 14 : 6); // the version of the first one
        assertEquals(await findNextUnit(info, 1), starts[1]);
      });
    }
  }
}

Deno.test("findNextUnit() finds the last unit, which leads to the end", async () => {
  const { info, starts } = damaged(UNITS);
  assertEquals(await findNextUnit(info, starts[1]! + 1), starts[2]);
});

Deno.test("findNextUnit() finds none behind the last one", async () => {
  const { info, starts } = damaged(UNITS);
  assertEquals(await findNextUnit(info, starts[2]! + 1), -1);
});

Deno.test("findNextUnit() does not take a unit whose successor is none", async () => {
  const { info, starts, bytes } = damaged(UNITS);
  bytes[starts[2]! + 4] = 9;
  assertEquals(await findNextUnit(info, 1), -1);
});

Deno.test("findNextUnit() looks far", async () => {
  const far = new Array(3 << 16).fill(0x33);
  const { info, starts } = damaged([{ tail: far }, { tail: [0] }, { tail: [0] }]);
  assertEquals(await findNextUnit(info, 1), starts[1]);
});

Deno.test("findNextUnit() does not read much for a unit that is near", async () => {
  const { bytes, starts } = damaged([...UNITS, { tail: new Array(1 << 16).fill(0) }]);
  const source = new CountingSource(new MemorySource("a(.debug_info)", bytes));
  assertEquals(await findNextUnit(new Section(source, true), 1), starts[1]);
  assertEquals(source.bytesRead < 1 << 13, true, `${source.bytesRead}`);
});

for (const is64 of [false, true]) {
  Deno.test(`findUnitBehind() goes where the length leads (${is64 ? 64 : 32} bits)`, async () => {
    // The unit behind does not lead on itself.
    const { info, starts, bytes } = damaged([...UNITS, { tail: [0] }].map((unit) => ({
      ...unit,
      is64,
    })));
    const version = is64 ? 12 : 4;
    for (const number of [0, 2]) bytes[starts[number]! + version] = 9;
    assertEquals(await findUnitBehind(info, { start: 0, previous: -1 }), starts[1]);
    const third = { start: starts[2]!, previous: starts[1]! };
    assertEquals(await findUnitBehind(info, third), starts[3]);
  });
}

Deno.test("findUnitBehind() ends where the length leads to the end", async () => {
  const { info, starts, bytes } = damaged(UNITS);
  bytes[starts[2]! + 4] = 9;
  const last = { start: starts[2]!, previous: starts[1]! };
  assertEquals(await findUnitBehind(info, last), info.size);
});

Deno.test("findUnitBehind() searches from the unit before, whose length may be wrong", async () => {
  const { info, starts, bytes } = damaged(UNITS);
  bytes[0] = info.size - 4 - 1; // the length of the first
  const nowhere = { start: info.size - 1, previous: 0 };
  assertEquals(await findUnitBehind(info, nowhere), starts[1]);
});

Deno.test("findUnitBehind() searches behind a unit with a reserved length", async () => {
  const { info, starts, bytes } = damaged(UNITS);
  bytes.set([0xf0, 0xff, 0xff, 0xff]);
  assertEquals(await findUnitBehind(info, { start: 0, previous: -1 }), starts[1]);
});

Deno.test("findNextUnit() passes much that could be a version quickly", async () => {
  // Version 4, without the size of addresses, at every fourth byte.
  const fours = Array.from({ length: 1 << 18 }, () => [4, 0, 0, 0]).flat();
  const { info, starts } = damaged([{ tail: fours }, { tail: [0] }, { tail: [0] }]);
  assertEquals(await findNextUnit(info, 1), starts[1]);
});

Deno.test("findNextUnit() gives up after many headers that are too short", async () => {
  const short = [1, 0, 0, 0, 5, 0, 1, 8, 0, 0, 0, 0];
  const bytes = Array.from({ length: (1 << 16) + 1 }, () => short).flat();
  const { info } = damaged([{ tail: bytes }, { tail: [0] }]);
  assertEquals(await findNextUnit(info, 1), -1);
});

Deno.test("findNextUnit() gives up after many that look like one", async () => {
  // Each leads to the middle of nowhere; the true ones are behind all of them.
  const fake = [9, 0, 0, 0, 5, 0, 1, 8, 0, 0, 0, 0, 0, 0xff];
  const fakes = Array.from({ length: 5000 }, () => fake).flat();
  const { info } = damaged([{ tail: fakes }, { tail: [0] }]);
  assertEquals(await findNextUnit(info, 1), -1);
});

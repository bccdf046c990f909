import { assert, assertEquals } from "@std/assert";
import { AbbreviationCache } from "../../lib/dwarf/abbreviation_cache.ts";
import { Section } from "../../lib/dwarf/section.ts";
import type { UnitHeader } from "../../lib/dwarf/unit_header.ts";
import { MemorySource } from "../../lib/bytes/mod.ts";

const HEADER: UnitHeader = {
  start: 0,
  end: 100,
  firstEntry: 12,
  version: 5,
  is64: false,
  addressSize: 8,
  abbreviationsOffset: 0,
  type: 1,
  id: 0n,
  typeOffset: 0,
  isInTypes: false,
};
/** Two tables: the codes 1 and 2, and the code 1. */
const BYTES = [1, 0x11, 1, 0, 0, 2, 0x2e, 0, 0, 0, 0, 1, 0x39, 0, 0, 0, 0];
const SECOND = 11;

function section(bytes: readonly number[] = BYTES): Section {
  return new Section(new MemorySource("a(.debug_abbrev)", Uint8Array.from(bytes)), true);
}

Deno.test("whole() gives the table at an offset", async () => {
  const cache = new AbbreviationCache();
  const abbrev = section();
  assertEquals([...(await cache.whole(abbrev, 0, HEADER)).tags], [0x11, 0x2e]);
  assertEquals([...(await cache.whole(abbrev, SECOND, HEADER)).tags], [0x39]);
});

Deno.test("whole() gives units that share a table the same one", async () => {
  const cache = new AbbreviationCache();
  const abbrev = section();
  const table = await cache.whole(abbrev, 0, HEADER);
  assert(table === await cache.whole(abbrev, 0, { ...HEADER, start: 200 }));
});

Deno.test("whole() lays a table out for each size of unit", async () => {
  const cache = new AbbreviationCache();
  const abbrev = section([1, 0x2e, 0, 0x11, 0x01, 0, 0, 0]);
  const sizes = [];
  for (const addressSize of [8, 4]) {
    sizes.push((await cache.whole(abbrev, 0, { ...HEADER, addressSize })).fixedSizes[0]);
  }
  assertEquals(sizes, [8, 4]);
});

Deno.test("whole() does not take the table of another file", async () => {
  const cache = new AbbreviationCache();
  await cache.whole(section(), 0, HEADER);
  const other = await cache.whole(section([5, 0x34, 0, 0, 0, 0]), 0, HEADER);
  assertEquals([...other.tags], [0x34]);
});

Deno.test("whole() gives tables again after many others", async () => {
  const bytes = Array.from({ length: 12 }, (_, at) => [1, at + 1, 0, 0, 0, 0]).flat();
  const cache = new AbbreviationCache();
  const abbrev = section(bytes);
  for (let round = 0; round < 2; round++) {
    for (let at = 0; at < 12; at++) {
      assertEquals([...(await cache.whole(abbrev, 6 * at, HEADER)).tags], [at + 1]);
    }
  }
});

Deno.test("upTo() gives no more than is needed for a code", async () => {
  const cache = new AbbreviationCache();
  const abbrev = section();
  assertEquals([...(await cache.upTo(abbrev, 0, HEADER, 1)).tags], [0x11]);
  assertEquals([...(await cache.upTo(abbrev, 0, HEADER, 2)).tags], [0x11, 0x2e]);
});

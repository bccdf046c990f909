import { assertEquals } from "@std/assert";
import { SparseMapParser, spellSparseMap } from "../../lib/bundle/sparse_map.ts";
import { chunksAtRandom, Random } from "../support/random.ts";

// What makes a map invalid is in tests/malformed/bundles_test.ts.

const SEED = 20261127;

Deno.test("SparseMapParser reads what spellSparseMap() writes, in pieces of any size", () => {
  const random = new Random(SEED);
  for (const count of [0, 1, 2, 50, 300]) {
    const extents = Array.from({ length: count }, (_, at) => {
      return { fileOffset: 10_000 * at + random.below(5000), length: random.below(5000) };
    });
    const map = spellSparseMap(extents);
    assertEquals(map.length % 512, 0);
    const withData = new Uint8Array(map.length + 700).fill(0x31);
    withData.set(map);
    const parser = new SparseMapParser("a.so", 10_000_000);
    let used = 0;
    for (const chunk of chunksAtRandom(withData, random, 300)) {
      if (!parser.isComplete) used += parser.push(chunk);
    }
    assertEquals(parser.isComplete, true);
    assertEquals(parser.extents, extents, `seed ${SEED}`);
    assertEquals(used, map.length, `seed ${SEED}`);
  }
});

Deno.test("SparseMapParser takes files of more than 4 GiB", () => {
  const extents = [{ fileOffset: 2 ** 40, length: 2 ** 33 }];
  const parser = new SparseMapParser("a.so", 2 ** 41);
  parser.push(spellSparseMap(extents));
  assertEquals(parser.extents, extents);
});

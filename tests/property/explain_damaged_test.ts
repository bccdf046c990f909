import { assert, assertEquals } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { explainText, imagesOf } from "../support/explain_text.ts";
import { Random } from "../support/random.ts";
import { patched, SHIFTED, shiftedMaps } from "../support/shifted_library.ts";

const PATH = "/opt/liblld-shifted.so";
const BASE = 0x7f0000000000;
const MAPS = shiftedMaps(PATH, BASE);
const ADDRESSES = ["0x7f0000001510", "0x7f00000015f0", `${PATH}+0x1510`, `(${PATH}+0x510)`];

/** A provider that has one file, whatever is in it. */
function filesOf(bytes: Uint8Array) {
  const source = new MemorySource(PATH, bytes);
  return { open: () => Promise.resolve({ source }) };
}

Deno.test("explainAddresses() and describeImages() explain files that are cut anywhere", async () => {
  for (let length = 0; length < SHIFTED.length; length += 61) {
    const files = filesOf(SHIFTED.subarray(0, length));
    const explanations = await explainText(ADDRESSES, { maps: MAPS, files });
    for (const { frames, failure } of explanations) {
      assert(failure !== undefined || frames[0] === "layout_first", `length ${length}: ${frames}`);
    }
    const { snapshots } = await imagesOf(MAPS, { files });
    assertEquals(snapshots[0]?.images.length, 1, `length ${length}`);
  }
});

for (const seed of [1, 2, 3]) {
  Deno.test(`explainAddresses() explains files with wrong bytes, seed ${seed}`, async () => {
    const random = new Random(seed);
    for (let round = 0; round < 400; round++) {
      const at = random.below(round % 2 === 0 ? 0x200 : SHIFTED.length);
      const files = filesOf(patched(SHIFTED, at, [random.below(256), random.below(256)]));
      const explanations = await explainText(ADDRESSES, { maps: MAPS, files });
      assertEquals(explanations.length, ADDRESSES.length);
      // What is plain data survives the way through JSON.
      assertEquals(JSON.parse(JSON.stringify(explanations)), explanations, `at ${at}`);
      await imagesOf(MAPS, { files });
    }
  });
}

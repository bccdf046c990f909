import { assertEquals } from "@std/assert";
import { buildDwarf, type BuiltDwarf } from "../support/dwarf_builder.ts";
import { compileUnit, framesOf, functionAt } from "../support/dwarf_units.ts";
import { packageWithTypes } from "../support/packed_types.ts";
import { Random } from "../support/random.ts";
import { dwo, dwp, skeleton, splitUnit } from "../support/split_dwarf.ts";

// A program with a skeleton unit and one that is whole: whatever is wrong with the split unit, or
// with the skeleton, the other unit keeps its frames.

const SEED = Number(Deno.env.get("SEED") ?? 20_260_101);
const VADDRS = [0x10, 0x1000, 0x1040];
const OTHER = {
  entry: compileUnit(0x10, 4, [functionAt("other", 0x10, 4)]),
  tail: new Array(260).fill(0),
};
const MAIN = skeleton([OTHER]);
const FILES = {
  "a .dwo file": dwo([splitUnit()]),
  "GNU's package": dwp(2),
  "a package": dwp(5),
  "GNU's package with units of types": packageWithTypes(2),
  "a package with units of types": packageWithTypes(5),
};

function changed(built: BuiltDwarf, section: string, bytes: Uint8Array): BuiltDwarf {
  const sections = new Map(built.sections).set(section, bytes);
  return buildDwarf({ name: built.name, sections: Object.fromEntries(sections) });
}

async function check(main: BuiltDwarf, file: BuiltDwarf, what: string): Promise<void> {
  const { frames } = await framesOf(main, VADDRS, { split: () => Promise.resolve(file) });
  assertEquals(frames[0], "other", what);
}

for (const [what, file] of Object.entries(FILES)) {
  Deno.test(`findSourceFrames() reads ${what} beside another unit`, async () => {
    const found = await framesOf(MAIN, VADDRS, { split: () => Promise.resolve(file) });
    const second = what.includes("types") ? "ns::Type::method" : "second";
    assertEquals(found, { frames: ["other", "first", second], problems: [] });
  });

  Deno.test(`damage in ${what} costs no other unit its frames, seed ${SEED}`, async () => {
    const random = new Random(SEED);
    for (const [section, bytes] of file.sections) {
      for (let at = 0; at < bytes.length; at++) {
        for (const mask of [1 << random.below(8), 0xff, 1 + random.below(255)]) {
          const flipped = bytes.slice();
          flipped[at]! ^= mask;
          const where = `seed ${SEED}: byte ${at} of ${section} ^ ${mask}`;
          await check(MAIN, changed(file, section, flipped), where);
        }
        const cut = bytes.subarray(0, at);
        await check(MAIN, changed(file, section, cut), `${section} cut at ${at}`);
      }
    }
  });
}

Deno.test(`damage in a skeleton unit costs no other unit its frames, seed ${SEED}`, async () => {
  const random = new Random(SEED);
  const file = FILES["a package"];
  for (const section of [".debug_info", ".debug_addr"]) {
    const bytes = MAIN.sections.get(section)!;
    const end = section === ".debug_info" ? MAIN.starts[1]! : bytes.length;
    for (let at = 0; at < end; at++) {
      for (const mask of [1 << random.below(8), 0xff, 1 + random.below(255)]) {
        const flipped = bytes.slice();
        flipped[at]! ^= mask;
        const where = `seed ${SEED}: byte ${at} of ${section} ^ ${mask}`;
        await check(changed(MAIN, section, flipped), file, where);
      }
    }
  }
});

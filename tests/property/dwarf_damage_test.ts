import { assertEquals } from "@std/assert";
import { FileSource } from "../../lib/bytes/file_source.ts";
import { DW_UT_COMPILE } from "../../lib/dwarf/constants.ts";
import { type DwarfFile, findSourceFrames, type SourceFrame } from "../../lib/dwarf/mod.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { dwarfOfElf } from "../../lib/symbols/dwarf_of_elf.ts";
import { buildDwarf } from "../support/dwarf_builder.ts";
import { readAllOf } from "../support/debug_files.ts";
import { compileUnit, functionAt, inlinedAt } from "../support/dwarf_units.ts";
import { Random } from "../support/random.ts";
import { testdata } from "../support/testdata.ts";

// Debug information of compilers, with a unit of our own before and behind theirs. Whatever is wrong
// with theirs, it gives frames and problems, never an error, and ours keep their frames.

const SEED = Number(Deno.env.get("SEED") ?? 20_260_101);
const SECTIONS = [
  "info",
  "abbrev",
  "line",
  "str",
  "line_str",
  "ranges",
  "rnglists",
  "addr",
  "str_offsets",
  "aranges",
].map((name) => `.debug_${name}`);
/** Ours. The second is where no damage of one byte makes theirs reach. */
const BEFORE = 0x10;
const BEHIND = -0x7f000000;
/** Theirs have their code there. */
const CODE = [[0x2c0, 0x3c0], [0x1020, 0x1140]] as const;
const STEP = 8;

/** Sections, and which part of each is not ours. */
interface Library {
  readonly littleEndian: boolean;
  readonly sections: ReadonlyMap<string, Uint8Array>;
  readonly parts: ReadonlyMap<string, readonly [start: number, end: number]>;
}

async function libraryOf(name: string): Promise<Library> {
  using source = FileSource.open(testdata(`dwarf/${name}.so`));
  const file = dwarfOfElf(await ElfFile.open(source));
  const sections = new Map<string, Uint8Array>();
  const parts = new Map<string, [number, number]>();
  for (const name of SECTIONS) {
    const section = await file.section(name);
    if (section === undefined) continue;
    const bytes = await readAllOf(section);
    sections.set(name, bytes);
    parts.set(name, [0, bytes.length]);
  }
  const { littleEndian } = file;
  const [info, abbrev] = [sections.get(".debug_info")!, sections.get(".debug_abbrev")!];
  const before = ours("before", BEFORE, littleEndian, abbrev.length);
  const behind = ours("behind", BEHIND, littleEndian, abbrev.length);
  const first = before.get(".debug_info")!;
  sections.set(".debug_info", joined(first, info, behind.get(".debug_info")!));
  sections.set(".debug_abbrev", joined(abbrev, behind.get(".debug_abbrev")!));
  parts.set(".debug_info", [first.length, first.length + info.length]);
  return { littleEndian, sections, parts };
}

function ours(name: string, start: number, littleEndian: boolean, abbreviationsOffset: number) {
  const call = inlinedAt(`${name} inlined`, start, 4);
  const entry = compileUnit(start, 8, [functionAt(name, start, 8, [call])]);
  // More than 256 bytes, so that no damaged byte of a length takes one of ours for a part of theirs.
  const tail = new Array(260).fill(0);
  const unit = { version: 5, type: DW_UT_COMPILE, abbreviationsOffset, entry, tail };
  return buildDwarf({ littleEndian, units: [unit] }).sections;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function fileOf({ littleEndian, sections }: Pick<Library, "littleEndian" | "sections">) {
  return buildDwarf({ littleEndian, sections: Object.fromEntries(sections) });
}

const VADDRS = Float64Array.from([
  BEHIND,
  BEFORE,
  ...CODE.flatMap(([start, end]) =>
    Array.from({ length: (end - start) / STEP }, (_, at) => start + at * STEP)
  ),
]);

/** The frames of theirs and the problems; those of ours are checked. */
async function framesIn(main: DwarfFile, what: () => string) {
  const { frames, problems } = await findSourceFrames({ main }, VADDRS);
  const names = frames.slice(0, 2).map((chain) => chain?.map(({ name }) => name).join(";"));
  assertEquals(names, ["behind;behind inlined", "before;before inlined"], what());
  return { frames: frames.slice(2), problems };
}

const NAMES = [...Deno.readDirSync(testdata("dwarf"))].map(({ name }) => name)
  .filter((name) => name.endsWith(".so")).map((name) => name.replace(".so", "")).sort();

for (const name of NAMES) {
  Deno.test(`findSourceFrames() reads ${name} between two other units`, async () => {
    const { frames, problems } = await framesIn(fileOf(await libraryOf(name)), () => name);
    assertEquals(problems, []);
    const inlined = frames.filter((chain) => (chain?.length ?? 0) > 1);
    assertEquals(inlined.length > 0, true);
  });
}

/** Every byte of these is damaged, and they are cut everywhere; a sample of the others. */
const WHOLE = ["gcc-dwarf5", "clang-dwarf5"];
const SAMPLE = 150;

for (const name of NAMES) {
  Deno.test(`damage in ${name} costs no other unit its frames, seed ${SEED}`, async () => {
    const random = new Random(SEED);
    const library = await libraryOf(name);
    for (const [section, at] of placesIn(library, random, WHOLE.includes(name))) {
      const bytes = library.sections.get(section)!.slice();
      const mask = random.below(2) === 0 ? 1 << random.below(8) : 1 + random.below(255);
      bytes[at]! ^= mask;
      const sections = new Map(library.sections).set(section, bytes);
      await framesIn(
        fileOf({ ...library, sections }),
        () => `seed ${SEED}: byte ${at} of ${section} ^ ${mask}`,
      );
    }
  });
}

for (const name of NAMES) {
  Deno.test(`a cut section of ${name} costs no other unit its frames, seed ${SEED}`, async () => {
    const library = await libraryOf(name);
    for (const [section, at] of placesIn(library, new Random(SEED), WHOLE.includes(name))) {
      // Ours are in these sections, behind theirs.
      if (section === ".debug_info" || section === ".debug_abbrev") continue;
      const sections = new Map(library.sections);
      sections.set(section, library.sections.get(section)!.subarray(0, at));
      await framesIn(fileOf({ ...library, sections }), () => `${section} cut at ${at}`);
    }
  });
}

Deno.test("cut units and abbreviations give frames and problems", async () => {
  for (const name of WHOLE) {
    const library = await libraryOf(name);
    for (const section of [".debug_info", ".debug_abbrev"]) {
      const bytes = library.sections.get(section)!;
      for (let at = 0; at < bytes.length; at++) {
        const sections = new Map(library.sections).set(section, bytes.subarray(0, at));
        const main = fileOf({ ...library, sections });
        const { frames, problems } = await findSourceFrames({ main }, VADDRS);
        const known = frames.filter((chain) => chain !== undefined).length;
        // Nothing is lost without a word, but for whole units at the end.
        const isWhole = section === ".debug_info" && library.parts.get(section)!.includes(at);
        if (at > 0 && !isWhole) {
          assertEquals(problems.length > 0, true, `${section} at ${at}, ${known}`);
        }
      }
    }
  }
});

function* placesIn(
  { parts }: Library,
  random: Random,
  isWhole: boolean,
): Generator<[section: string, at: number]> {
  if (isWhole) {
    for (const [section, [start, end]] of parts) {
      for (let at = start; at < end; at++) yield [section, at];
    }
    return;
  }
  const names = [...parts.keys()];
  for (let count = 0; count < SAMPLE; count++) {
    const section = random.pick(names);
    const [start, end] = parts.get(section)!;
    yield [section, start + random.below(end - start)];
  }
}

Deno.test(`random sections give frames and problems, seed ${SEED}`, async () => {
  const random = new Random(SEED);
  const library = await libraryOf("clang-dwarf5");
  const names = [...library.sections.keys()];
  for (let count = 0; count < 600; count++) {
    const sections = new Map(library.sections);
    for (let changed = random.below(3); changed >= 0; changed--) {
      sections.set(random.pick(names), randomBytes(random));
    }
    await findSourceFrames({ main: fileOf({ ...library, sections }) }, VADDRS);
  }
});

/** Any bytes, or those that damage most often leads to. */
function randomBytes(random: Random): Uint8Array {
  const length = random.below(300);
  const few = [0, 1, 0x7f, 0x80, 0xff];
  return random.below(2) === 0
    ? Uint8Array.from({ length }, () => random.below(256))
    : Uint8Array.from({ length }, () => random.pick(few));
}

Deno.test("findSourceFrames() gives the same frames for each vaddr alone", async () => {
  for (const name of NAMES) {
    const main = fileOf(await libraryOf(name));
    const together = await findSourceFrames({ main }, VADDRS);
    for (const [at, vaddr] of VADDRS.entries()) {
      const alone: (readonly SourceFrame[] | undefined)[] = [
        ...(await findSourceFrames({ main }, Float64Array.of(vaddr))).frames,
      ];
      assertEquals(alone, [together.frames[at]], `${name} ${vaddr}`);
    }
  }
});

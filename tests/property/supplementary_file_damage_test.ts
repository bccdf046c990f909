import { assert, assertEquals } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import * as constants from "../../lib/dwarf/constants.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { findFunctions, type FunctionLookup } from "../../lib/symbols/mod.ts";
import { buildDwarf, type BuiltDwarf } from "../support/dwarf_builder.ts";
import { codeAt, compileUnit } from "../support/dwarf_units.ts";
import { buildElf, codeSection } from "../support/elf_builder.ts";
import type { SectionSpec } from "../support/elf_spec.ts";
import { Random } from "../support/random.ts";
import { written } from "../support/dwarf_writer.ts";

// A library with debug information of which `dwz` moved a part to a supplementary file, as
// `.gnu_debugaltlink` says. Whatever is wrong with that file, functions keep the names of their
// symbols, and what is missing of inlined functions has a reason.

const SEED = Number(Deno.env.get("SEED") ?? 20_260_101);
const BUILD_ID = Array.from({ length: 20 }, (_, at) => at + 1);
const SHT_NOTE = 7;
const {
  DW_AT_ABSTRACT_ORIGIN,
  DW_AT_LANGUAGE,
  DW_AT_NAME,
  DW_AT_SPECIFICATION,
  DW_FORM_DATA1,
  DW_FORM_GNU_REF_ALT,
  DW_FORM_GNU_STRP_ALT,
  DW_FORM_REF4,
  DW_FORM_STRP,
  DW_TAG_INLINED_SUBROUTINE,
  DW_TAG_NAMESPACE,
  DW_TAG_PARTIAL_UNIT,
  DW_TAG_STRUCTURE_TYPE,
  DW_TAG_SUBPROGRAM,
} = constants;
const CPP = [DW_AT_LANGUAGE, DW_FORM_DATA1, 4] as const;
const named = (name: string) => [DW_AT_NAME, DW_FORM_STRP, name] as const;

/** Two units: a namespace with a type and a method, which is defined apart; and a function. */
const SHARED = buildDwarf({
  name: "shared",
  units: [
    {
      version: 4,
      entry: {
        tag: DW_TAG_PARTIAL_UNIT,
        attributes: [CPP],
        children: [
          {
            tag: DW_TAG_NAMESPACE,
            attributes: [named("ns")],
            children: [{
              tag: DW_TAG_STRUCTURE_TYPE,
              attributes: [named("Type")],
              children: [{ tag: DW_TAG_SUBPROGRAM, label: "m", attributes: [named("method")] }],
            }],
          },
          {
            tag: DW_TAG_SUBPROGRAM,
            label: "abstract",
            attributes: [[DW_AT_SPECIFICATION, DW_FORM_REF4, "m"]],
          },
        ],
      },
    },
    {
      version: 4,
      entry: {
        tag: DW_TAG_PARTIAL_UNIT,
        attributes: [CPP],
        children: [{ tag: DW_TAG_SUBPROGRAM, label: "f", attributes: [named("function")] }],
      },
    },
  ],
});
const SHARED_ELF = sharedElf(SHARED.sections);

function sharedElf(sections: BuiltDwarf["sections"]): Uint8Array {
  return buildElf({
    sections: [
      { name: ".note.gnu.build-id", type: SHT_NOTE, bytes: noteOf(BUILD_ID) },
      ...sectionsOf(sections),
    ],
    sectionNames: true,
  }).bytes;
}

function noteOf(id: readonly number[]): Uint8Array {
  return written((writer) => {
    for (const word of [4, id.length, 3]) writer.u32(word); // NT_GNU_BUILD_ID
    writer.string("GNU");
    writer.raw(...id);
  });
}

function sectionsOf(sections: BuiltDwarf["sections"]): SectionSpec[] {
  return [...sections].map(([name, bytes]) => ({ name, flags: 0, bytes }));
}

/** An inlined call. */
function call(start: number, ...attributes: readonly (readonly [number, number, number])[]) {
  return { tag: DW_TAG_INLINED_SUBROUTINE, attributes: [...codeAt(start, 4), ...attributes] };
}

/** A library with the function "outer", and where its code is. */
function library() {
  const text = codeSection(".text", 0x40);
  const symbols = [{ name: "outer", at: 0, size: 0x20 }, { name: "other", at: 0x20, size: 0x20 }];
  const spec = { sections: [text], symbols, sectionNames: true };
  const { vaddr } = buildElf(spec).section(".text");
  const dwarf = buildDwarf({
    units: [{
      version: 4,
      entry: compileUnit(vaddr, 0x20, [{
        tag: DW_TAG_SUBPROGRAM,
        attributes: codeAt(vaddr, 0x20),
        children: [
          call(vaddr, [DW_AT_ABSTRACT_ORIGIN, DW_FORM_GNU_REF_ALT, SHARED.offsetOf("abstract")]),
          call(vaddr + 4, [DW_AT_ABSTRACT_ORIGIN, DW_FORM_GNU_REF_ALT, SHARED.offsetOf("f")]),
          // "method", the third of the strings
          call(vaddr + 8, [DW_AT_NAME, DW_FORM_GNU_STRP_ALT, "ns\0Type\0".length]),
        ],
      }], [CPP]),
    }],
  });
  const link = written((writer) => {
    writer.string("shared.debug");
    writer.raw(...BUILD_ID);
  });
  const built = buildElf({
    ...spec,
    sections: [
      text,
      ...sectionsOf(dwarf.sections),
      { name: ".gnu_debugaltlink", flags: 0, bytes: link },
    ],
  });
  assertEquals(built.section(".text").vaddr, vaddr);
  return { bytes: built.bytes, vaddrs: Float64Array.from([0, 4, 8, 12, 0x20], (at) => vaddr + at) };
}

const LIBRARY = library();

/** What is found with these bytes as the supplementary file. */
async function find(shared: Uint8Array | undefined): Promise<FunctionLookup> {
  const elf = await ElfFile.open(new MemorySource("libtest.so", LIBRARY.bytes));
  const places = {
    debugDirs: [],
    openDebugFile: (path: string) =>
      Promise.resolve(
        shared !== undefined && path === "/lib/shared.debug"
          ? new MemorySource(path, shared)
          : undefined,
      ),
  };
  const choice = { inlines: true, positions: true };
  return await findFunctions(elf, "/lib/libtest.so", LIBRARY.vaddrs, places, choice);
}

const RIGHT = ["outer;ns::Type::method", "outer;function", "outer;method", "outer", "other"];

function chainsOf({ functions }: FunctionLookup): string[] {
  return functions.map((found) =>
    [found?.name, ...found?.inlined?.map(({ name }) => name) ?? []].join(";")
  );
}

/** Whether all names are right; those of symbols are in any case, and what is missing if cut. */
async function isRight(shared: Uint8Array, what: string, isCut = true): Promise<boolean> {
  const found = await find(shared);
  const chains = chainsOf(found);
  const symbols = chains.map((chain) => chain.split(";")[0]);
  assertEquals(symbols, ["outer", "outer", "outer", "outer", "other"], what);
  assertEquals(chains.slice(3), RIGHT.slice(3), what);
  const right = chains.every((chain, at) => chain === RIGHT[at]);
  // A changed byte may be another name, or make of it what is none. A cut is told about.
  if (isCut) assertEquals(found.problems.length > 0, !right, `${what}: ${chains}`);
  return right;
}

Deno.test("findFunctions() names inlined functions from a supplementary file", async () => {
  const found = await find(SHARED_ELF);
  assertEquals([chainsOf(found), found.problems], [RIGHT, []]);
});

Deno.test("findFunctions() keeps the names of symbols without the supplementary file", async () => {
  const found = await find(undefined);
  const symbols = found.functions.map((named) => named?.name);
  assertEquals(symbols, ["outer", "outer", "outer", "outer", "other"]);
  const id = BUILD_ID.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  assertEquals(found.problems, [
    'Cannot find the shared debug information of "libtest.so": "shared.debug" is not there, ' +
    `want build-id ${id}`,
  ]);
});

Deno.test(`a flipped byte of a supplementary file costs no symbol its name, seed ${SEED}`, async () => {
  const random = new Random(SEED);
  let wrong = 0;
  for (let at = 0; at < SHARED_ELF.length; at++) {
    for (const mask of [1 << random.below(8), 0xff, 1 + random.below(255)]) {
      const flipped = SHARED_ELF.slice();
      flipped[at]! ^= mask;
      if (!await isRight(flipped, `seed ${SEED}: byte ${at} ^ ${mask}`, false)) wrong++;
    }
  }
  // The damage is of things that are used.
  assert(wrong > SHARED_ELF.length / 4, `${wrong} of ${SHARED_ELF.length}`);
});

Deno.test("a cut supplementary file costs no symbol its name", async () => {
  let wrong = 0;
  for (let length = 0; length < SHARED_ELF.length; length++) {
    if (!await isRight(SHARED_ELF.subarray(0, length), `cut at ${length}`)) wrong++;
  }
  // Its section headers are at the end.
  assertEquals(wrong, SHARED_ELF.length);
});

for (const [name, bytes] of SHARED.sections) {
  Deno.test(`a cut ${name} of a supplementary file costs no symbol its name`, async () => {
    let wrong = 0;
    for (let length = 0; length < bytes.length; length++) {
      const sections = new Map(SHARED.sections).set(name, bytes.subarray(0, length));
      if (!await isRight(sharedElf(sections), `${name} cut at ${length}`)) wrong++;
    }
    assert(wrong > bytes.length / 2, `${wrong} of ${bytes.length}`);
  });
}

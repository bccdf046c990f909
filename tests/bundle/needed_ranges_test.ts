import { assert, assertEquals } from "@std/assert";
import { traceNeeded } from "../../lib/bundle/needed_ranges.ts";
import { TracingSource } from "../../lib/bundle/tracing_source.ts";
import { BlockBuffer, type ByteSource, ExtentSource, MemorySource } from "../../lib/bytes/mod.ts";
import { PF_R, PF_X, PT_LOAD } from "../../lib/elf/constants.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { isSourceError } from "../../lib/errors.ts";
import { findFunctions } from "../../lib/symbols/mod.ts";
import { buildElf } from "../support/elf_builder.ts";
import { Random } from "../support/random.ts";
import { testdata } from "../support/testdata.ts";

const SEED = 20261123;
const ADDRESSES = 200;
/** So that no file is too small to be cut. */
const PADDING = 1 << 16;
const NOTHING = { whole: false, code: false, dwarf: false };

for (const folder of ["layouts", "plt", "bounds", "debug_files", "recordings"]) {
  Deno.test(`traceNeeded() takes all that names of testdata/${folder} need, whichever code is asked for`, async () => {
    const random = new Random(SEED);
    let count = 0;
    for (const path of elfFilesBelow(testdata(folder))) {
      const source = paddedSource(path);
      const elf = await ElfFile.open(source);
      const vaddrs = randomVaddrs(elf, random);
      const found = await namesOf(await partOf(source), vaddrs);
      assertEquals(found, await namesOf(source, vaddrs), `${path}, seed ${SEED}`);
      count++;
    }
    assert(count > 0);
  });
}

for (
  const [what, options, taken] of [
    ["no code, data or debug information as a rule", NOTHING, []],
    ["code if it is to", { ...NOTHING, code: true }, [".text"]],
    ["debug information if it is to", { ...NOTHING, dwarf: true }, [".debug_info"]],
    ["all if it is to", { ...NOTHING, whole: true }, [".text", ".rodata", ".debug_info"]],
  ] as const
) {
  Deno.test(`traceNeeded() takes ${what}`, async () => {
    const spec = {
      sections: [".text", ".rodata", ".debug_info"].map((name) => ({
        name,
        flags: FLAGS[name]!,
        bytes: new Uint8Array(LARGE_SIZE),
      })),
      symbols: [{ name: "f", at: 0, size: 16 }],
      sectionNames: true,
    };
    const { fileOffset, size: fileSize, vaddr } = buildElf(spec).section(".text");
    const code = { type: PT_LOAD, flags: PF_R | PF_X, fileOffset, fileSize, vaddr };
    const { source, section } = buildElf({ ...spec, segments: [code] });
    const tracing = new TracingSource(source);
    await traceNeeded(await ElfFile.open(tracing), options);
    const extents = tracing.ranges.extents();
    const isTaken = (name: string) => {
      const { fileOffset, size } = section(name);
      const [start, end] = [fileOffset, fileOffset + size];
      return extents.some((one) => one.fileOffset <= start && one.fileOffset + one.length >= end);
    };
    assertEquals([".text", ".rodata", ".debug_info"].filter(isTaken), [...taken]);
    assert([".symtab", ".strtab"].every(isTaken));
  });
}

const LARGE_SIZE = 1 << 15;
const [SHF_ALLOC, SHF_EXECINSTR] = [2, 4];
const FLAGS: Readonly<Record<string, number>> = {
  ".text": SHF_ALLOC | SHF_EXECINSTR,
  ".rodata": SHF_ALLOC,
  ".debug_info": 0,
};

/** What is taken of a file, as a bundle holds it. */
async function partOf(source: ByteSource): Promise<ByteSource> {
  const tracing = new TracingSource(source);
  await traceNeeded(await ElfFile.open(tracing), NOTHING);
  const extents = tracing.ranges.extents();
  const data = new BlockBuffer();
  for (const { fileOffset, length } of extents) {
    data.append(await source.readAt(fileOffset, length));
  }
  return new ExtentSource(source.name, source.size, extents, data);
}

/** What is found for vaddrs, or why nothing is. */
async function namesOf(source: ByteSource, vaddrs: Float64Array): Promise<unknown> {
  try {
    const openDebugFile = () => Promise.resolve(undefined);
    const places = { debugDirs: [], openDebugFile };
    return await findFunctions(await ElfFile.open(source), "/a.so", vaddrs, places);
  } catch (error) {
    if (!isSourceError(error)) throw error;
    return error.message;
  }
}

/** Vaddrs in all code of a file. */
function randomVaddrs(elf: ElfFile, random: Random): Float64Array {
  const code = elf.loadSegments.filter(({ executable, fileSize }) => executable && fileSize > 0);
  const vaddrs = new Set<number>();
  for (const { vaddr, fileSize } of code) {
    for (let at = 0; at < ADDRESSES; at++) vaddrs.add(vaddr + random.below(fileSize));
  }
  return Float64Array.from(vaddrs).sort();
}

function paddedSource(path: string): ByteSource {
  const bytes = Deno.readFileSync(path);
  const padded = new Uint8Array(bytes.length + PADDING);
  padded.set(bytes);
  return new MemorySource(path, padded);
}

function* elfFilesBelow(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* elfFilesBelow(path);
    else if (isElf(path)) yield path;
  }
}

function isElf(path: string): boolean {
  using file = Deno.openSync(path);
  const head = new Uint8Array(4);
  file.readSync(head);
  return head.join() === "127,69,76,70";
}

import { assert, assertEquals } from "@std/assert";
import { FileSource } from "../../lib/bytes/file_source.ts";
import type { ByteSource } from "../../lib/bytes/mod.ts";
import { findSection } from "../../lib/elf/section_data.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { findSourceFrames } from "../../lib/symbols/find_source_frames.ts";
import { CountingSource } from "../support/counting_source.ts";
import { testdata } from "../support/testdata.ts";

const PLACES = { debugDirs: [], openDebugFile: () => Promise.resolve(undefined) };

/** The frames of some code, and whether anything of the line table was read. */
async function framesOf(hasLines: boolean) {
  using file = FileSource.open(testdata("dwarf/gcc-dwarf5.so"));
  const source = new CountingSource(file);
  const elf = await ElfFile.open(source as ByteSource);
  const text = (await findSection(elf, ".text"))!;
  const lines = (await findSection(elf, ".debug_line"))!;
  const vaddrs = Float64Array.from({ length: text.size >> 2 }, (_, at) => text.vaddr + 4 * at);
  const { frames } = await findSourceFrames(elf, "/lib.so", vaddrs, PLACES, hasLines);
  const end = lines.fileOffset + lines.size;
  const readsLines = source.reads.some(({ fileOffset, length }) =>
    fileOffset < end && fileOffset + length > lines.fileOffset
  );
  return { frames, readsLines };
}

Deno.test("findSourceFrames() gives the same functions without lines, and reads none", async () => {
  const [whole, short] = [await framesOf(true), await framesOf(false)];
  assertEquals([whole.readsLines, short.readsLines], [true, false]);
  const named = (frames: typeof whole.frames) =>
    frames.map((chain = []) => chain.map(({ name }) => name).filter((name) => name !== ""));
  assert(whole.frames.some((chain) => chain !== undefined && chain.length > 1));
  assertEquals(named(short.frames), named(whole.frames));
  assert(short.frames.every((chain) => chain?.every(({ file }) => file === "") ?? true));
});

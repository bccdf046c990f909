/**
 * Inlined functions and source lines from DWARF 2 to 5, in 32- and 64-bit format and either byte
 * order. In come the sections of a file as random access to bytes, and vaddrs; out come their
 * frames, outermost first, each with its function and its place in the source. Nothing here opens a
 * file, or knows how sections are stored.
 *
 * Only units that hold a wanted vaddr are read, each once and whole, and strings one by one as they
 * are needed. Every offset, count and loop from a file is bounded, and what is damaged costs its own
 * frames only.
 *
 * @example
 * ```ts
 * import { findSourceFrames } from "./mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * // A file without DWARF.
 * const main = { name: "libfoo.so", littleEndian: true, section: () => Promise.resolve(undefined) };
 * const { frames, problems } = await findSourceFrames({ main }, Float64Array.of(0x1234));
 * assertEquals(frames, [undefined]);
 * assertEquals(problems, []);
 * ```
 *
 * @module
 */
export type { DwarfFile, DwarfFiles, SplitUnitRequest } from "./dwarf_file.ts";
export { findSourceFrames, type SourceFrameLookup } from "./find_source_frames.ts";
export type { SourceFrame } from "./source_frame.ts";

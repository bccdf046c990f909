/**
 * Recordings in: bytes become a `RawProfile`. One file a format; nothing here knows maps or ELF
 * files, a frame's text is only read for what it says.
 *
 * @example
 * ```ts
 * import { readFolded } from "./mod.ts";
 * import { readerOfBytes } from "../bytes/mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const text = "app;0x7f0000001234 2\napp;0x7f0000001234 3\n";
 * const profile = await readFolded([readerOfBytes("a.folded", new TextEncoder().encode(text))]);
 * assertEquals(profile.samples.size, 1);
 * assertEquals(profile.samples.weightOf(0), 5);
 * assertEquals(profile.locations[1]?.kind, "address");
 * ```
 *
 * @module
 */
export { FoldedReader, profileOf, readFolded, type ReadFoldedOptions } from "./folded.ts";
export { parseHexAddress, parseRawFrame } from "./raw_frame.ts";
export { addBatch, type StackBatch, StackBatcher } from "./stack_batch.ts";
export { type CountStacksOptions, StackCounter, type StackCounts } from "./stack_counter.ts";
export { type NewStacks, StackParser } from "./stack_parser.ts";

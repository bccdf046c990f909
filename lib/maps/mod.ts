/**
 * Where things were in the recorded process: a snapshot of its mappings becomes `Mapping`s, and the
 * mappings of a file, with the LOAD segments that its ELF header lists, become `Image`s, the loaded
 * copies of the file, each with one load bias.
 *
 * Invariants: ranges are `[start, end)`; an image's base is its first mapping; what no rule places
 * is not placed.
 *
 * @example
 * ```ts
 * import { findImages, parseMaps } from "./mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const text = `7ff9b9a5c000-7ff9b9a5d000 r--p 00000000 fe:00 42 /lib/twice.so
 * 7ff9b9a5d000-7ff9b9a5e000 rw-p 00000000 fe:00 42 /lib/twice.so
 * 7ff9b9a60000-7ff9b9a61000 r-xp 00004000 fe:00 42 /lib/twice.so`;
 * const snapshot = await parseMaps("maps", [new TextEncoder().encode(text)]);
 * const flags = { readable: true, writable: false, executable: false };
 * const [image] = findImages(snapshot.mappings, [
 *   { ...flags, fileOffset: 0, fileSize: 0x2c0, vaddr: 0, memorySize: 0x2c0 },
 *   { ...flags, writable: true, fileOffset: 0x2c0, fileSize: 0x100, vaddr: 0x12c0, memorySize: 0x100 },
 *   { ...flags, executable: true, fileOffset: 0x4000, fileSize: 0x80, vaddr: 0x4000, memorySize: 0x80 },
 * ], snapshot.pageSize);
 * assertEquals(image?.imageBase, 0x7ff9b9a5c000);
 * assertEquals(image?.mappings.length, 3);
 * ```
 *
 * @module
 */
export type { BiasCandidate } from "./bias_fits.ts";
export { checkText } from "./check_text.ts";
export { type BiasRound, findImages, type Image, type RivalImage } from "./find_images.ts";
export { fitSegment, type SegmentFit } from "./fit_segment.ts";
export type { LoadSegment } from "./load_segment.ts";
export { isAnonymous, isFileBacked, isVdso, type Mapping } from "./mapping.ts";
export { type InvalidMapsLine, type MapsSnapshot, parseMaps } from "./parse_maps.ts";
export {
  type ImageSurroundings,
  type LayoutRemark,
  type LayoutRemarkKind,
  mappedBesides,
  remarkLayout,
} from "./layout_remarks.ts";

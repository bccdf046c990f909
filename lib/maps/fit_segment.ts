import type { LoadSegment } from "./load_segment.ts";
import type { Mapping } from "./mapping.ts";
import { ceilToPage, floorToPage } from "./page.ts";
import { isReservedRange } from "./reserved_range.ts";

/** Explaining a mapping is worth this much; a lead below it comes from permissions. */
export const EXPLAINED = 8;

/** How a mapping of a file fits a segment of it. */
export interface SegmentFit {
  /** The load bias that follows. */
  readonly loadBias: number;
  /** How well it agrees: 8 for fitting, 4 and 1 more for permissions; 1 if it is too long. */
  readonly score: number;
}

/**
 * How a mapping of a file fits a segment; undefined if it does not.
 *
 * @param segments All LOAD segments of the file, by vaddr.
 * @param pageSize Of the recorded machine, in bytes.
 */
export function fitSegment(
  mapping: Mapping,
  segment: LoadSegment,
  segments: readonly LoadSegment[],
  pageSize: number,
): SegmentFit | undefined {
  if (!isAccessible(mapping) || !holdsOffset(segment, mapping.fileOffset, pageSize)) {
    return undefined;
  }
  const loadBias = mapping.start - (mapping.fileOffset - segment.fileOffset + segment.vaddr);
  // A vaddr that is no address, in a damaged file.
  if (Number.isNaN(loadBias)) return undefined;
  const isWhole = isReservedRange(mapping, segments, loadBias, pageSize);
  return { loadBias, score: agreement(mapping, segment, isWhole, pageSize) };
}

/** Whether a mapping has any permission: those without say nothing. */
export function isAccessible(mapping: Mapping): boolean {
  return mapping.readable || mapping.writable || mapping.executable;
}

function holdsOffset(segment: LoadSegment, fileOffset: number, pageSize: number): boolean {
  return segment.fileSize > 0 && fileOffset >= floorToPage(segment.fileOffset, pageSize) &&
    fileOffset < ceilToPage(segment.fileOffset + segment.fileSize, pageSize);
}

/**
 * How well a mapping agrees with a segment: 8 for explaining it at all, more for permissions. A
 * segment that is written may be read-only by now (relocations), so that weighs least. A mapping
 * that goes on behind the segment was made for something else, but for one of the whole image.
 */
function agreement(
  mapping: Mapping,
  segment: LoadSegment,
  isWhole: boolean,
  pageSize: number,
): number {
  const behind = ceilToPage(segment.fileOffset + segment.fileSize, pageSize);
  if (!isWhole && mapping.fileOffset + (mapping.end - mapping.start) > behind) return 1;
  return EXPLAINED + (mapping.executable === segment.executable ? 4 : 0) +
    (mapping.writable && !segment.writable ? 0 : 1);
}

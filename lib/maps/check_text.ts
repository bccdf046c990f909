import { hex } from "../errors.ts";
import type { Image } from "./find_images.ts";
import type { LoadSegment } from "./load_segment.ts";
import { isVdso, type Mapping } from "./mapping.ts";
import { ceilToPage, floorToPage } from "./page.ts";
import { isReservedRange } from "./reserved_range.ts";

/**
 * Compares where a file says that its text lies with where the process had it. The loader maps a
 * segment whole, so a file whose text is shorter or longer than what was mapped is not the file
 * that ran, even if its offsets happen to fit.
 *
 * Pages that something else took (anonymous memory, another file) are left out of the comparison. Of
 * the vDSO the kernel maps the whole file, with the section headers behind its text. Recorders may
 * have seen how the loader reserved room for the whole image ({@linkcode isReservedRange}). A file
 * that `perf inject --jit` has made of code is not mapped by pages: its offset is that of the code.
 *
 * @param image What {@linkcode findImages} found.
 * @param segments The LOAD segments of the file.
 * @param all All mappings of the snapshot, by start.
 * @param pageSize Of the recorded machine, in bytes.
 * @returns What does not agree, as a clause; empty if all does.
 */
export function checkText(
  image: Image,
  segments: readonly LoadSegment[],
  all: readonly Mapping[],
  pageSize: number,
): string {
  const ranges = segments.filter((segment) => segment.executable && segment.fileSize > 0)
    .map((segment) => textRange(segment, image.loadBias, pageSize));
  for (const mapping of image.mappings) {
    if (!mapping.executable || isVdso(mapping) || ranges.some((range) => holds(range, mapping))) {
      continue;
    }
    if (segments.some((segment) => holds(textRange(segment, image.loadBias, pageSize), mapping))) {
      continue;
    }
    if (isReservedRange(mapping, segments, image.loadBias, pageSize)) continue;
    const found = `text is mapped up to vaddr ${hex(mapping.end - image.loadBias)}`;
    if (ranges.length === 0) return `${found}, the file has none`;
    const end = Math.max(...ranges.map((range) => range.end));
    return `${found}, the file's ends at ${hex(end - image.loadBias)}`;
  }
  const own = new Set(image.mappings);
  const isMadeUp = image.mappings.some(({ fileOffset }) => fileOffset % MIN_PAGE_SIZE !== 0);
  for (const range of isMadeUp ? codeRanges(image, segments) : ranges) {
    const gap = firstGap(range, all, own, image.mappings[0]!.path);
    if (gap !== undefined) {
      return `the file has text at vaddr ${hex(gap - image.loadBias)}, where it is not mapped`;
    }
  }
  return "";
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** No machine maps less. */
const MIN_PAGE_SIZE = 0x1000;

function codeRanges({ loadBias }: Image, segments: readonly LoadSegment[]): Range[] {
  return segments.filter((segment) => segment.executable && segment.fileSize > 0)
    .map(({ vaddr, fileSize }) => ({
      start: loadBias + vaddr,
      end: loadBias + vaddr + fileSize,
    }));
}

function textRange(segment: LoadSegment, loadBias: number, pageSize: number): Range {
  return {
    start: loadBias + segment.vaddr - segment.fileOffset +
      floorToPage(segment.fileOffset, pageSize),
    end: loadBias + segment.vaddr - segment.fileOffset +
      ceilToPage(segment.fileOffset + segment.fileSize, pageSize),
  };
}

function holds(range: Range, mapping: Mapping): boolean {
  return mapping.start >= range.start && mapping.end <= range.end;
}

/** The first address of a range that is not mapped, or mapped by the same file in another way. */
function firstGap(
  range: Range,
  all: readonly Mapping[],
  own: ReadonlySet<Mapping>,
  path: string,
): number | undefined {
  let reached = range.start;
  for (const mapping of all) {
    if (mapping.end <= reached) continue;
    if (mapping.start >= range.end) break;
    const isOther = !own.has(mapping) && mapping.path === path && mapping.readable;
    if (mapping.start > reached || isOther) return reached;
    reached = mapping.end;
    if (reached >= range.end) return undefined;
  }
  return reached;
}

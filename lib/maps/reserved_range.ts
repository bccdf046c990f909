import type { LoadSegment } from "./load_segment.ts";
import type { Mapping } from "./mapping.ts";
import { ceilToPage, floorToPage } from "./page.ts";

/**
 * Whether a mapping is the one by which a loader reserved the addresses of a whole image, or a rest
 * of it.
 *
 * The kernel and the dynamic linkers of glibc and musl map the first segment as long as the whole
 * image, and then the other segments over it. A recorder that takes the mappings as they are made,
 * such as perf, and only the executable ones, sees just the first of that, if the first segment is
 * text: it lasts to the end of the image's memory. What it sees later, cuts it where other segments
 * begin or end. In `/proc/PID/maps` nothing of it is left.
 *
 * @param segments The LOAD segments of the file, by vaddr.
 * @param loadBias Of the image.
 * @param pageSize Of the recorded machine, in bytes.
 */
export function isReservedRange(
  mapping: Mapping,
  segments: readonly LoadSegment[],
  loadBias: number,
  pageSize: number,
): boolean {
  const [first, ...others] = segments;
  if (first === undefined || !first.executable || !mapping.executable) return false;
  // The offsets of a rest go on as those of the first segment.
  const shift = loadBias + first.vaddr - first.fileOffset;
  if (mapping.start - mapping.fileOffset !== shift) return false;
  const pageOf = ({ vaddr }: LoadSegment) => floorToPage(loadBias + vaddr, pageSize);
  const endOf = ({ vaddr, memorySize }: LoadSegment) =>
    ceilToPage(loadBias + vaddr + memorySize, pageSize);
  const imageEnd = Math.max(...segments.map(endOf));
  const begins = mapping.start === pageOf(first) ||
    mapping.start > pageOf(first) && segments.some((one) => endOf(one) === mapping.start);
  const ends = mapping.end === imageEnd ||
    mapping.end < imageEnd && others.some((one) => pageOf(one) === mapping.end);
  return begins && ends;
}

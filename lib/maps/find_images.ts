import type { LoadSegment } from "./load_segment.ts";
import type { Mapping } from "./mapping.ts";
import { ceilToPage, floorToPage } from "./page.ts";
import { isReservedRange } from "./reserved_range.ts";

/** One loaded copy of an ELF file. */
export interface Image {
  /** `address - vaddr`, for every address of the image. */
  readonly loadBias: number;
  /** The runtime address of the image's first mapping, which holds the first LOAD segment. */
  readonly imageBase: number;
  /** The mappings of the file that belong to this copy, by start. */
  readonly mappings: readonly Mapping[];
  /** Anonymous executable mappings that lie where the image's text is: text moved by the program. */
  readonly anonymousText: readonly Mapping[];
}

/** A load bias that mappings of a file may have. */
export interface BiasCandidate {
  /** `address - vaddr`. */
  readonly loadBias: number;
  /** The mappings that it explains, by start. */
  readonly mappings: readonly Mapping[];
  /** How well all of them agree with the segments; the greatest wins, the first of equals. */
  readonly score: number;
}

/** One round of the search: a bias is chosen, and its mappings are taken away. */
export interface BiasRound {
  /** In the order in which the mappings, by start, allow them; those of the rounds before are gone. */
  readonly candidates: readonly BiasCandidate[];
  /** The one that was chosen. */
  readonly chosen: BiasCandidate;
  /** What it makes; undefined if the file was only mapped for reading there. */
  readonly image: Image | undefined;
  /**
   * What other candidates would make of some of the same mappings, if those explain as many: then
   * permissions decided, or nothing did. The code may know better.
   */
  readonly rivals: readonly RivalImage[];
  /** Whether it was chosen because something else had proven it. */
  readonly isProven: boolean;
}

/** An image that is hardly less likely than the one that was chosen. */
export interface RivalImage extends Image {
  /** By how much its score is the lower one; 0 if nothing but the order decided. */
  readonly lead: number;
}

/** Explaining a mapping is worth this much; a lead below it comes from permissions. */
const EXPLAINED = 8;

/** How a mapping of a file fits a segment of it. */
export interface SegmentFit {
  /** The load bias that follows. */
  readonly loadBias: number;
  /** How well it agrees: 8 for fitting, 4 and 1 more for permissions; 1 if it is too long. */
  readonly score: number;
}

/**
 * Finds the loaded copies of a file among the mappings of that file.
 *
 * A mapping that starts at `start` and shows the file from offset `o` on fits a segment if the
 * segment's pages hold `o`. The segment says that `p_offset` is loaded at `p_vaddr`, so the vaddr of
 * `start` is `o - p_offset + p_vaddr`, and
 *
 *     loadBias = start - (o - p_offset + p_vaddr)
 *
 * One page of a file may belong to several segments, so several may fit. All mappings of one copy
 * have the same bias, those of another copy another one; so the bias that explains most mappings is
 * that of a copy, its mappings are taken away, and the search goes on with the rest. How well the
 * permissions agree decides between biases that explain equally many.
 *
 * Mappings without any permission say nothing: the dynamic linker maps a library in one piece before
 * it maps its segments, and what is left of that piece between them shows offsets that no segment
 * asked for.
 *
 * A file that was only mapped for reading explains one mapping and has no text: it is no image.
 *
 * @param mappings The mappings of the file, by start.
 * @param segments The LOAD segments of the file.
 * @param pageSize Of the recorded machine, in bytes.
 * @param anonymous Other mappings that may have taken the place of text: executable and anonymous.
 * @param rounds Is told how it came to that, for those who want to know.
 * @param proven Load biases that are right whatever the scores are, such as those by which return
 * addresses follow calls; in the order in which they are tried.
 * @returns The images by base; empty if the file does not fit its mappings.
 */
export function findImages(
  mappings: readonly Mapping[],
  segments: readonly LoadSegment[],
  pageSize: number,
  anonymous: readonly Mapping[] = [],
  rounds?: BiasRound[],
  proven: readonly number[] = [],
): Image[] {
  const images: Image[] = [];
  const imageOf = (fit: Fit) => imageAt(fit, segments, pageSize, anonymous);
  let rest = mappings.filter(isAccessible);
  for (;;) {
    const fits = fitsByBias(rest, segments, pageSize);
    const known = proven.map((loadBias) => fits.get(loadBias)).find((fit) => fit !== undefined);
    const best = known ?? bestFit(fits.values());
    if (best === undefined) break;
    const taken = new Set(best.mappings);
    rest = rest.filter((mapping) => !taken.has(mapping));
    const image = imageOf(best);
    if (image !== undefined) images.push(image);
    rounds?.push({
      candidates: [...fits.values()],
      chosen: best,
      image,
      rivals: rivalsOf(best, fits.values(), taken).flatMap((fit) => {
        const rival = imageOf(fit);
        return rival === undefined ? [] : [{ ...rival, lead: best.score - fit.score }];
      }),
      isProven: known !== undefined,
    });
  }
  return images.sort((a, b) => a.imageBase - b.imageBase);
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

/** The image that a load bias makes; undefined if the file was only mapped for reading there. */
function imageAt(
  fit: Fit,
  segments: readonly LoadSegment[],
  pageSize: number,
  anonymous: readonly Mapping[],
): Image | undefined {
  const { loadBias, mappings } = fit;
  const anonymousText = anonymous.filter((mapping) =>
    isWithinText(mapping, loadBias, segments, pageSize)
  );
  if (anonymousText.length === 0 && !hasText(fit, segments)) return undefined;
  return { loadBias, imageBase: mappings[0]!.start, mappings, anonymousText };
}

function rivalsOf(best: Fit, fits: Iterable<Fit>, taken: ReadonlySet<Mapping>): Fit[] {
  return [...fits].filter((fit) =>
    fit !== best && best.score - fit.score < EXPLAINED &&
    fit.mappings.some((mapping) => taken.has(mapping))
  );
}

function isAccessible(mapping: Mapping): boolean {
  return mapping.readable || mapping.writable || mapping.executable;
}

interface Fit extends BiasCandidate {
  readonly mappings: Mapping[];
  score: number;
}

function fitsByBias(
  mappings: readonly Mapping[],
  segments: readonly LoadSegment[],
  pageSize: number,
): Map<number, Fit> {
  const fits = new Map<number, Fit>();
  for (const mapping of mappings) {
    for (const [loadBias, score] of scoresByBias(mapping, segments, pageSize)) {
      const fit = fits.get(loadBias) ?? { loadBias, mappings: [], score: 0 };
      fits.set(loadBias, fit);
      fit.mappings.push(mapping);
      fit.score += score;
    }
  }
  return fits;
}

/** Each bias that a mapping may have, with its agreement with the segment that says so. */
function scoresByBias(
  mapping: Mapping,
  segments: readonly LoadSegment[],
  pageSize: number,
): Map<number, number> {
  const scores = new Map<number, number>();
  for (const segment of segments) {
    const fit = fitSegment(mapping, segment, segments, pageSize);
    if (fit === undefined) continue;
    const { loadBias, score } = fit;
    scores.set(loadBias, Math.max(score, scores.get(loadBias) ?? 0));
  }
  return scores;
}

function bestFit(fits: Iterable<Fit>): Fit | undefined {
  let best: Fit | undefined;
  for (const fit of fits) {
    if (best === undefined || fit.score > best.score) best = fit;
  }
  return best;
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

/** Whether a mapping is executable, or shows a segment that is: text may be made readable only. */
function hasText(fit: Fit, segments: readonly LoadSegment[]): boolean {
  return fit.mappings.some((mapping) => mapping.executable) ||
    fit.mappings.length > 1 &&
      fit.mappings.some((mapping) =>
        segments.some((segment) =>
          segment.executable && segment.fileSize > 0 &&
          mapping.start < fit.loadBias + segment.vaddr + segment.fileSize &&
          fit.loadBias + segment.vaddr < mapping.end
        )
      );
}

function isWithinText(
  mapping: Mapping,
  loadBias: number,
  segments: readonly LoadSegment[],
  pageSize: number,
): boolean {
  return segments.some((segment) =>
    segment.executable &&
    mapping.start >= floorToPage(loadBias + segment.vaddr, pageSize) &&
    mapping.end <= ceilToPage(loadBias + segment.vaddr + segment.memorySize, pageSize)
  );
}

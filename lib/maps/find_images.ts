import { type BiasCandidate, BiasFits } from "./bias_fits.ts";
import { isAccessible } from "./fit_segment.ts";
import type { LoadSegment } from "./load_segment.ts";
import type { Mapping } from "./mapping.ts";
import { ceilToPage, floorToPage } from "./page.ts";

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

/** One round of the search: a bias is chosen, and its mappings are taken away. */
export interface BiasRound {
  /** In the order in which the mappings, by start, allow them; those of the rounds before are gone. */
  readonly candidates: () => readonly BiasCandidate[];
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
  const imageOf = (fit: BiasCandidate) => imageAt(fit, segments, pageSize, anonymous);
  const fits = new BiasFits(mappings.filter(isAccessible), segments, pageSize);
  for (let round = 0;; round++) {
    const known = fits.takeFirst(proven);
    const taken = known ?? fits.takeBest();
    if (taken === undefined) break;
    const { chosen, rivals } = taken;
    const image = imageOf(chosen);
    if (image !== undefined) images.push(image);
    rounds?.push({
      // Few want to know, and all of all rounds would be many.
      candidates: () => fits.before(round),
      chosen,
      image,
      rivals: rivals.flatMap((fit) => {
        const rival = imageOf(fit);
        return rival === undefined ? [] : [{ ...rival, lead: chosen.score - fit.score }];
      }),
      isProven: known !== undefined,
    });
  }
  return images.sort((a, b) => a.imageBase - b.imageBase);
}

/** The image that a load bias makes; undefined if the file was only mapped for reading there. */
function imageAt(
  fit: BiasCandidate,
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

/** Whether a mapping is executable, or shows a segment that is: text may be made readable only. */
function hasText(fit: BiasCandidate, segments: readonly LoadSegment[]): boolean {
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

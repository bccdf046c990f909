import { lowerBound } from "../bytes/lower_bound.ts";
import type { ElfFile } from "../elf/mod.ts";
import type { BiasRound, Image, RivalImage } from "../maps/mod.ts";
import { hex } from "../errors.ts";
import { CLEAR_LEAD, findReturns } from "./choose_file.ts";
import type { Failure } from "./recorded_file.ts";

/** The images of a file, and how they were found. */
export interface ImageSearch {
  readonly images: readonly Image[];
  readonly rounds: readonly BiasRound[];
}

/** What the code says of the load biases that the mappings of a file allow. */
export interface BiasChoices extends Pick<ImageSearch, "images"> {
  /** Those that won although the mappings alone would not have chosen them, or others as well. */
  readonly proven: readonly number[];
  /**
   * Of load biases that nothing but the order decided for, those that are as likely: neither the
   * mappings nor the code tell.
   */
  readonly undecided: ReadonlyMap<number, readonly number[]>;
}

/**
 * Chooses between load biases that explain mappings of a file about as well: the one by which most
 * return addresses follow calls. Where permissions speak for one of them, another has to be clearly
 * better; where nothing does, by one address: by a wrong bias one in ten follows a call, by the right
 * one nearly all do. What calls do not tell is told by the text, if it is all mapped by one of them
 * only.
 *
 * @param search Finds the images of the file, given the load biases that are proven.
 * @param problemOf What does not agree between an image and the text of the file; empty if all does.
 * @param returns Return addresses of the process, ascending.
 */
export async function chooseBiases(
  elf: ElfFile,
  search: (proven: readonly number[]) => ImageSearch,
  problemOf: (image: Image) => string,
  returns: Float64Array,
): Promise<BiasChoices> {
  const proven: number[] = [];
  for (;;) {
    const undecided = new Map<number, readonly number[]>();
    let isChanged = false;
    const { images, rounds } = search(proven);
    for (const { image, rivals, isProven } of rounds) {
      if (image === undefined || rivals.length === 0 || isProven) continue;
      const likely = await bestByCalls(elf, image, rivals, returns);
      const whole = likely.filter((one) => problemOf(one) === "");
      const [best, ...alike] = whole.length > 0 ? whole : likely;
      if (alike.length > 0) {
        undecided.set(
          image.loadBias,
          likely.flatMap(({ loadBias }) => loadBias === image.loadBias ? [] : [loadBias]),
        );
      } else if (best !== image) {
        // What is left for the rounds that follow is another thing then.
        proven.push(best!.loadBias);
        isChanged = true;
        break;
      }
    }
    if (!isChanged) return { images, proven, undecided };
  }
}

/**
 * That the load bias of an image is not known; undefined if it is.
 *
 * @param image With other load biases that are as likely.
 */
export function ambiguityOf(
  image: { readonly loadBias: number; readonly alike: readonly number[] },
): Failure | undefined {
  const { loadBias, alike } = image;
  if (alike.length === 0) return undefined;
  const biases = [loadBias, ...alike].map(hex).join(" or ");
  return { reason: "ambiguous-base", detail: `the load bias may be ${biases}` };
}

/** The images that return addresses speak for as well as for any; the chosen one first. */
async function bestByCalls(
  elf: ElfFile,
  chosen: Image,
  rivals: readonly RivalImage[],
  returns: Float64Array,
): Promise<Image[]> {
  const images = [chosen, ...rivals];
  const found = await findReturns(
    images.map((image) => ({ elf, vaddrs: vaddrsIn(image, returns) })),
  );
  const ranked = images.map((image, at) => ({ image, calls: found[at]!.filter(Boolean).length }));
  const own = ranked[0]!.calls;
  const most = Math.max(...ranked.map(({ calls }) => calls));
  const leadOf = (image: Image) => rivals.find((rival) => rival === image)?.lead ?? 0;
  const best = ranked.filter(({ calls, image }) =>
    calls === most && (leadOf(image) === 0 || calls - own >= CLEAR_LEAD)
  );
  return best.length === 0 ? [chosen] : best.map(({ image }) => image);
}

/** @param returns Ascending. */
function vaddrsIn({ loadBias, mappings, anonymousText }: Image, returns: Float64Array): number[] {
  const found = new Set<number>();
  for (const { start, end } of [...mappings, ...anonymousText]) {
    // A return address may be the one behind the last byte of a mapping.
    const first = lowerBound(returns, start + 1);
    for (let at = first; at < returns.length && returns[at]! <= end; at++) found.add(returns[at]!);
  }
  return [...found].sort((a, b) => a - b).map((address) => address - loadBias);
}

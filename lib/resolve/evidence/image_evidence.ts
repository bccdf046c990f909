import { hex } from "../../errors.ts";
import type { ReturnAddresses } from "../frame_roles.ts";
import { type AddressForm, isReturnAddress } from "./address_form.ts";
import type { Site } from "./call_sites.ts";

/**
 * What is concluded for an image:
 *
 * - `fits`: its return addresses follow calls, so that file and base are the right ones;
 * - `adjusted`: the same, but they lie inside of the calls: the recorder has adjusted them, and
 *   `returnAddresses` should be "none";
 * - `not-adjusted`: the same, but they should lie inside of the calls, by `returnAddresses`;
 * - `differs`: many follow no call, or calls that cannot have led to the frames behind them: the file
 *   is not the one that was mapped, or the base is wrong;
 * - `not-judged`: there are too few of them to tell.
 */
export type Verdict = "fits" | "adjusted" | "not-adjusted" | "differs" | "not-judged";

/** How well the return addresses in an image agree with its code. */
export interface ImageEvidence {
  /** Different return addresses that were checked. */
  readonly checked: number;
  /** Those of them that follow a call. */
  readonly calls: number;
  /** Those of them that do not, but lie inside of one. */
  readonly insideCalls: number;
  /** What the frames with addresses that were checked weigh; in units of the output. */
  readonly checkedWeight: number;
  /** What those weigh that follow a call. */
  readonly callsWeight: number;
  /** What those weigh that lie inside of one. */
  readonly insideCallsWeight: number;
  /**
   * Different addresses that are no return addresses, and were not checked: starts of functions, and
   * what stands beside frames that can be none. Broken unwinding leaves them.
   */
  readonly strays: number;
  /** Different calls of a known function in the image, with a frame of a known function next. */
  readonly edges: number;
  /** Those of them whose function is, by weight, mostly that of the next frame. */
  readonly agreeingEdges: number;
  /**
   * Different pairs of a call and the function of a next frame that it cannot have led to, by whatever
   * calls in between: 2 are too many. Counted only where of 6 edges or more at most a quarter agrees,
   * and no more are strays than were checked, and for x86-64, i686 and arm64; else 0.
   */
  readonly impossibleEdges: number;
  /**
   * How many more of them follow no call than do, in that piece of the image in which most do not:
   * 6 are too many; 4 if no more than 20 were checked, and 3 if no more than 11, and no more are
   * strays. So are 6 anywhere that are a third of all, if no more are strays.
   */
  readonly excess: number;
  /** What all this says. */
  readonly verdict: Verdict;
}

/**
 * In an image that fits, addresses that follow no call are few and far between; in one that does
 * not, they come together. So an image is doubted if there are two vaddrs between which so many more
 * of its return addresses follow no call than do. If each of `n` is wrong by chance, with
 * probability `p`, that happens with a probability below `n * (p / (1 - p)) ** 6`, as in a random
 * walk: 10^-7 for 1,000 addresses of which 2 % are wrong. What recordings have is in the README.
 */
const DOUBT = 6;
/**
 * Where two files took turns at one place their return addresses are side by side. So as many are too
 * many, too, if they are one in so many of all: in files that fit it is one in six at most.
 */
const DOUBT_SHARE = 3;

/**
 * Of few return addresses fewer are too many: by the same bound, 10^-4 for 11 of which 2 % are wrong,
 * and 10^-5 for 20. Where broken unwinding has left more strays than there are of them, far more are
 * wrong.
 */
const DOUBTS_OF_FEW = [{ checked: 11, doubt: 3 }, { checked: 20, doubt: 4 }] as const;

/**
 * With fewer return addresses than {@linkcode DOUBT} an image is the right one if all of them follow
 * calls, from so many on. In a wrong file one in seven does by chance: see the README.
 */
const UNANIMOUS = 3;

/**
 * In a wrong file that is alike most return addresses may follow calls, as in that of another build
 * with a function more in front. But those lead elsewhere than to the next frame. That alone is no
 * doubt: in the right file they seem to, where functions without frame pointers are missed. But so
 * many are too many from which there is no way at all to the function of the next frame, if no more
 * than one in so many agrees. What recordings have is in the README.
 */
const [DOUBT_OF_EDGES, AGREEING_SHARE] = [2, 4];

/** Whether so few calls lead to the next frame that it has to be asked whether the others can. */
export function lacksAgreement(sites: readonly Site[]): boolean {
  const edges = edgesAmong(sites);
  const agreeing = edges.filter(isAgreeing).length;
  if (edges.length < DOUBT || agreeing * AGREEING_SHARE > edges.length) return false;
  return sites.filter(isStray).length <= sites.filter(isChecked).length;
}

function edgesAmong(sites: readonly Site[]): readonly Site[] {
  return sites.filter((site) => site.agreeingWeight + site.disagreeingWeight > 0);
}

function isAgreeing(site: Site): boolean {
  return site.agreeingWeight >= site.disagreeingWeight;
}

/**
 * Sums up the return addresses in one image.
 *
 * @param sites By vaddr.
 * @param mode What the addresses should be.
 * @param impossibleEdges How many calls cannot have led to the next frame.
 */
export function evidenceOf(
  sites: readonly Site[],
  form: AddressForm,
  mode: ReturnAddresses,
  impossibleEdges = 0,
): ImageEvidence {
  const checked = sites.filter(isChecked);
  const calls = checked.filter(({ code }) => code.call !== undefined && !code.isInside);
  const inside = checked.filter(({ code }) => code.isInside);
  const { excess } = worstRegion(sites, form);
  const isAdjusted = inside.length > calls.length;
  const edges = edgesAmong(sites);
  const strays = sites.filter(isStray).length;
  const agreeing = edges.filter(isAgreeing);
  return {
    checked: checked.length,
    calls: calls.length,
    insideCalls: inside.length,
    checkedWeight: weightOf(checked),
    callsWeight: weightOf(calls),
    insideCallsWeight: weightOf(inside),
    strays,
    edges: edges.length,
    agreeingEdges: agreeing.length,
    impossibleEdges,
    excess,
    verdict: excess >= (strays <= checked.length ? doubtOf(checked.length) : DOUBT) ||
        strays <= checked.length && isShareDoubtful(checked, form) ||
        impossibleEdges >= DOUBT_OF_EDGES
      ? "differs"
      : isEnough(checked.length, excess, agreeing.length)
      ? verdictOf(isAdjusted, mode)
      : "not-judged",
  };
}

/** How great the excess has to be of so many return addresses. */
function doubtOf(checked: number): number {
  return DOUBTS_OF_FEW.find((few) => checked <= few.checked)?.doubt ?? DOUBT;
}

function isShareDoubtful(checked: readonly Site[], form: AddressForm): boolean {
  const misses = missesAmong(checked, form);
  return misses >= DOUBT && misses * DOUBT_SHARE >= checked.length;
}

function missesAmong(sites: readonly Site[], form: AddressForm): number {
  return sites.filter(({ code }) => !isReturnAddress(code, form)).length;
}

/**
 * Whether return addresses show that an image is the right one. A direct call that leads to the
 * function of the next frame is no chance: with it, one or two will do.
 */
function isEnough(checked: number, excess: number, agreeingEdges: number): boolean {
  if (checked >= DOUBT) return true;
  return excess === 0 && (checked >= UNANIMOUS || agreeingEdges > 0);
}

function verdictOf(isAdjusted: boolean, mode: ReturnAddresses): Verdict {
  if (isAdjusted === (mode === "none")) return "fits";
  return isAdjusted ? "adjusted" : "not-adjusted";
}

/** What is known of two copies of a file together; the worse verdict is that of both. */
export function joinEvidence(one: ImageEvidence, other: ImageEvidence): ImageEvidence {
  const verdicts = [one.verdict, other.verdict].map((verdict) => SEVERITY.indexOf(verdict));
  return {
    checked: one.checked + other.checked,
    calls: one.calls + other.calls,
    insideCalls: one.insideCalls + other.insideCalls,
    checkedWeight: one.checkedWeight + other.checkedWeight,
    callsWeight: one.callsWeight + other.callsWeight,
    insideCallsWeight: one.insideCallsWeight + other.insideCallsWeight,
    strays: one.strays + other.strays,
    edges: one.edges + other.edges,
    agreeingEdges: one.agreeingEdges + other.agreeingEdges,
    impossibleEdges: one.impossibleEdges + other.impossibleEdges,
    excess: Math.max(one.excess, other.excess),
    verdict: SEVERITY[Math.max(...verdicts)]!,
  };
}

const SEVERITY: readonly Verdict[] = ["not-judged", "fits", "adjusted", "not-adjusted", "differs"];

/** Why an image is doubted: a clause for the user. */
export function doubtText(
  sites: readonly Site[],
  form: AddressForm,
  { impossibleEdges, edges }: ImageEvidence,
): string {
  if (impossibleEdges >= DOUBT_OF_EDGES) {
    return `from ${edges} calls there is no way to ${impossibleEdges} of the functions called next`;
  }
  const worst = worstRegion(sites, form);
  const all = sites.filter(isChecked);
  const isAnywhere = worst.excess < doubtOf(all.length);
  const { checked, misses, first, last } = isAnywhere
    ? {
      checked: all.length,
      misses: missesAmong(all, form),
      first: all[0]!.vaddr,
      last: all.at(-1)!.vaddr,
    }
    : worst;
  const where = `from vaddr ${hex(first)} to ${hex(last)}`;
  const what = form === "inside" ? "are inside of no call" : "follow no call";
  return `${misses} of the ${checked} return addresses ${where} ${what}`;
}

function weightOf(sites: readonly Site[]): number {
  return sites.reduce((sum, { weight }) => sum + weight, 0);
}

/** What seems to be no return address counts against an image only if nothing else explains it. */
function isChecked({ code, isSeen, isFunctionStart, isAmongFrames }: Site): boolean {
  if (!isSeen || code.isSignalReturn) return false;
  return code.call !== undefined || !isFunctionStart && isAmongFrames;
}

/** Whether an address is in the place of a return address, and is none. */
function isStray(site: Site): boolean {
  return site.isSeen && !site.code.isSignalReturn && !isChecked(site);
}

interface Region {
  /** How many more return addresses follow no call than do. */
  readonly excess: number;
  readonly checked: number;
  readonly misses: number;
  /** The first vaddr and the last. */
  readonly first: number;
  readonly last: number;
}

/** The piece of an image with the greatest excess: Kadane's algorithm, with 1 a miss and -1 a call. */
function worstRegion(sites: readonly Site[], form: AddressForm): Region {
  let worst: Region = { excess: 0, checked: 0, misses: 0, first: NaN, last: NaN };
  let region = worst;
  for (const site of sites) {
    if (!isChecked(site)) continue;
    const isWrong = !isReturnAddress(site.code, form);
    if (region.excess <= 0) {
      region = { excess: 0, checked: 0, misses: 0, first: site.vaddr, last: site.vaddr };
    }
    region = {
      excess: region.excess + (isWrong ? 1 : -1),
      checked: region.checked + 1,
      misses: region.misses + (isWrong ? 1 : 0),
      first: region.first,
      last: site.vaddr,
    };
    if (region.excess > worst.excess) worst = region;
  }
  return worst;
}

import type { RawProfile, UnresolvedReason } from "../../profile/mod.ts";
import type { FoundFunction } from "../../symbols/mod.ts";
import type { ReturnAddresses } from "../frame_roles.ts";
import type { Place } from "../place.ts";
import type { RecordedFile } from "../recorded_file.ts";
import { findTrampolines } from "../signal_frames.ts";
import { type AddressForm, formOf } from "./address_form.ts";
import { findCalledFunctions } from "./called_functions.ts";
import { type CallSites, type ImageSites, readSites, type Site } from "./call_sites.ts";
import {
  CALL,
  followCalls,
  type FollowedCalls,
  type KnownFrames,
  NO_CALL,
} from "./follow_calls.ts";
import { doubtText, evidenceOf, type ImageEvidence, joinEvidence } from "./image_evidence.ts";

/** An image that is not what was mapped. */
export interface DoubtedImage {
  readonly file: RecordedFile;
  /** Undefined for the frames that say themselves which vaddr of the file they are. */
  readonly loadBias: number | undefined;
  /** What shows it: a clause for the user. */
  readonly detail: string;
}

interface JudgedImage {
  readonly image: ImageSites;
  readonly evidence: ImageEvidence;
}

/**
 * What a profile itself says of the files that are to name it: the instruction before each return
 * address is a call. Use it in two steps: {@linkcode read} the code before the names are looked up,
 * {@linkcode judge} when they are known.
 */
export class Evidence {
  readonly #profile: RawProfile;
  readonly #keys: Uint32Array;
  readonly #places: readonly (Place | undefined)[];
  readonly #sites: CallSites;
  readonly #mode: ReturnAddresses;
  #form: AddressForm = "behind";
  #judged: readonly JudgedImage[] = [];

  private constructor(
    profile: RawProfile,
    keys: Uint32Array,
    places: readonly (Place | undefined)[],
    sites: CallSites,
    mode: ReturnAddresses,
  ) {
    this.#profile = profile;
    this.#keys = keys;
    this.#places = places;
    this.#sites = sites;
    this.#mode = mode;
  }

  /**
   * Reads the code before all return addresses.
   *
   * @param keys The frames of all stacks in their places; they may be changed until they are judged.
   * @param places By key.
   * @param isReturn By key: what {@linkcode findCallers} gives.
   * @param mode How the recorder should have written them.
   */
  static async read(
    profile: RawProfile,
    keys: Uint32Array,
    places: readonly (Place | undefined)[],
    isReturn: Uint8Array,
    mode: ReturnAddresses,
  ): Promise<Evidence> {
    const sites = await readSites(places, isReturn);
    return new Evidence(profile, keys, places, sites, mode);
  }

  /** The keys of frames whose code does nothing but return from a signal handler. */
  signalReturns(): number[] {
    const { siteOf } = this.#sites;
    return [...siteOf.keys()].filter((key) => siteOf[key]?.code.isSignalReturn);
  }

  /**
   * Counts what the stacks say of each return address.
   *
   * @param functions By key; where a function begins that is not known is added, if calls show it.
   * @param weights By stack.
   */
  async judge(
    functions: (FoundFunction | undefined)[],
    weights: Float64Array,
  ): Promise<void> {
    const { images, siteOf } = this.#sites;
    const { stacks } = this.#profile;
    const followed = followCalls(stacks, this.#keys, weights, this.#knownFrames(functions));
    for (let key = 0; key < siteOf.length; key++) {
      const site = siteOf[key];
      if (site !== undefined) add(site, key, followed);
    }
    this.#form = formOf(images.flatMap(({ sites }) => sites.map(({ code }) => code)));
    this.#judged = images.map((image) => ({
      image,
      evidence: evidenceOf(image.sites, this.#form, this.#mode),
    }));
    await findCalledFunctions(this.#sites, this.#places, functions, followed.called);
  }

  #knownFrames(functions: readonly (FoundFunction | undefined)[]): KnownFrames {
    const { siteOf, imageOf } = this.#sites;
    const count = siteOf.length;
    const kinds = new Uint8Array(count);
    const targets = new Float64Array(count).fill(NaN);
    const starts = new Float64Array(count).fill(NaN);
    const isNonsense = new Uint8Array(count);
    for (let key = 0; key < count; key++) {
      const [place, site] = [this.#places[key], siteOf[key]];
      if (place === undefined) continue;
      starts[key] = functions[key]?.start ?? NaN;
      if (isNoFrame(place)) isNonsense[key] = 1;
      if (site === undefined || place.kind !== "code") continue;
      targets[key] = site.target;
      kinds[key] = site.code.call === undefined ? NO_CALL : CALL;
      if (site.code.call !== undefined) continue;
      site.isFunctionStart = place.file.functionAt(site.vaddr)?.start === site.vaddr;
      if (site.isFunctionStart) isNonsense[key] = 1;
    }
    const isTrampoline = findTrampolines(functions, this.signalReturns());
    return { kinds, targets, starts, imageOf, isNonsense, isTrampoline };
  }

  /** The images that are not what was mapped. */
  doubted(): DoubtedImage[] {
    return this.#judged.filter(({ evidence }) => evidence.verdict === "differs")
      .map(({ image: { file, loadBias, sites } }) => ({
        file,
        loadBias,
        detail: doubtText(sites, this.#form),
      }));
  }

  /**
   * What is known of one loaded copy of a file, and why it is doubted if it is; undefined if it has no
   * frames.
   *
   * @param loadBias As in {@linkcode DoubtedImage}.
   */
  ofImage(
    file: RecordedFile,
    loadBias: number | undefined,
  ): { readonly evidence: ImageEvidence; readonly doubt: string } | undefined {
    const judged = this.#judged.find(({ image }) =>
      image.file === file && image.loadBias === loadBias
    );
    if (judged === undefined) return undefined;
    const { evidence, image: { sites } } = judged;
    return { evidence, doubt: evidence.verdict === "differs" ? doubtText(sites, this.#form) : "" };
  }

  /** What is known of each file with frames, by its path; its copies together. */
  byPath(): Map<string, ImageEvidence> {
    const byPath = new Map<string, ImageEvidence>();
    for (const { image: { file: { request: { path } } }, evidence } of this.#judged) {
      const other = byPath.get(path);
      byPath.set(path, other === undefined ? evidence : joinEvidence(evidence, other));
    }
    return byPath;
  }
}

/** Why an address can be no frame: then those beside it were found by unwinding that went astray. */
const NO_FRAME_REASONS: ReadonlySet<UnresolvedReason> = new Set([
  "outside-mappings",
  "outside-recording",
  "not-executable",
  "not-canonical",
  // The vDSO calls nobody: behind it is the frame that a signal interrupted.
  "special-mapping",
]);

function isNoFrame(place: Place): boolean {
  return place.kind === "missing" && NO_FRAME_REASONS.has(place.reason);
}

/** Adds what is known of a key to the return address that it is. */
function add(site: Site, key: number, followed: FollowedCalls): void {
  site.isSeen ||= followed.isSeen[key] === 1;
  site.weight += followed.weights[key]!;
  site.agreeingWeight += followed.agreeing[key]!;
  site.disagreeingWeight += followed.disagreeing[key]!;
  site.isAmongFrames ||= followed.isAmongFrames[key] === 1;
}

import type { RawProfile, UnresolvedReason } from "../../profile/mod.ts";
import type { FoundFunction } from "../../symbols/mod.ts";
import type { FileProvider } from "../file_provider.ts";
import type { ReturnAddresses } from "../frame_roles.ts";
import type { Place } from "../place.ts";
import type { RecordedFile } from "../recorded_file.ts";
import { type AddressForm, formOf } from "./address_form.ts";
import { findCalledFunctions } from "./called_functions.ts";
import { type CallSites, type ImageSites, readSites, type Site } from "./call_sites.ts";
import {
  CALL,
  followCalls,
  type FollowedCalls,
  type KnownFrames,
  nextStartsOf,
  NO_CALL,
} from "./follow_calls.ts";
import {
  doubtText,
  evidenceOf,
  type ImageEvidence,
  joinEvidence,
  lacksAgreement,
} from "./image_evidence.ts";
import { countImpossible, type DisagreeingEdge } from "./impossible_edges.ts";

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
  /** The keys of frames whose code does nothing but return from a signal handler. */
  readonly signalReturns: readonly number[];
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
    this.signalReturns = signalReturnsAmong(sites);
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

  /**
   * Counts what the stacks say of each return address.
   *
   * @param functions By key; where a function begins that is not known is added, if calls show it.
   * @param isTrampoline By key: 1 for signal trampolines, see {@linkcode signalReturns}.
   * @param weights By stack.
   * @param files Where functions are looked up that the frames are not in.
   */
  async judge(
    functions: (FoundFunction | undefined)[],
    isTrampoline: Uint8Array,
    weights: Float64Array,
    files: FileProvider,
  ): Promise<void> {
    const { images, siteOf } = this.#sites;
    const { stacks } = this.#profile;
    const known = this.#knownFrames(functions, isTrampoline);
    const followed = followCalls(stacks, this.#keys, weights, known);
    for (let key = 0; key < siteOf.length; key++) {
      const site = siteOf[key];
      if (site !== undefined) add(site, key, followed);
    }
    this.#form = formOf(images.flatMap(({ sites }) => sites.map(({ code }) => code)));
    const impossible = await this.#countImpossible(known, functions, files);
    this.#judged = images.map((image, at) => ({
      image,
      evidence: evidenceOf(image.sites, this.#form, this.#mode, impossible[at]),
    }));
    await findCalledFunctions(this.#sites, this.#places, functions, followed.called);
  }

  /** Of each image how many calls cannot have led to the next frame; looked for where few did. */
  async #countImpossible(
    known: KnownFrames,
    functions: readonly (FoundFunction | undefined)[],
    files: FileProvider,
  ): Promise<number[]> {
    const { images, siteOf, imageOf } = this.#sites;
    const counts = images.map(() => 0);
    const isWanted = Uint8Array.from(images, ({ sites }) => lacksAgreement(sites) ? 1 : 0);
    if (!isWanted.includes(1)) return counts;
    const isPart = images.map((): Set<number> => new Set());
    for (const [key, found] of functions.entries()) {
      if (found !== undefined && isPartOnly(found)) isPart[imageOf[key]!]?.add(found.start);
    }
    // Several frames may have the same address.
    const edges = images.map((): Map<string, DisagreeingEdge> => new Map());
    for (const [key, starts] of nextStartsOf(this.#profile.stacks, this.#keys, known, isWanted)) {
      const { vaddr, target } = siteOf[key]!;
      for (const nextStart of starts.difference(isPart[imageOf[key]!]!)) {
        edges[imageOf[key]!]!.set(`${vaddr} ${nextStart}`, { target, nextStart });
      }
    }
    for (const [at, { file }] of images.entries()) {
      const own = [...edges[at]!.values()];
      if (own.length === 0) continue;
      counts[at] = await countImpossible(
        file.elf!,
        own,
        (vaddrs) => file.functionsAt(files, vaddrs),
      );
    }
    return counts;
  }

  #knownFrames(
    functions: readonly (FoundFunction | undefined)[],
    isTrampoline: Uint8Array,
  ): KnownFrames {
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
    return { kinds, targets, starts, imageOf, isNonsense, isTrampoline };
  }

  /** The images that are not what was mapped. */
  doubted(): DoubtedImage[] {
    return this.#judged.filter(({ evidence }) => evidence.verdict === "differs")
      .map(({ evidence, image: { file, loadBias, sites } }) => ({
        file,
        loadBias,
        detail: doubtText(sites, this.#form, evidence),
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
    const isDoubted = evidence.verdict === "differs";
    return { evidence, doubt: isDoubted ? doubtText(sites, this.#form, evidence) : "" };
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

/** Whether it may be the cold part of a function: exceptions lead there, and no call or jump does. */
function isPartOnly({ name }: FoundFunction): boolean {
  return name === "" || name.includes(".cold");
}

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

function signalReturnsAmong({ siteOf }: CallSites): number[] {
  const keys: number[] = [];
  for (let key = 0; key < siteOf.length; key++) {
    if (siteOf[key]?.code.isSignalReturn) keys.push(key);
  }
  return keys;
}

import type { ByteReader } from "../bytes/mod.ts";
import type { MapsSnapshot } from "../maps/mod.ts";
import { FrameTable, type Profile, type RawProfile, SampleTable } from "../profile/mod.ts";
import {
  type Demangler,
  type DemangleStyle,
  type FoundFunction,
  loadDemangler,
  type NamedCode,
} from "../symbols/mod.ts";
import { Evidence } from "./evidence/evidence.ts";
import { findCallers } from "./evidence/return_keys.ts";
import type { FileProvider } from "./file_provider.ts";
import { EXACT, type FrameRole, FrameRoles, type ReturnAddresses } from "./frame_roles.ts";
import { KernelNames } from "./kernel_names.ts";
import { Locator } from "./locator.ts";
import { functionAt, type Place } from "./place.ts";
import { type Report, Tally } from "./report.ts";
import { makeInterruptedExact } from "./signal_frames.ts";
import { type Annotated, spellFrame, type UnresolvedStyle } from "./spell_frame.ts";

/** What {@linkcode resolve} needs besides the recording. */
export interface ResolveOptions {
  /**
   * Snapshots of the recorded process; of several that explain an address the one is taken by which
   * it follows a call, or else the first.
   */
  readonly snapshots: readonly MapsSnapshot[];
  /** Where the files of the recorded machine are. */
  readonly files: FileProvider;
  /** A snapshot of `/proc/kallsyms`, for kernel frames. */
  readonly kallsyms?: ByteReader | undefined;
  /**
   * Perf maps and jitdumps, for code made at run time; the first that has an address is asked.
   *
   * @default {[]}
   */
  readonly generated?: readonly NamedCode[];
  /**
   * Frames that get `_[k]` or `_[j]` behind their name.
   *
   * @default {[]}
   */
  readonly annotate?: readonly Annotated[];
  /**
   * How names are spelled.
   *
   * @default {"short"}
   */
  readonly demangle?: DemangleStyle;
  /**
   * What stands for a frame without a name.
   *
   * @default {"offset"}
   */
  readonly unresolved?: UnresolvedStyle;
  /**
   * Which frames are return addresses.
   *
   * @default {"callers"}
   */
  readonly returnAddresses?: ReturnAddresses;
  /**
   * Whether files name frames even if the return addresses say that they are not the ones that were
   * mapped.
   *
   * @default {false}
   */
  readonly trustFiles?: boolean;
}

/** What {@linkcode resolve} gives. */
export interface Resolved {
  /** The same samples with names for addresses; each sample keeps its weight and its place. */
  readonly profile: Profile;
  /** What was resolved and what was not, by weight. */
  readonly report: Report;
}

/**
 * Turns the addresses of a recording into names.
 *
 * Each different frame is looked up once, in each role it has: as a leaf, whose address is exact,
 * and as a caller, whose address is the one behind a call. Only the files that hold frames are
 * opened, and each symbol table is read once.
 *
 * What cannot be resolved is not an error: it keeps a frame that says where it was, and the report
 * counts it with its reason.
 */
export async function resolve(profile: RawProfile, options: ResolveOptions): Promise<Resolved> {
  const { snapshots, files, demangle = "short", unresolved = "offset", annotate = [] } = options;
  const { returnAddresses = "callers", trustFiles = false } = options;
  const roles = new FrameRoles(profile, returnAddresses);
  const keys = keysOf(profile, roles);
  const isReturn = findCallers(profile, keys, returnAddresses);
  const { locations } = profile;
  const generated = options.generated ?? [];
  const locator = await Locator.open(locations, isReturn, snapshots, generated, files);
  const places = locateAll(profile, keys, locator);
  const evidence = await Evidence.read(profile, keys, places, isReturn, returnAddresses);
  for (const place of places) {
    if (place?.kind !== "code") continue;
    place.file.want(place.lookupVaddr);
    place.file.want(place.vaddr);
  }
  for (const file of locator.files) await file.lookUp(files);
  const kernel = await KernelNames.read(options.kallsyms, places);
  const functions = places.map((place) => place && functionOf(place, kernel));
  const signalReturns = evidence.signalReturns();
  for (const key of makeInterruptedExact(profile.stacks, keys, functions, signalReturns)) {
    // The address itself was looked up along with the one before it.
    const place = places[key] ??= locator.placeOf(profile.locations[key >> 1]!, EXACT);
    functions[key] ??= functionOf(place, kernel);
  }
  await evidence.judge(functions);
  if (!trustFiles) {
    for (const { file, loadBias, detail } of evidence.doubted()) {
      locator.doubt(file, loadBias, detail);
    }
    for (const [key, place] of places.entries()) {
      if (place?.kind !== "code" || !locator.isDoubted(place)) continue;
      places[key] = locator.placeOf(profile.locations[key >> 1]!, (key & 1) as FrameRole);
      functions[key] = undefined;
    }
  }
  const spell = remembering(
    await loadDemangler(demangle, functions.map((found) => found?.name ?? "")),
  );
  const names = new FrameTable();
  const nameOf = Int32Array.from(places, (place, key) => {
    if (place === undefined) return -1;
    const [frame, found] = [key >> 1, functions[key]];
    const spelled = found && { ...found, name: spell(found.name) };
    const [text, location] = [profile.frames.textOf(frame), profile.locations[frame]!];
    return names.internText(spellFrame(text, location, place, spelled, { unresolved, annotate }));
  });
  const isResolved = functions.map((found) => found !== undefined && found.name !== "");
  const tally = new Tally(places, isResolved, kernel.reason);
  const renamed = rename(profile, keys, names, nameOf, tally);
  return { profile: renamed, report: tally.report(profile, evidence.byPath()) };
}

function functionOf(place: Place, kernel: KernelNames): FoundFunction | undefined {
  switch (place.kind) {
    case "code":
      return functionAt(place);
    case "kernel":
      return kernel.functionAt(place.lookupAddress);
    case "generated":
      return { name: place.name, start: 0 };
    default:
      return undefined;
  }
}

/** A function has many addresses, and spelling its name takes longer than looking it up. */
function remembering(spell: Demangler): Demangler {
  const known = new Map<string, string>();
  return (name) => {
    const spelled = known.get(name) ?? spell(name);
    known.set(name, spelled);
    return spelled;
  };
}

/**
 * The frames of all stacks, in their places, as keys: a frame in a role is `2 * frame + role`. Each
 * of the loops over all frames of all stacks is plain for speed, see the bench "folded".
 */
function keysOf({ stacks }: RawProfile, roles: FrameRoles): Uint32Array {
  const { frames } = stacks;
  const keys = new Uint32Array(stacks.frameCount);
  for (let stack = 0; stack < stacks.size; stack++) {
    const start = stacks.startOf(stack);
    let next = -1;
    for (let at = stacks.endOf(stack) - 1; at >= start; at--) {
      const frame = frames[at]!;
      keys[at] = 2 * frame + roles.roleOf(frame, next);
      next = frame;
    }
  }
  return keys;
}

/** Locates each frame in each role that it has in some stack; by key. */
function locateAll(
  profile: RawProfile,
  keys: Uint32Array,
  locator: Locator,
): (Place | undefined)[] {
  const isUsed = new Uint8Array(2 * profile.frames.size);
  for (let at = 0; at < keys.length; at++) isUsed[keys[at]!] = 1;
  const placeOf = (key: number) =>
    locator.placeOf(profile.locations[key >> 1]!, (key & 1) as FrameRole);
  return Array.from(isUsed, (used, key) => used === 1 ? placeOf(key) : undefined);
}

/**
 * Gives every stack the names of its frames, and counts the frames on the way.
 *
 * @param keys Become the frames of the result.
 */
function rename(
  { stacks, samples, decimals }: RawProfile,
  keys: Uint32Array,
  names: FrameTable,
  nameOf: Int32Array,
  tally: Tally,
): Profile {
  const weights = new Float64Array(stacks.size);
  const renamed = new SampleTable();
  for (let sample = 0; sample < samples.size; sample++) {
    const stack = samples.stackOf(sample);
    weights[stack]! += samples.weightOf(sample);
    renamed.push(stack, samples.weightOf(sample), samples.baseOf(sample));
  }
  for (let stack = 0; stack < stacks.size; stack++) {
    tally.add(keys, stacks.startOf(stack), stacks.endOf(stack), weights[stack]!);
  }
  for (let at = 0; at < keys.length; at++) keys[at] = nameOf[keys[at]!]!;
  return { frames: names, stacks: stacks.withFrames(keys), samples: renamed, decimals };
}

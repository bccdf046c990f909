import type { FrameLocation, RawProfile } from "../profile/mod.ts";
import type { FoundFunction } from "../symbols/mod.ts";
import { Evidence } from "./evidence/evidence.ts";
import { findCallers } from "./evidence/return_keys.ts";
import { EXACT, type FrameRole, FrameRoles, type ReturnAddresses } from "./frame_roles.ts";
import { KernelNames } from "./kernel_names.ts";
import { Locator } from "./locator.ts";
import type { MachineOptions } from "./machine_options.ts";
import { functionAt, type Place } from "./place.ts";
import { findRepeated } from "./repeated_frames.ts";
import { splitByProcess } from "./processes.ts";
import { splitBySnapshot } from "./split_by_snapshot.ts";
import {
  findTrampolines,
  isNamedTrampoline,
  makeInterruptedExact,
  makeTrampolinesExact,
} from "./signal_frames.ts";
import { weightsOfStacks } from "./stack_weights.ts";

/** What of the options of `resolve` decides. */
export interface DecideOptions extends MachineOptions {
  /** Whether functions that are inlined are looked up; true by default. */
  readonly inlines?: boolean;
  /** Whether places in the source are looked up; false by default. */
  readonly lines?: boolean;
  /** The same. */
  readonly details?: boolean;
  /** Which frames are return addresses; "callers" by default. */
  readonly returnAddresses?: ReturnAddresses;
  /** Whether files are believed whatever the return addresses say; false by default. */
  readonly trustFiles?: boolean;
  /** Frames besides those of the recording whose files are needed, too. */
  readonly others?: readonly FrameLocation[];
}

/** Where the frames of a recording are, and in which functions. */
export interface Decided {
  /** The recording; frames are those of one process each. */
  readonly profile: RawProfile;
  readonly roles: FrameRoles;
  /** The frames of all stacks, in their places: a frame in a role is `2 * frame + role`. */
  readonly keys: Uint32Array;
  readonly locator: Locator;
  /** By key; undefined for roles that the frame has in no stack. */
  readonly places: readonly (Place | undefined)[];
  /** By key; undefined where none is known. */
  readonly functions: readonly (FoundFunction | undefined)[];
  readonly kernel: KernelNames;
  readonly evidence: Evidence;
  /** By stack. */
  readonly weights: Float64Array;
}

/**
 * Decides for each frame of a recording where it is, and in which function.
 *
 * Each different frame is looked up once, in each role it has: as a leaf, whose address is exact,
 * and as a caller, whose address is the one behind a call. Only the files that hold frames are
 * opened, and each symbol table is read once.
 */
export async function decide(recording: RawProfile, options: DecideOptions): Promise<Decided> {
  const { snapshots, files, generated = [], inlines = true, lines = false, details = false } =
    options;
  const { returnAddresses = "callers", trustFiles = false, others = [] } = options;
  const processes = new Set(snapshots.flatMap(({ process }) => process ?? []));
  const whole = processes.size > 0 ? splitByProcess(recording, processes) : recording;
  const first = rolesIn(whole, returnAddresses);
  const locations = [...whole.locations, ...others];
  const locator = await Locator.open(locations, first.isReturn, snapshots, generated, files);
  const profile = splitBySnapshot(whole, first.keys, locator);
  const { roles, keys, isReturn } = profile === whole ? first : rolesIn(profile, returnAddresses);
  const places = locateAll(profile, keys, locator);
  const evidence = await Evidence.read(profile, keys, places, isReturn, returnAddresses);
  for (const place of places) {
    if (place?.kind !== "code") continue;
    place.file.want(place.lookupVaddr);
    place.file.want(place.vaddr);
  }
  const wish = { inlines, positions: lines || details };
  // Without inlined functions it could not be told which callers are there several times.
  const repeated = inlines ? [] : [...findRepeated(profile, keys)].map((key) => places[key]);
  const wishFor = (isRepeated: boolean) => ({ ...wish, inlines: inlines || isRepeated });
  for (const file of locator.files) {
    const isOfFile = (place?: Place) => place?.kind === "code" && place.file === file;
    await file.lookUp(files, wishFor(repeated.some(isOfFile)));
  }
  const isOfKernel = (place?: Place) => place?.kind === "kernel";
  const kernel = await KernelNames.read(options, places, files, wishFor(repeated.some(isOfKernel)));
  const functions = places.map((place) => place && functionOf(place, kernel));
  const isTrampoline = findTrampolines(functions, evidence.signalReturns);
  const exact = [
    ...makeTrampolinesExact(keys, evidence.signalReturns, isTrampoline),
    ...makeInterruptedExact(profile.stacks, keys, isTrampoline),
  ];
  for (const key of exact) {
    // The address itself was looked up along with the one before it.
    const place = places[key] ??= locator.placeOf(profile.locations[key >> 1]!, EXACT);
    functions[key] ??= functionOf(place, kernel);
    if (isNamedTrampoline(functions[key])) isTrampoline[key] = 1;
  }
  const weights = weightsOfStacks(profile);
  await evidence.judge(functions, isTrampoline, weights, files);
  if (!trustFiles) {
    for (const { file, loadBias, detail } of evidence.doubted()) {
      locator.doubt(file, loadBias, detail);
    }
    for (let key = 0; key < places.length; key++) {
      const place = places[key];
      if (place?.kind !== "code" || !locator.isDoubted(place)) continue;
      places[key] = locator.placeOf(profile.locations[key >> 1]!, (key & 1) as FrameRole);
      functions[key] = undefined;
    }
  }
  return { profile, roles, keys, locator, places, functions, kernel, evidence, weights };
}

function rolesIn(profile: RawProfile, mode: ReturnAddresses) {
  const roles = new FrameRoles(profile, mode);
  const keys = roles.keysOf(profile.stacks);
  return { roles, keys, isReturn: findCallers(profile, keys, mode) };
}

/** The function at a place, after all were looked up; undefined if it is not known. */
export function functionOf(place: Place, kernel: KernelNames): FoundFunction | undefined {
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

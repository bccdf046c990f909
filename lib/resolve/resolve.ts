import { type Profile, type RawProfile, SampleTable, StackTable } from "../profile/mod.ts";
import { type DemangleStyle, type FoundFunction, loadDemangler } from "../symbols/mod.ts";
import { FrameDescriber } from "./describe_frame.ts";
import { Evidence } from "./evidence/evidence.ts";
import { findCallers } from "./evidence/return_keys.ts";
import { EXACT, type FrameRole, FrameRoles, type ReturnAddresses } from "./frame_roles.ts";
import { KernelNames } from "./kernel_names.ts";
import { Locator } from "./locator.ts";
import type { MachineOptions } from "./machine_options.ts";
import { OutputFrames } from "./output_frames.ts";
import { functionAt, type Place } from "./place.ts";
import { splitByProcess } from "./processes.ts";
import { type Report, Tally } from "./report.ts";
import { makeInterruptedExact } from "./signal_frames.ts";
import type { Annotated, UnresolvedStyle } from "./spell_frame.ts";
import { weightsOfStacks } from "./stack_weights.ts";

/** What {@linkcode resolve} needs besides the recording. */
export interface ResolveOptions extends MachineOptions {
  /**
   * Frames that get `_[k]`, `_[j]` or `_[i]` behind their name.
   *
   * @default {[]}
   */
  readonly annotate?: readonly Annotated[];
  /**
   * Whether functions that are inlined are frames of their own.
   *
   * @default {true}
   */
  readonly inlines?: boolean;
  /**
   * Whether names get their place in the source in front: `[file.c:12] name`.
   *
   * @default {false}
   */
  readonly lines?: boolean;
  /**
   * Whether names get the name of their file in front: `[libc.so.6] malloc`.
   *
   * @default {false}
   */
  readonly imagePrefix?: boolean;
  /**
   * Whether the profile shall have `details`. Each different address is then a frame of its own.
   *
   * @default {false}
   */
  readonly details?: boolean;
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
export async function resolve(
  recording: RawProfile,
  options: ResolveOptions,
): Promise<Resolved> {
  const { snapshots, files, demangle = "short", unresolved = "offset", annotate = [] } = options;
  const { inlines = true, lines = false, imagePrefix = false, details = false } = options;
  const { returnAddresses = "callers", trustFiles = false } = options;
  const processes = new Set(snapshots.flatMap(({ process }) => process ?? []));
  const profile = processes.size > 0 ? splitByProcess(recording, processes) : recording;
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
  const wish = { inlines, positions: lines || details };
  for (const file of locator.files) await file.lookUp(files, wish);
  const kernel = await KernelNames.read(options, places, files, wish);
  const functions = places.map((place) => place && functionOf(place, kernel));
  const signalReturns = evidence.signalReturns();
  for (const key of makeInterruptedExact(profile.stacks, keys, functions, signalReturns)) {
    // The address itself was looked up along with the one before it.
    const place = places[key] ??= locator.placeOf(profile.locations[key >> 1]!, EXACT);
    functions[key] ??= functionOf(place, kernel);
  }
  const weights = weightsOfStacks(profile);
  await evidence.judge(functions, weights);
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
  const spell = await loadDemangler(demangle, namesOf(functions));
  const describer = details ? new FrameDescriber(kernel) : undefined;
  const output = new OutputFrames(spell, { unresolved, annotate, lines, imagePrefix }, describer);
  for (const [key, place] of places.entries()) {
    const frame = key >> 1;
    if (place === undefined) output.addUnused();
    else {
      const text = profile.frames.textOf(frame);
      output.add(text, profile.locations[frame]!, place, functions[key], (key & 1) as FrameRole);
    }
  }
  const isResolved = functions.map((found) => found !== undefined && found.name !== "");
  const tally = new Tally(places, isResolved, kernel);
  countFrames(profile.stacks, keys, weights, tally);
  const renamed = rename(profile, keys, roles, output);
  return { profile: renamed, report: tally.report(profile, evidence.byPath()) };
}

function* namesOf(functions: readonly (FoundFunction | undefined)[]): Generator<string> {
  for (const found of functions) {
    if (found === undefined) continue;
    yield found.name;
    for (const { name } of found.inlined ?? []) yield name;
  }
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
      if (!roles.isInlined(frame)) next = frame;
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

function countFrames(
  stacks: StackTable,
  keys: Uint32Array,
  weights: Float64Array,
  tally: Tally,
): void {
  for (let stack = 0; stack < stacks.size; stack++) {
    tally.add(keys, stacks.startOf(stack), stacks.endOf(stack), weights[stack]!);
  }
}

/**
 * Gives every stack the names of its frames.
 *
 * @param keys Become the frames of the result, if each is one.
 */
function rename(
  { stacks, samples, decimals, weightType }: RawProfile,
  keys: Uint32Array,
  roles: FrameRoles,
  output: OutputFrames,
): Profile {
  const renamed = new SampleTable();
  for (let sample = 0; sample < samples.size; sample++) {
    renamed.push(samples.stackOf(sample), samples.weightOf(sample), samples.baseOf(sample));
  }
  const profile = {
    frames: output.table,
    stacks: renameStacks(stacks, keys, roles, output),
    samples: renamed,
    decimals,
    ...weightType && { weightType },
  };
  return output.details === undefined ? profile : { ...profile, details: output.details };
}

function renameStacks(
  stacks: StackTable,
  keys: Uint32Array,
  roles: FrameRoles,
  output: OutputFrames,
): StackTable {
  const starts = Uint32Array.from(output.starts);
  const numbers = Uint32Array.from(output.numbers);
  if (!output.isExpanding) {
    for (let at = 0; at < keys.length; at++) keys[at] = numbers[starts[keys[at]!]!]!;
    return stacks.withFrames(keys);
  }
  const renamed = new StackTable();
  for (let stack = 0; stack < stacks.size; stack++) {
    const end = stacks.endOf(stack);
    let isExpanded = false;
    for (let at = stacks.startOf(stack); at < end; at++) {
      const key = keys[at]!;
      // The recorder has found the same inlined functions.
      if (isExpanded && roles.isInlined(key >> 1)) continue;
      isExpanded = starts[key + 1]! - starts[key]! > 1;
      for (let of = starts[key]!; of < starts[key + 1]!; of++) renamed.push(numbers[of]!);
    }
    renamed.finish();
  }
  return renamed;
}

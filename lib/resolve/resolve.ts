import { type Profile, type RawProfile, StackTable } from "../profile/mod.ts";
import { type DemangleStyle, type FoundFunction, loadDemangler } from "../symbols/mod.ts";
import { FrameDescriber } from "./describe_frame.ts";
import { decide } from "./decide.ts";
import type { FrameRole, FrameRoles, ReturnAddresses } from "./frame_roles.ts";
import type { MachineOptions } from "./machine_options.ts";
import { OutputFrames } from "./output_frames.ts";
import { mergeCopies } from "./repeated_frames.ts";
import { type Report, Tally } from "./report.ts";
import type { Annotated, UnresolvedStyle } from "./spell_frame.ts";

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
  const { demangle = "short", unresolved = "offset", annotate = [] } = options;
  const { lines = false, imagePrefix = false, details = false, inlines = true } = options;
  const decided = await decide(recording, options);
  const { profile, roles, places, functions, kernel, evidence, weights } = decided;
  const spell = await loadDemangler(demangle, namesOf(functions));
  const describer = details ? new FrameDescriber(kernel) : undefined;
  const style = { unresolved, annotate, lines, imagePrefix };
  const output = new OutputFrames(spell, style, describer, inlines);
  for (let key = 0; key < places.length; key++) {
    const frame = key >> 1;
    const place = places[key];
    if (place === undefined) output.addUnused();
    else {
      output.add(
        () => profile.frames.textOf(frame),
        profile.locations[frame]!,
        place,
        functions[key],
        (key & 1) as FrameRole,
      );
    }
  }
  const isResolved = functions.map((found) => found !== undefined && found.name !== "");
  const tally = new Tally(places, isResolved, kernel);
  const { stacks, keys } = mergeCopies(profile, decided.keys, output.copies);
  countFrames(stacks, keys, weights, tally);
  const renamed = rename(profile, stacks, keys, roles, output, inlines);
  return { profile: renamed, report: tally.report(profile, evidence.byPath()) };
}

function* namesOf(functions: readonly (FoundFunction | undefined)[]): Generator<string> {
  for (const found of functions) {
    if (found === undefined) continue;
    yield found.name;
    for (const { name } of found.inlined ?? []) yield name;
  }
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
  { samples, decimals, weightType }: RawProfile,
  stacks: StackTable,
  keys: Uint32Array,
  roles: FrameRoles,
  output: OutputFrames,
  inlines: boolean,
): Profile {
  const profile = {
    frames: output.table,
    stacks: renameStacks(stacks, keys, roles, output, inlines),
    samples: samples.copy(),
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
  inlines: boolean,
): StackTable {
  const starts = Uint32Array.from(output.starts);
  const numbers = Uint32Array.from(output.numbers);
  if (!output.isExpanding && (inlines || !roles.hasInlined)) {
    for (let at = 0; at < keys.length; at++) keys[at] = numbers[starts[keys[at]!]!]!;
    return stacks.withFrames(keys);
  }
  const renamed = new StackTable();
  for (let stack = 0; stack < stacks.size; stack++) {
    const start = stacks.startOf(stack);
    const end = stacks.endOf(stack);
    let isLeftOut = false;
    for (let at = start; at < end; at++) {
      const key = keys[at]!;
      const isInlined = roles.isInlined(key >> 1);
      if (isInlined && isLeftOut) continue;
      for (let of = starts[key]!; of < starts[key + 1]!; of++) renamed.push(numbers[of]!);
      // The recorder has found the same inlined functions, or nobody wants them.
      if (!isInlined) isLeftOut = !inlines || starts[key + 1]! - starts[key]! > 1;
    }
    renamed.finish();
  }
  return renamed;
}

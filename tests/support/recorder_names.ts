import { assert, assertEquals } from "@std/assert";
import { resolveRecordings } from "../../lib/cli/resolve_recordings.ts";
import type { Recording } from "../../lib/input/mod.ts";
import type { MapsSnapshot } from "../../lib/maps/mod.ts";
import type { FileProvider, ResolveOptions } from "../../lib/resolve/mod.ts";
import { samplesOf } from "./recording_text.ts";

/** No file at all: what comes out are the names that the recorder wrote. */
export const NO_FILES: FileProvider = {
  open: () => Promise.resolve({ reason: "file-not-found", detail: "" }),
};

/** What names a recording besides what is in it. */
export interface NameOptions extends Partial<ResolveOptions> {
  readonly snapshots?: readonly MapsSnapshot[];
  readonly files: FileProvider;
}

/** The stacks with names, root first, in the order of the recording. */
export async function stacksOf(recording: Recording, options: NameOptions): Promise<string[][]> {
  const { profile } = await resolveRecordings([recording], {
    snapshots: [],
    returnAddresses: undefined,
    ...options,
  });
  return samplesOf({ profile: { ...profile, locations: [], skipped: NO_SKIPPED } })
    .map((line) => line.replace(/ \d+$/, "").split(";"));
}

const NO_SKIPPED = { comments: 0, invalid: 0, firstInvalid: undefined };

/** A frame that has no name, or that of a file that is not here. */
export function isUnnamed(frame: string): boolean {
  return frame.startsWith("[") || /^(?:0x[0-9a-f]+$|[0-9a-f]+ \[unknown\])/.test(frame);
}

/** How {@linkcode compareStacks} compares. */
export interface CompareOptions {
  /** Takes away what one tool writes and the other does not. */
  readonly clean?: (name: string) => string;
  /** Functions of the files that are here: these have to have names. */
  readonly own?: RegExp;
}

/** Compares stacks frame by frame, where both have a name; gives how many those are. */
export function compareStacks(
  stacks: readonly (readonly string[])[],
  truth: readonly (readonly string[])[],
  { clean = (name) => name, own = /^(?:prism|geometry|search|score)::/ }: CompareOptions = {},
): number {
  assertEquals(stacks.length, truth.length);
  let compared = 0;
  for (const [at, stack] of stacks.entries()) {
    assertEquals(stack.length, truth[at]!.length, `stack ${at}: ${stack.join(";")}`);
    for (const [depth, frame] of stack.entries()) {
      const other = truth[at]![depth]!;
      assert(!isUnnamed(frame) || !own.test(other), `stack ${at}: ${frame} is ${other}`);
      if (isUnnamed(frame) || isUnnamed(other)) continue;
      assertEquals(clean(frame), clean(other), `stack ${at}, frame ${depth}`);
      compared++;
    }
  }
  return compared;
}

/** The stacks of `jeprof --collapsed` or `google-pprof --collapsed` with their weights. */
export function pprofStacks(text: string): Map<string, number> {
  const stacks = new Map<string, number>();
  for (const line of text.trim().split("\n")) {
    const at = line.lastIndexOf(" ");
    const stack = line.slice(0, at);
    stacks.set(stack, (stacks.get(stack) ?? 0) + Number(line.slice(at + 1)));
  }
  return stacks;
}

/**
 * Asserts that every stack of ours is one of theirs, as far as there are names; gives how many.
 *
 * @param mayGoOn Whether theirs may have more frames: what the allocator calls, say.
 */
export function compareWithPprof(
  stacks: readonly (readonly string[])[],
  collapsed: string,
  mayGoOn = false,
): number {
  const theirs = [...pprofStacks(collapsed).keys()].map((line) => line.split(";").map(pprofName));
  // They know nothing of the PLT, and give the function before it.
  const hasName = (frame: string) => !isUnnamed(frame) && !frame.endsWith("@plt");
  let compared = 0;
  for (const stack of stacks) {
    const agrees = theirs.some((other) =>
      (other.length === stack.length || mayGoOn && other.length > stack.length) &&
      stack.every((frame, at) => !hasName(frame) || plainName(frame) === other[at])
    );
    assert(agrees, stack.join(";"));
    compared += stack.filter(hasName).length;
  }
  return compared;
}

/** Without parameters, templates, clones and addresses: each tool leaves out other parts. */
export function plainName(name: string): string {
  let text = name.replace(/\(anonymous namespace\)::/g, "").replace(/ *\[clone [^\]]*\]/g, "");
  for (let before = ""; before !== text;) {
    before = text;
    text = text.replace(/<[^<>]*>/g, "").replace(/\([^()]*\)/g, "").replace(/\{[^{}]*\}/g, "");
  }
  return text.replace(/\[abi:\w+\]/g, "").replace(/ const$/, "").replace(/::::/g, "::")
    .trim().split(" ").at(-1)!;
}

/** They write a name, and in brackets where its function begins. */
function pprofName(name: string): string {
  return plainName(name.replace(/<[0-9a-f]{16}>$/, "").replace(/^\S+:\d+:/, ""));
}

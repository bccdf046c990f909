import { gunzipSync } from "node:zlib";
import { Profile as Message } from "pprof-format";
import type { Profile } from "../../lib/profile/mod.ts";

/** Of each stack, its frames divided by line feeds, what it weighs. */
export type StackSums = Map<string, number>;

/** The stacks of a profile itself, with texts for its frames; what weighs nothing is left out. */
export function stacksOf(
  profile: Profile,
  textOf: (frame: number) => string = (frame) => profile.frames.textOf(frame),
  weightOf: (sample: number) => number = (sample) => profile.samples.weightOf(sample),
): StackSums {
  const sums: StackSums = new Map();
  for (let sample = 0; sample < profile.samples.size; sample++) {
    const frames = profile.stacks.framesOf(profile.samples.stackOf(sample));
    add(sums, Array.from(frames, textOf), weightOf(sample));
  }
  return sums;
}

/** All bytes that a writer gives, one chunk after the other. */
export async function bytesOfChunks(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>> {
  const copies: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of chunks) copies.push(chunk.slice());
  return new Uint8Array(await new Blob(copies).arrayBuffer());
}

/** What a writer gives as text, which has to be UTF-8. */
export async function textOfChunks(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<string> {
  return new TextDecoder("utf-8", { fatal: true }).decode(await bytesOfChunks(chunks));
}

/** A file of speedscope, as far as tests look into it. */
export interface SpeedscopeFile {
  readonly $schema: string;
  readonly exporter: string;
  readonly name: string;
  readonly activeProfileIndex: number;
  readonly shared: {
    readonly frames: readonly {
      readonly name: string;
      readonly file?: string;
      readonly line?: number;
      readonly col?: number;
    }[];
  };
  readonly profiles: readonly {
    readonly type: string;
    readonly name: string;
    readonly unit: string;
    readonly startValue: number;
    readonly endValue: number;
    readonly samples: readonly (readonly number[])[];
    readonly weights: readonly number[];
  }[];
}

/** The stacks of some profiles of a speedscope file, with weights as they were before `unit`. */
export function stacksOfSpeedscope(
  { shared, profiles }: SpeedscopeFile,
  unit = 1,
  isWanted = (_name: string) => true,
): StackSums {
  const sums: StackSums = new Map();
  for (const { name, samples, weights } of profiles) {
    if (!isWanted(name)) continue;
    if (samples.length !== weights.length) throw new Error("samples and weights differ in length");
    for (const [at, sample] of samples.entries()) {
      add(sums, sample.map((frame) => shared.frames[frame]!.name), Math.round(weights[at]! * unit));
    }
  }
  return sums;
}

/** A profile of pprof that was compressed, decoded. */
export function decodePprof(bytes: Uint8Array): Message {
  return Message.decode(new Uint8Array(gunzipSync(bytes)));
}

/** The stacks of a pprof profile; an address without a name is `0x` and digits. */
export function stacksOfPprof(
  { sample, location, function: functions, stringTable: { strings } }: Message,
  isBase = false,
): StackSums {
  const nameOf = new Map(functions.map(({ id, name }) => [Number(id), strings[Number(name)]!]));
  const textsOf = new Map(location.map(({ id, line, address }) => {
    const names = line.map(({ functionId }) => nameOf.get(Number(functionId))!);
    return [Number(id), names.length > 0 ? names : [`0x${address.toString(16)}`]];
  }));
  const sums: StackSums = new Map();
  for (const { locationId, value, label } of sample) {
    if ((label.length > 0) !== isBase) continue;
    const leafFirst = locationId.flatMap((id) => textsOf.get(Number(id))!);
    const weight = BigInt.asIntN(64, BigInt(value[0]!));
    add(sums, leafFirst.reverse(), Number(isBase ? -weight : weight));
  }
  return sums;
}

/** A table of the Firefox Profiler: columns of one length. */
export type FirefoxTable = Readonly<Record<string, readonly (number | null)[]>> & {
  readonly length: number;
};

/** A file of the Firefox Profiler, as far as tests look into it. */
export interface FirefoxFile {
  readonly meta: Readonly<Record<string, unknown>> & {
    readonly categories: readonly { readonly name: string; readonly subcategories: string[] }[];
  };
  readonly libs: readonly Readonly<Record<string, unknown>>[];
  readonly threads: readonly FirefoxThreadFile[];
}

/** A thread of such a file. */
export interface FirefoxThreadFile {
  readonly name: string;
  readonly processName: string;
  readonly pid: string;
  readonly tid: string;
  readonly isMainThread: boolean;
  readonly stringArray: readonly string[];
  readonly samples: FirefoxTable & { readonly weightType: string };
  readonly stackTable: FirefoxTable;
  readonly frameTable: FirefoxTable;
  readonly funcTable: FirefoxTable;
  readonly resourceTable: FirefoxTable;
  readonly nativeSymbols: FirefoxTable;
}

/** The names of the frames of a stack of such a thread, root first. */
export function namesOfFirefoxStack(thread: FirefoxThreadFile, stack: number): string[] {
  const { stackTable, frameTable, funcTable, stringArray } = thread;
  const names: string[] = [];
  for (let at: number | null = stack; at !== null; at = stackTable["prefix"]![at]!) {
    const func = frameTable["func"]![stackTable["frame"]![at]!]!;
    names.unshift(stringArray[funcTable["name"]![func]!]!);
  }
  return names;
}

/** The stacks of a file of the Firefox Profiler, with weights as they were before `unit`. */
export function stacksOfFirefox({ threads }: FirefoxFile, unit = 1, sign = 1): StackSums {
  const sums: StackSums = new Map();
  for (const thread of threads) {
    const { stack, weight } = thread.samples;
    for (const [at, one] of stack!.entries()) {
      const signed = sign * weight![at]!;
      if (signed > 0) add(sums, namesOfFirefoxStack(thread, one!), Math.round(signed * unit));
    }
  }
  return sums;
}

function add(sums: StackSums, frames: readonly string[], weight: number): void {
  if (weight === 0) return;
  const key = frames.join("\n");
  sums.set(key, (sums.get(key) ?? 0) + weight);
}

import type { FrameDetail, Profile } from "../profile/mod.ts";
import type { CallTree } from "./call_tree.ts";
import { categoryOf, subcategoryOf } from "./firefox_categories.ts";
import type { FirefoxLibraries } from "./firefox_libraries.ts";
import type { Json, StreamedJson } from "./json_chunks.ts";
import { Numbering } from "./numbering.ts";
import { NONE, type PlacedFrames } from "./placed_frames.ts";
import type { StackWeights } from "./stack_weights.ts";

/** What all threads of a file are made of. */
export interface FirefoxSource {
  readonly profile: Profile;
  readonly functions: Pick<CallTree, "functions" | "functionOfFrame">;
  readonly placed: PlacedFrames;
  readonly libraries: FirefoxLibraries;
  readonly weights: FirefoxWeights;
}

/** What stacks weigh, and what that is in the file. */
export interface FirefoxWeights extends StackWeights {
  readonly type: "samples" | "bytes" | "tracing-ms";
  /** So much of a weight is 1 in the file. */
  readonly divisor: number;
}

/** No timeline is longer, in milliseconds, unless weights are times. */
const MAX_DURATION = 1e6;

/** The tables of one thread, which have only what its samples refer to. */
export class FirefoxThread {
  readonly #source: FirefoxSource;
  readonly #strings = new Numbering<string>();
  /** Numbers of placed frames. */
  readonly #frames = new Numbering<number>();
  /** Of each stack its caller, -1 if there is none, and its frame, as one number. */
  readonly #stacks = new Numbering<number>();
  /** The placed frames of the stack before, and their rows. */
  #lastPath: Uint32Array = new Uint32Array(0);
  readonly #lastRows: number[] = [];
  /** Numbers of libraries. */
  readonly #resources = new Numbering<number>();
  /** Of each the number of an output function, and the file of its source, divided by a blank. */
  readonly #functions = new Numbering<string>();
  /** Of each the number of its library, and where it begins there, divided by a blank. */
  readonly #symbols = new Numbering<string>();
  /** Of each the number of its name. */
  readonly #symbolNames: number[] = [];

  /** A thread without samples. */
  constructor(source: FirefoxSource) {
    this.#source = source;
  }

  /** The table `samples`, of stacks in this order, and with it what the other tables are. */
  samples(stacks: readonly number[]): StreamedJson {
    const { weights: { weights, bases, type, divisor } } = this.#source;
    const rows: number[] = [];
    const values: number[] = [];
    for (const stack of stacks) {
      const weight = weights[stack]!;
      const base = bases?.[stack] ?? 0;
      if (!(weight > 0 || base > 0)) continue;
      const row = this.#stackOf(stack);
      if (weight > 0) {
        rows.push(row);
        values.push(weight / divisor);
      }
      if (base > 0) {
        rows.push(row);
        values.push(-base / divisor);
      }
    }
    const total = values.reduce((sum, value) => sum + Math.abs(value), 0);
    const scale = type === "tracing-ms" ? 1 : Math.min(1, MAX_DURATION / total);
    return {
      length: rows.length,
      weightType: type,
      stack: rows,
      // Each begins when the one before it has lasted.
      timeDeltas: values.map((_, at) => at === 0 ? 0 : Math.abs(values[at - 1]!) * scale),
      weight: values,
    };
  }

  /** The other tables. */
  tables(): { readonly [table: string]: StreamedJson } {
    // Each numbers the rows of the ones behind it.
    const stackTable = this.#stackTable();
    const frameTable = this.#frameTable();
    const funcTable = this.#funcTable();
    const resourceTable = this.#resourceTable();
    const nativeSymbols = this.#nativeSymbols();
    const stringArray = this.#strings.keys;
    return { stackTable, frameTable, funcTable, resourceTable, nativeSymbols, stringArray };
  }

  /** What a stack has in common with the one before it, which is most, is looked up once. */
  #stackOf(stack: number): number {
    const { profile: { stacks }, placed: { ofStacks, frameOf } } = this.#source;
    const path = ofStacks.subarray(stacks.startOf(stack), stacks.endOf(stack));
    const rows = this.#lastRows;
    let depth = 0;
    while (depth < path.length && path[depth] === this.#lastPath[depth]) depth++;
    rows.length = depth;
    for (; depth < path.length; depth++) {
      const caller = depth === 0 ? -1 : rows[depth - 1]!;
      rows.push(this.#stacks.numberOf((caller + 1) * frameOf.length + path[depth]!));
    }
    this.#lastPath = path;
    return rows[depth - 1]!;
  }

  #stackTable(): Json {
    const { length: frameCount } = this.#source.placed.frameOf;
    const { keys } = this.#stacks;
    return {
      length: keys.length,
      prefix: keys.map((key) => key < frameCount ? null : Math.floor(key / frameCount) - 1),
      frame: keys.map((key) => this.#frames.numberOf(key % frameCount)),
    };
  }

  #frameTable(): Json {
    const { functions: { functions, functionOfFrame }, placed } = this.#source;
    const placedFrames = this.#frames.keys;
    const frames = placedFrames.map((number) => placed.frameOf[number]!);
    const outermost = placedFrames.map((number) => placed.frameOf[this.#outermostOf(number)]!);
    const length = frames.length;
    return {
      length,
      address: frames.map((frame) => this.#relativeAddressOf(this.#detailOf(frame))),
      inlineDepth: placedFrames.map((number) => placed.depthOf[number]!),
      category: outermost.map((frame) => categoryOf(functions[functionOfFrame[frame]!]!.kind)),
      subcategory: frames.map((frame) => subcategoryOf(this.#detailOf(frame))),
      func: frames.map((frame) => {
        const file = this.#detailOf(frame)?.position?.file ?? "";
        return this.#functions.numberOf(`${functionOfFrame[frame]} ${file}`);
      }),
      nativeSymbol: outermost.map((frame) => this.#symbolOf(frame)),
      innerWindowID: frames.map(() => 0),
      line: frames.map((frame) => this.#detailOf(frame)?.position?.line || null),
      column: frames.map((frame) => this.#detailOf(frame)?.position?.column || null),
    };
  }

  #funcTable(): Json {
    const { functions: { functions }, libraries } = this.#source;
    const rows = this.#functions.keys.map((key) => {
      const blank = key.indexOf(" ");
      const { name, detail } = functions[Number(key.slice(0, blank))]!;
      return { name, library: libraries.numberOf(detail?.file), file: key.slice(blank + 1) };
    });
    return {
      length: rows.length,
      name: rows.map(({ name }) => this.#strings.numberOf(name)),
      isJS: rows.map(() => false),
      relevantForJS: rows.map(() => false),
      resource: rows.map(({ library }) =>
        library === undefined ? -1 : this.#resources.numberOf(library)
      ),
      fileName: rows.map(({ file }) => file === "" ? null : this.#strings.numberOf(file)),
      lineNumber: rows.map(() => null),
      columnNumber: rows.map(() => null),
    };
  }

  #resourceTable(): Json {
    const { list } = this.#source.libraries;
    const { keys } = this.#resources;
    return {
      length: keys.length,
      lib: keys,
      name: keys.map((library) => this.#strings.numberOf(list[library]!.name)),
      host: keys.map(() => null),
      type: keys.map(() => RESOURCE_TYPE_LIBRARY),
    };
  }

  #nativeSymbols(): Json {
    const rows = this.#symbols.keys.map((key) => key.split(" ").map(Number));
    return {
      length: rows.length,
      address: rows.map(([, start]) => start!),
      functionSize: rows.map(() => null),
      libIndex: rows.map(([library]) => library!),
      name: this.#symbolNames,
    };
  }

  #detailOf(frame: number): FrameDetail | undefined {
    return this.#source.profile.details?.[frame];
  }

  /** The frame with code of its own that a placed frame is part of. */
  #outermostOf(placed: number): number {
    const { outerOf } = this.#source.placed;
    let outermost = placed;
    while (outerOf[outermost] !== NONE) outermost = outerOf[outermost]!;
    return outermost;
  }

  /** The symbol that holds the code of a frame; null if it is not known where that begins. */
  #symbolOf(frame: number): number | null {
    const { file, functionStart, reason } = this.#detailOf(frame) ?? {};
    const library = this.#source.libraries.numberOf(file);
    const { firstVaddr } = file ?? {};
    const isKnown = functionStart !== undefined && firstVaddr !== undefined;
    if (library === undefined || reason !== undefined || !isKnown) return null;
    const number = this.#symbols.numberOf(`${library} ${functionStart - firstVaddr}`);
    const name = this.#source.profile.frames.textOf(frame);
    this.#symbolNames[number] ??= this.#strings.numberOf(name);
    return number;
  }

  /** From the first LOAD segment of its file, within the instruction; -1 if it is not known. */
  #relativeAddressOf(detail: FrameDetail | undefined): number {
    const address = (detail?.vaddr ?? NaN) - (detail?.file?.firstVaddr ?? NaN);
    return Number.isNaN(address) ? -1 : address - (detail?.isReturnAddress ? 1 : 0);
  }
}

const RESOURCE_TYPE_LIBRARY = 1;

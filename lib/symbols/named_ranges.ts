import { ByteInterner } from "../bytes/mod.ts";
import type { SourcePlace } from "../errors.ts";

/** Code that its own process generated and gave a name. */
export interface NamedRange {
  /** As the process wrote it; empty if it gave none. */
  readonly name: string;
  /** The address of its first byte. */
  readonly start: number;
  /** The address behind its last byte. Other code may since lie in parts of it. */
  readonly end: number;
  /** Where its file says so; left out unless it was asked for. */
  readonly place?: SourcePlace;
}

/** What a file says of generated code; each such format has more to say besides. */
export interface NamedCode {
  /** The name of the file; left out if there is none. */
  readonly source?: string;
  /** How many ranges it has, those included that others hide. */
  readonly size: number;
  /** How many more it has that are of size 0 and thus name nothing. */
  readonly empty: number;
  /** The PID of the process whose code it is; left out if it is that of all stacks. */
  readonly process?: number;
  /** The range that an address lies in, the last one if there are several; undefined if none. */
  rangeAt(address: number): NamedRange | undefined;
}

/**
 * Ranges of addresses with names, added in the order in which they came to be: where two overlap,
 * the later one wins, and what it leaves of the earlier one stays.
 *
 * A range takes 20 bytes, and its name once if several share it; names become strings when they are
 * asked for. The first question after an addition cuts the ranges into pieces that do not overlap,
 * in O(n log n); see the bench "perf-map".
 *
 * @example
 * ```ts
 * import { NamedRanges } from "./named_ranges.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const names = new DataView(new TextEncoder().encode("old new").buffer);
 * const ranges = new NamedRanges();
 * ranges.add(0x1000, 0x40, ranges.addName(names, 0, 3));
 * ranges.add(0x1020, 0x10, ranges.addName(names, 4, 7));
 * const found = [0x101f, 0x1020, 0x1030, 0x1040].map((address) => ranges.rangeAt(address)?.name);
 * assertEquals(found, ["old", "new", "old", undefined]);
 * ```
 */
export class NamedRanges implements NamedCode {
  /** How many ranges were added, but for empty ones. */
  size = 0;
  /** How many ranges of size 0 were added: they name nothing. */
  empty = 0;
  #starts = new Float64Array(FIRST_SIZE);
  #ends = new Float64Array(FIRST_SIZE);
  #nameIds = new Int32Array(FIRST_SIZE);
  /** Where each range is in its file; undefined if nobody wants to know. */
  readonly #places: SourcePlace[] | undefined;
  readonly #names = new ByteInterner();
  /**
   * Every start and end, ascending and different. Piece `i` is `[points[i], points[i + 1])`, and
   * belongs to the range `owners[i]`; -1 is none.
   */
  #points: Float64Array | undefined;
  #owners = new Int32Array();

  /** @param keepsPlaces Whether it is kept where the ranges are in their file. */
  constructor(keepsPlaces = false) {
    this.#places = keepsPlaces ? [] : undefined;
  }

  /** Keeps the bytes `[start, end)` of a view as a name, in UTF-8, and gives its number. */
  addName(view: DataView, start: number, end: number): number {
    return start === end ? NO_NAME : this.#names.intern(view, start, end);
  }

  /**
   * Adds a range over all that were added before.
   *
   * @param size In bytes.
   * @param name What {@linkcode addName} gave.
   * @param place Gives where the range is in its file, if that is kept.
   * @returns False if there is no such range: the size is negative, or the end past 2^53, or past
   * 2^64 if the start is negative. It is not added then.
   */
  add(start: number, size: number, name: number, place?: () => SourcePlace): boolean {
    const room = start < 0 ? -start : MAX_ADDRESS - start;
    if (!(size >= 0 && size <= room)) return false;
    if (size === 0) {
      this.empty++;
      return true;
    }
    if (this.size === this.#starts.length) this.#grow();
    const at = this.size++;
    this.#starts[at] = start;
    this.#ends[at] = start + size;
    this.#nameIds[at] = name;
    if (this.#places !== undefined && place !== undefined) this.#places[at] = place();
    this.#points = undefined;
    return true;
  }

  /** See {@linkcode NamedCode.rangeAt}. */
  rangeAt(address: number): NamedRange | undefined {
    const points = this.#points ??= this.#cut();
    const owner = this.#owners[firstAbove(points, address) - 1] ?? -1;
    if (owner < 0) return undefined;
    const id = this.#nameIds[owner]!;
    const name = id === NO_NAME ? "" : new TextDecoder().decode(this.#names.bytesOf(id));
    const range = { name, start: this.#starts[owner]!, end: this.#ends[owner]! };
    const place = this.#places?.[owner];
    return place === undefined ? range : { ...range, place };
  }

  /**
   * Gives each piece to the last range that covers it: from the last range to the first, each takes
   * the pieces that are still free. `next` leads from a piece to the first free one at or behind it
   * (a forest of sets that only grow, with its paths halved on the way), so that a piece is visited
   * once, however many ranges cover it.
   */
  #cut(): Float64Array {
    const points = this.#sortedPoints();
    const owners = new Int32Array(points.length).fill(-1);
    const next = new Uint32Array(points.length + 1);
    for (let at = 0; at < next.length; at++) next[at] = at;
    for (let range = this.size - 1; range >= 0; range--) {
      const end = this.#ends[range]!;
      let piece = root(next, firstAbove(points, this.#starts[range]!) - 1);
      while (piece < points.length && points[piece]! < end) {
        owners[piece] = range;
        next[piece] = piece + 1;
        piece = root(next, piece + 1);
      }
    }
    this.#owners = owners;
    return points;
  }

  #sortedPoints(): Float64Array {
    const points = new Float64Array(2 * this.size);
    points.set(this.#starts.subarray(0, this.size));
    points.set(this.#ends.subarray(0, this.size), this.size);
    points.sort();
    let count = 0;
    for (const point of points) {
      if (count === 0 || points[count - 1] !== point) points[count++] = point;
    }
    return points.slice(0, count);
  }

  #grow(): void {
    const length = 2 * this.size;
    const [starts, ends] = [new Float64Array(length), new Float64Array(length)];
    const nameIds = new Int32Array(length);
    starts.set(this.#starts);
    ends.set(this.#ends);
    nameIds.set(this.#nameIds);
    this.#starts = starts;
    this.#ends = ends;
    this.#nameIds = nameIds;
  }
}

const FIRST_SIZE = 1 << 8;
/** The end of the lower half of the addresses that are exact. */
const MAX_ADDRESS = 2 ** 53;
const NO_NAME = -1;

function root(next: Uint32Array, start: number): number {
  let at = start;
  for (;;) {
    const parent = next[at]!;
    if (parent === at) return at;
    at = next[at] = next[parent]!;
  }
}

/** The first index whose value is above `value`. */
function firstAbove(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

import { hex } from "../errors.ts";
import { Defect } from "./defect.ts";
import { parseRangeList, type RangeContext, type RangeSink } from "./range_lists.ts";
import type { Section } from "./section.ts";

/** Lists that are closer together than this are read in one piece. */
const MAX_GAP = 1 << 12;
const MAX_RUN = 1 << 20;
/** How much is read of a list, at first. */
const LIST_GUESS = 256;

/** Range lists that are asked for, as columns. */
export class RangeRequests {
  /** Bytes from the start of the section, or indexes. */
  readonly values: number[] = [];
  /** What the sink gets as `current` while the ranges of a list are added. */
  readonly owners: number[] = [];
  /** Whether all values are indexes, or none is. */
  areIndexes = false;

  /**
   * Adds a list.
   *
   * @throws {Defect} If a unit has offsets and indexes: no compiler writes both.
   */
  add(value: number, isIndex: boolean, owner: number): void {
    if (this.values.length === 0) this.areIndexes = isIndex;
    else if (this.areIndexes !== isIndex) throw new Defect("range lists have indexes and offsets");
    this.values.push(value);
    this.owners.push(owner);
  }
}

/** A sink that knows what the ranges belong to that are added. */
export interface OwnedRangeSink extends RangeSink {
  /** The owner. */
  current: number;
}

/** Where the range lists of a unit are. */
export interface RangePlace {
  /** `.debug_rnglists` with DWARF 5, else `.debug_ranges`. */
  readonly section: Section;
  /** What is added to offsets: 0 but for units that were split off. */
  readonly offsetBase: number;
  /** Where the offsets are that indexes lead to: `DW_AT_rnglists_base`. */
  readonly indexBase: number;
  /** Whether those offsets have 64 bits. */
  readonly is64: boolean;
}

const ACTION = "read address ranges";

/**
 * Reads range lists of a unit, those that lie together in one piece, and gives their ranges to a
 * sink, in no order.
 *
 * @throws {FormatError} If a list does not lie inside the section, or is malformed.
 */
export async function readRangeLists(
  place: RangePlace,
  context: RangeContext,
  { values, owners, areIndexes }: RangeRequests,
  sink: OwnedRangeSink,
): Promise<void> {
  const offsets = areIndexes ? await offsetsOf(place, values) : values;
  const order = sortedOrder(offsets);
  for (let first = 0; first < order.length;) {
    const start = offsets[order[first]!]!;
    let last = first + 1;
    let end = start;
    for (; last < order.length; last++) {
      const next = offsets[order[last]!]!;
      if (next - end > MAX_GAP || next - start >= MAX_RUN) break;
      end = next;
    }
    const run = order.subarray(first, last);
    const runStart = place.offsetBase + start;
    await place.section.parse(runStart, end - start + LIST_GUESS, ACTION, (reader) => {
      const base = reader.position - start;
      for (const at of run) {
        reader.position = base + offsets[at]!;
        sink.current = owners[at]!;
        parseRangeList(reader, context, sink);
        place.section.spend(reader.position - base - offsets[at]!);
      }
    });
    first = last;
  }
}

/** The indexes of numbers in ascending order of these; compilers write them so. */
function sortedOrder(values: readonly number[]): Uint32Array {
  const order = new Uint32Array(values.length);
  let isSorted = true;
  for (let at = 0; at < values.length; at++) {
    order[at] = at;
    if (at > 0 && values[at - 1]! > values[at]!) isSorted = false;
  }
  return isSorted ? order : order.sort((one, other) => values[one]! - values[other]!);
}

/** Offsets, relative to the offset base like those that stand in entries. */
async function offsetsOf(
  { section, offsetBase, indexBase, is64 }: RangePlace,
  indexes: readonly number[],
): Promise<number[]> {
  let lowest = Infinity;
  let highest = 0;
  for (const index of indexes) {
    lowest = Math.min(lowest, index);
    highest = Math.max(highest, index);
  }
  const width = is64 ? 8 : 4;
  const start = indexBase + lowest * width;
  return await section.parse(start, (highest - lowest + 1) * width, ACTION, (reader) => {
    const base = reader.position;
    return indexes.map((index) => {
      reader.position = base + (index - lowest) * width;
      const offset = indexBase + reader.offset(is64);
      if (offset > section.size) throw new Defect(`a list is said to be at ${hex(offset)}`);
      return offset - offsetBase;
    });
  });
}

import { hex } from "../errors.ts";
import { Defect } from "./defect.ts";
import { parseRangeList, type RangeContext, type RangeSink } from "./range_lists.ts";
import type { Section } from "./section.ts";

/** Lists that are closer together than this are read in one piece. */
const MAX_GAP = 1 << 12;
const MAX_RUN = 1 << 20;
/** How much is read of a list, at first. */
const LIST_GUESS = 256;

/** What ranges of one thing are asked for: a list, and what its ranges belong to. */
export interface RangeRequest {
  /** Bytes from the start of the section, or an index. */
  readonly value: number;
  /** Whether `value` is an index. */
  readonly isIndex: boolean;
  /** What the sink gets as `current` while the ranges of this list are added. */
  readonly owner: number;
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
  requests: readonly RangeRequest[],
  sink: OwnedRangeSink,
): Promise<void> {
  const lists = await locate(place, requests);
  lists.sort((one, other) => one.offset - other.offset);
  let first = 0;
  while (first < lists.length) {
    let last = first + 1;
    const start = lists[first]!.offset;
    while (
      last < lists.length && lists[last]!.offset - lists[last - 1]!.offset <= MAX_GAP &&
      lists[last]!.offset - start < MAX_RUN
    ) last++;
    const run = lists.slice(first, last);
    const length = run.at(-1)!.offset - start + LIST_GUESS;
    await place.section.parse(start, length, ACTION, (reader) => {
      const base = reader.position - start;
      for (const { offset, owner } of run) {
        reader.position = base + offset;
        sink.current = owner;
        parseRangeList(reader, context, sink);
      }
    });
    first = last;
  }
}

interface LocatedList {
  /** Bytes from the start of the section. */
  readonly offset: number;
  readonly owner: number;
}

async function locate(
  { section, offsetBase, indexBase, is64 }: RangePlace,
  requests: readonly RangeRequest[],
): Promise<LocatedList[]> {
  let lowest = Infinity;
  let highest = -1;
  for (const { isIndex, value } of requests) {
    if (!isIndex) continue;
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
  }
  if (highest < 0) {
    return requests.map(({ value, owner }) => ({ offset: offsetBase + value, owner }));
  }
  const width = is64 ? 8 : 4;
  const start = indexBase + lowest * width;
  const length = (highest - lowest + 1) * width;
  return await section.parse(start, length, ACTION, (reader) => {
    const base = reader.position;
    return requests.map(({ value, isIndex, owner }) => {
      if (!isIndex) return { offset: offsetBase + value, owner };
      reader.position = base + (value - lowest) * width;
      const offset = indexBase + reader.offset(is64);
      if (offset > section.size) throw new Defect(`a list is said to be at ${hex(offset)}`);
      return { offset, owner };
    });
  });
}

import { INLINED_CALL } from "./abbreviations.ts";
import { skipAttributes } from "./attribute_values.ts";
import { Coverage } from "./coverage.ts";
import { Defect } from "./defect.ts";
import { EntryRanges } from "./entry_ranges.ts";
import { sourceErrorOf } from "./section.ts";
import type { Unit } from "./unit.ts";
import { DW_TAG_INLINED_SUBROUTINE } from "./constants.ts";

/** A function that wanted vaddrs lie in. */
export interface CoveredFunction {
  /** Where its entry begins in the unit. */
  readonly entry: number;
  /** The lowest of its vaddrs. */
  readonly first: number;
  /** The highest of them. */
  readonly last: number;
}

/** The inlined calls of some functions of a unit. */
export interface InlinedCalls {
  /** Where their entries begin in the unit: in its order, function by function. */
  readonly entries: readonly number[];
  /** By index of an entry: that of the call it is inlined into, -1 if that is the function. */
  readonly parents: readonly number[];
  /** By index of a vaddr: the innermost call that has it, -1 if none has. */
  readonly owners: Int32Array;
}

/** Compilers nest entries some tens deep. */
const MAX_DEPTH = 1 << 10;
/** They inline calls some tens deep into each other; each of them is a frame of its own. */
const MAX_INLINED = 1 << 8;
const ACTION = "find the inlined calls of the unit";

/**
 * Finds the innermost inlined calls that vaddrs lie in. Of several it is the last one in the unit:
 * calls come behind those that they are inlined into.
 *
 * @param functions What vaddrs lie in, in the order of the unit.
 * @param vaddrs Ascending and different.
 * @throws {FormatError} If the unit is malformed.
 */
export async function findInlinedCalls(
  unit: Unit,
  functions: readonly CoveredFunction[],
  vaddrs: Float64Array,
): Promise<InlinedCalls> {
  const coverage = new Coverage(vaddrs, unit.header.addressSize);
  const ranges = new EntryRanges(unit, coverage);
  const entries: number[] = [];
  const parents: number[] = [];
  const depths: number[] = [];
  for (const { entry, first, last } of functions) {
    coverage.narrow(first, last);
    scan(unit, entry, ranges, { entries, parents, depths });
  }
  coverage.narrow();
  await ranges.settle();
  return { entries, parents, owners: coverage.owners };
}

/** Calls that were found, as columns. */
interface CallColumns {
  readonly entries: number[];
  readonly parents: number[];
  /** How many calls are around it, and itself. */
  readonly depths: number[];
}

/** Looks at all that is below a function. */
function scan(
  unit: Unit,
  functionEntry: number,
  ranges: EntryRanges,
  { entries, parents, depths }: CallColumns,
): void {
  const { reader, abbreviations, header, end, info } = unit;
  const { bytes } = reader;
  const { roles, tags, hasChildren, leafSteps } = abbreviations;
  /** By depth: the index of the innermost call, -1 if there is none. */
  const calls = [-1];
  let depth = 0;
  let position = functionEntry;
  try {
    while (position < end) {
      let code = bytes[position]!;
      const step = leafSteps[code];
      if (step !== undefined && step > 0 && depth > 0) {
        position += step;
        continue;
      }
      const entry = position++;
      if (code >= 0x80) {
        reader.position = entry;
        code = reader.uleb();
        position = reader.position;
      }
      if (code === 0) {
        if (--depth <= 0) return;
        continue;
      }
      const index = abbreviations.indexOf(code);
      let call = calls[depth]!;
      if (tags[index] === DW_TAG_INLINED_SUBROUTINE) {
        if ((roles[index]! & INLINED_CALL) !== 0) ranges.add(index, position, entries.length);
        const inlined = (depths[call] ?? 0) + 1;
        if (inlined > MAX_INLINED) {
          throw new Defect(`calls are inlined more than ${MAX_INLINED} deep`);
        }
        parents.push(call);
        depths.push(inlined);
        call = entries.length;
        entries.push(entry);
      }
      position = skipAttributes(reader, abbreviations, index, header, position);
      if (hasChildren[index] !== 0) {
        if (++depth > MAX_DEPTH) throw new Defect(`entries are nested more than ${MAX_DEPTH} deep`);
        calls[depth] = call;
      } else if (depth === 0) {
        return;
      }
    }
    if (position > end) throw new Defect("an entry ends behind its unit");
  } catch (error) {
    throw sourceErrorOf(error, info, header.start + Math.min(position, end), ACTION);
  }
}

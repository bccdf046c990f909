import { FUNCTION, SKIPPABLE } from "./abbreviations.ts";
import { moveToAttribute, skipAttributes } from "./attribute_values.ts";
import { Coverage } from "./coverage.ts";
import { Defect } from "./defect.ts";
import { EntryRanges } from "./entry_ranges.ts";
import { readNumber } from "./forms.ts";
import { sourceErrorOf } from "./section.ts";
import type { Unit } from "./unit.ts";

/** The functions of a unit that wanted vaddrs lie in. */
export interface FunctionSearch {
  /** Where the entries of functions begin in the unit, in no order. */
  readonly entries: readonly number[];
  /** By index of a vaddr: an index of `entries`, -1 if no function has it. */
  readonly owners: Int32Array;
}

const ACTION = "find the functions of the unit";

/**
 * Finds the functions of a unit that vaddrs lie in. Of several that claim a vaddr the last one in
 * the unit is taken.
 *
 * Entries are passed by the sizes of their forms; what says where its sibling is, is passed with
 * all its children. Functions may be among these: nested functions, members of local classes. They
 * are looked for only if vaddrs are left that no other function has.
 *
 * @param vaddrs Ascending and different.
 * @throws {FormatError} If the unit is malformed.
 */
export async function findFunctions(unit: Unit, vaddrs: Float64Array): Promise<FunctionSearch> {
  const coverage = new Coverage(vaddrs, unit.header.addressSize);
  const entries: number[] = [];
  const ranges = new EntryRanges(unit, coverage);
  const hasSkipped = scan(unit, ranges, entries, true);
  await ranges.settle();
  const { owners } = coverage;
  if (hasSkipped && owners.includes(-1)) await findNested(unit, vaddrs, entries, owners);
  return { entries, owners };
}

/** Passes nothing unseen, for the vaddrs that are left. */
async function findNested(
  unit: Unit,
  vaddrs: Float64Array,
  entries: number[],
  owners: Int32Array,
): Promise<void> {
  const left = vaddrs.filter((_, at) => owners[at]! < 0);
  const coverage = new Coverage(left, unit.header.addressSize);
  const ranges = new EntryRanges(unit, coverage);
  scan(unit, ranges, entries, false);
  await ranges.settle();
  let next = 0;
  for (const [at, owner] of owners.entries()) if (owner < 0) owners[at] = coverage.owners[next++]!;
}

/** Gives whether anything was passed with its children. Plain for speed, see the bench "inlines". */
function scan(unit: Unit, ranges: EntryRanges, entries: number[], mayPass: boolean): boolean {
  const { reader, abbreviations, header, end, info } = unit;
  const { bytes } = reader;
  const { roles, steps } = abbreviations;
  let position = unit.firstEntry;
  let hasPassed = false;
  try {
    while (position < end) {
      let code = bytes[position]!;
      const step = steps[code];
      if (step !== undefined && step > 0) {
        position += step;
        continue;
      }
      const entry = position++;
      if (code >= 0x80) {
        reader.position = entry;
        code = reader.uleb();
        position = reader.position;
      }
      const index = abbreviations.indexOf(code);
      const role = roles[index]!;
      if (role !== 0) {
        if ((role & FUNCTION) !== 0 && ranges.add(index, position, entries.length)) {
          entries.push(entry);
        }
        if (mayPass && (role & SKIPPABLE) !== 0) {
          const sibling = siblingOf(unit, index, position);
          if (sibling > position) {
            position = sibling;
            hasPassed = true;
            continue;
          }
        }
      }
      position = skipAttributes(reader, abbreviations, index, header, position);
    }
    if (position > end) throw new Defect("an entry ends behind its unit");
  } catch (error) {
    throw sourceErrorOf(error, info, header.start + Math.min(position, end), ACTION);
  }
  return hasPassed;
}

/** Where the sibling of an entry begins in the unit; -1 if that makes no sense. */
export function siblingOf(unit: Unit, index: number, start: number): number {
  const { reader, abbreviations, header, end } = unit;
  const attribute = abbreviations.siblings[index]!;
  const form = moveToAttribute(reader, abbreviations, index, header, start, attribute);
  const sibling = readNumber(reader, form, 0, header.is64);
  return sibling <= end ? sibling : -1;
}

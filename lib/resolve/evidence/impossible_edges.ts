import { EM_AARCH64 } from "../../elf/constants.ts";
import type { ElfFile } from "../../elf/mod.ts";
import { EM_386, EM_X86_64 } from "../../elf/relocation_constants.ts";
import type { FoundFunction } from "../../symbols/mod.ts";
import { aarch64Exits } from "./aarch64_exits.ts";
import type { CodeWindow } from "./code_window.ts";
import type { Exits } from "./exits.ts";
import { readCodeOf } from "./read_calls.ts";
import { x86Exits } from "./x86_exits.ts";

/** A call, and a function that is not the called one, but that of the next frame. */
export interface DisagreeingEdge {
  /** The vaddr that is called. */
  readonly target: number;
  /** The vaddr where the function of the next frame begins. */
  readonly nextStart: number;
}

/** Tells which functions vaddrs lie in; vaddrs are ascending and different. */
export type FindFunctions = (
  vaddrs: Float64Array,
) => Promise<readonly (FoundFunction | undefined)[]>;

/** By function, by its start: the starts of those that it leads to; undefined if it may be any. */
type Ways = Map<number, ReadonlySet<number> | undefined>;

/** So many calls deep is looked; what is deeper may lead anywhere. */
const MAX_DEPTH = 4;
/** So is a function that is longer, in bytes, or where there are more of them. */
const [MAX_SIZE, MAX_FUNCTIONS] = [1 << 12, 1 << 9];
/** Functions end at multiples of this, in bytes: what is found is that much too long at most. */
const STEP = 16;

/**
 * Counts the calls that cannot have led to the next frame in the code of a file: the called function
 * is known, and neither it nor any that it leads to can be the one that the next frame is in. Calls
 * that lead to another function than the next frame's are common in the right file, too: functions
 * without frame pointers are missed, and tail calls leave no frame. What a register or memory
 * decides, a stub, or code of which no function is known, may lead anywhere.
 *
 * @returns 0 for other machines than x86-64, i686 and arm64.
 */
export async function countImpossible(
  elf: ElfFile,
  edges: readonly DisagreeingEdge[],
  findFunctions: FindFunctions,
): Promise<number> {
  const exitsOf = EXITS.get(elf.header.machine);
  if (exitsOf === undefined) return 0;
  const targets = edges.map(({ target }) => target);
  const ways = await findWays(
    targets,
    (starts) => findExits(elf, exitsOf, starts, findFunctions),
    findFunctions,
  );
  return edges.filter(({ target, nextStart }) => !mayLead(ways, target, nextStart)).length;
}

/** By machine: where a function leads, given all of its code. */
const EXITS: ReadonlyMap<number, (code: CodeWindow) => Exits | undefined> = new Map([
  [EM_X86_64, (code: CodeWindow) => x86Exits(code, true)],
  [EM_386, (code: CodeWindow) => x86Exits(code, false)],
  [EM_AARCH64, aarch64Exits],
]);

function mayLead(ways: Ways, from: number, to: number): boolean {
  const seen = new Set([from]);
  for (const start of seen) {
    if (start === to) return true;
    const next = ways.get(start);
    if (next === undefined) return true;
    for (const one of next) seen.add(one);
  }
  return false;
}

/** All levels at once, because each look-up reads the symbols. */
async function findWays(
  targets: readonly number[],
  exitsOf: (starts: readonly number[]) => Promise<Map<number, Exits | undefined>>,
  findFunctions: FindFunctions,
): Promise<Ways> {
  const ways: Ways = new Map();
  let level = new Set(targets);
  for (let depth = 0; depth < MAX_DEPTH && level.size > 0; depth++) {
    if (ways.size + level.size > MAX_FUNCTIONS) break;
    const exits = await exitsOf([...level]);
    const all = [...exits.values()].flatMap((one) =>
      one === undefined ? [] : [...one.targets, ...one.shortTargets]
    );
    const functions = await functionsBy(all, findFunctions);
    for (const [start, one] of exits) ways.set(start, one && leadsTo(one, functions));
    level = new Set([...exits.keys()].flatMap((start) => [...ways.get(start) ?? []]));
    level = level.difference(ways);
  }
  return ways;
}

type Functions = ReadonlyMap<number, FoundFunction | undefined>;

function leadsTo({ targets, shortTargets }: Exits, functions: Functions): Set<number> | undefined {
  const starts = new Set<number>();
  for (const target of targets) {
    const found = functions.get(target);
    if (found === undefined) return undefined;
    starts.add(found.start);
  }
  for (const target of shortTargets) {
    if (functions.get(target)?.start === target) starts.add(target);
  }
  return starts;
}

/** By start; undefined if no function is known to begin there, or it may lead anywhere. */
async function findExits(
  elf: ElfFile,
  exitsOf: (code: CodeWindow) => Exits | undefined,
  starts: readonly number[],
  findFunctions: FindFunctions,
): Promise<Map<number, Exits | undefined>> {
  const steps = Array.from({ length: MAX_SIZE / STEP + 1 }, (_, at) => at * STEP);
  const wanted = starts.flatMap((start) => steps.map((step) => start + step));
  const functions = await functionsBy(wanted, findFunctions);
  const exits = new Map<number, Exits | undefined>();
  for (const start of starts) {
    const size = steps.find((step) => functions.get(start + step)?.start !== start) ?? 0;
    const code = size === 0 ? undefined : await readCodeOf(elf, { start, end: start + size });
    exits.set(start, code && exitsOf(code));
  }
  return exits;
}

async function functionsBy(
  vaddrs: readonly number[],
  findFunctions: FindFunctions,
): Promise<Functions> {
  const sorted = Float64Array.from(new Set(vaddrs)).sort();
  const functions = await findFunctions(sorted);
  return new Map(functions.map((found, at) => [sorted[at]!, found]));
}

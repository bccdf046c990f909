import type { Profile } from "../profile/mod.ts";
import { type CallTree, callTreeOf, ROOT } from "./call_tree.ts";
import { countText } from "./count_text.ts";
import type { WriteOptions } from "./profile_writer.ts";
import { type FunctionWeights, functionWeightsOf } from "./function_weights.ts";
import type { OutputFunction } from "./functions.ts";
import { sortKey } from "./line_keys.ts";
import { profileHeading } from "./profile_heading.ts";
import { spellChange, spellShare, spellWeight } from "./spell_weight.ts";
import { tableLines } from "./text_table.ts";
import { textChunks } from "./text_chunks.ts";

/**
 * Writes a table of all functions, for a terminal: what ends in each (self) and what goes through it
 * (total, in which a stack counts once), the heaviest self first. Of a differential profile it has
 * both weights and what changed, the greatest change of self first.
 *
 * @returns The text in chunks.
 * @throws {FormatError} If all weights together are more than 2^53 - 1.
 */
export function* writeTop(
  profile: Profile,
  { title = "symfold" }: WriteOptions = {},
): Generator<Uint8Array> {
  const tree = callTreeOf(profile);
  const { functions } = tree;
  const after = functionWeightsOf(tree);
  const before = tree.base && functionWeightsOf(tree, tree.base);
  const columns = before === undefined
    ? weightColumns(profile, tree, after)
    : changeColumns(profile, before, after);
  const names: Column[] = [{ heading: "function", cellOf: (of) => functions[of]!.name }];
  if (functions.some(({ image }) => image !== "")) {
    names.push({ heading: "image", cellOf: (of) => imageText(functions[of]!) });
  }
  const all = [...columns, ...names];
  const rows = [all.map(({ heading }) => heading)];
  for (const of of orderOf(functions, before, after)) rows.push(all.map((one) => one.cellOf(of)));
  const count = countText(functions.length, "functions");
  yield* textChunks(function* () {
    yield* tableLines([[`${title}: ${profileHeading(profile, tree)}, ${count}`], []], 0);
    yield* tableLines(rows, columns.length);
  }());
}

interface Column {
  readonly heading: string;
  /** Of a function, by its number. */
  readonly cellOf: (of: number) => string;
}

function weightColumns(
  profile: Profile,
  { totalOf }: CallTree,
  { selfOf, totalOf: totalOfFunction }: FunctionWeights,
): Column[] {
  const whole = totalOf[ROOT]!;
  return [
    { heading: "self", cellOf: (of) => spellWeight(selfOf[of]!, profile) },
    { heading: "self %", cellOf: (of) => spellShare(selfOf[of]!, whole) },
    { heading: "total", cellOf: (of) => spellWeight(totalOfFunction[of]!, profile) },
    { heading: "total %", cellOf: (of) => spellShare(totalOfFunction[of]!, whole) },
  ];
}

function changeColumns(
  profile: Profile,
  before: FunctionWeights,
  after: FunctionWeights,
): Column[] {
  return (["self", "total"] as const).flatMap((what) => {
    const [old, now] = what === "self"
      ? [before.selfOf, after.selfOf]
      : [before.totalOf, after.totalOf];
    return [
      { heading: `${what} before`, cellOf: (of: number) => spellWeight(old[of]!, profile) },
      { heading: "after", cellOf: (of: number) => spellWeight(now[of]!, profile) },
      { heading: "change", cellOf: (of: number) => spellChange(now[of]! - old[of]!, profile) },
    ];
  });
}

/** An inlined function is another row than the same one where it was called. */
function imageText({ kind, image }: OutputFunction): string {
  return kind === "inlined" ? `${image} (inlined)` : image;
}

/** The functions by what they weigh or by how much that changed, then by their names. */
function orderOf(
  functions: readonly OutputFunction[],
  before: FunctionWeights | undefined,
  after: FunctionWeights,
): number[] {
  const [selfs, totals] = (["selfOf", "totalOf"] as const).map((what) =>
    after[what].map((weight, of) => Math.abs(weight - (before?.[what][of] ?? 0)))
  );
  const keys = functions.map(({ name, image }) => `${sortKey(name)}\n${sortKey(image)}`);
  return Array.from(functions.keys()).sort((a, b) =>
    selfs![b]! - selfs![a]! || totals![b]! - totals![a]! ||
    (keys[a]! < keys[b]! ? -1 : keys[a]! > keys[b]! ? 1 : a - b)
  );
}

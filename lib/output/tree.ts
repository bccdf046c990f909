import type { Profile } from "../profile/mod.ts";
import { type CallTree, callTreeOf, ROOT } from "./call_tree.ts";
import { countText } from "./count_text.ts";
import type { WriteOptions } from "./profile_writer.ts";
import { changeText, profileHeading } from "./profile_heading.ts";
import { spellChange, spellShare, spellWeight, spellWeightAndUnit } from "./spell_weight.ts";
import { tableLines } from "./text_table.ts";
import { textChunks } from "./text_chunks.ts";
import { MIN_SHARE, type TreeLine, treeLines } from "./tree_lines.ts";

/**
 * Writes the call tree, for a terminal: what goes through each call (total) and what ends in it
 * (self), the heaviest callee first; of a differential profile both totals and what changed, the
 * greatest change first. An only callee stands right below its caller, so that long chains stay
 * narrow. Callees below 0.5 % are left out: a column says what they weigh, and a line at the end how
 * many they are.
 *
 * @returns The text in chunks.
 * @throws {FormatError} If all weights together are more than 2^53 - 1.
 */
export function* writeTree(
  profile: Profile,
  { title = "symfold" }: WriteOptions = {},
): Generator<Uint8Array> {
  const tree = callTreeOf(profile);
  const numbers = tree.base === undefined
    ? weightNumbers(profile, tree)
    : changeNumbers(profile, tree, tree.base);
  const rows = [[...numbers.headings, "call tree"]];
  const leftOut = { count: 0, total: 0, base: 0 };
  for (const line of treeLines(tree)) {
    rows.push([...numbers.cellsOf(line), line.text]);
    leftOut.count += line.leftOut.count;
    leftOut.total += line.leftOut.total;
    leftOut.base += line.leftOut.base;
  }
  yield* textChunks(function* () {
    yield* tableLines([[`${title}: ${profileHeading(profile, tree)}`], []], 0);
    yield* tableLines(rows, numbers.headings.length);
    if (leftOut.count === 0) return;
    const { count, total, base } = leftOut;
    const what = `${countText(count, "callees")} below ${100 * MIN_SHARE} %`;
    yield `\n${what} left out: ${numbers.sumText(total, base)}\n`;
  }());
}

/** The columns of numbers. */
interface Numbers {
  readonly headings: readonly string[];
  readonly cellsOf: (line: TreeLine) => string[];
  /** What is left out. */
  readonly sumText: (total: number, base: number) => string;
}

function weightNumbers(profile: Profile, { totalOf }: CallTree): Numbers {
  return {
    headings: ["total %", "total", "self", "left out"],
    cellsOf: ({ total, self, leftOut }) => [
      spellShare(total, totalOf[ROOT]!),
      spellWeight(total, profile),
      self === 0 ? "" : spellWeight(self, profile),
      leftOut.count === 0 ? "" : spellWeight(leftOut.total, profile),
    ],
    sumText: (total) =>
      `${spellWeightAndUnit(total, profile)} (${spellShare(total, totalOf[ROOT]!)})`,
  };
}

function changeNumbers(
  profile: Profile,
  { totalOf }: CallTree,
  before: NonNullable<CallTree["base"]>,
): Numbers {
  return {
    headings: ["before %", "after %", "before", "after", "change"],
    cellsOf: ({ total, base }) => [
      spellShare(base, before.totalOf[ROOT]!),
      spellShare(total, totalOf[ROOT]!),
      spellWeight(base, profile),
      spellWeight(total, profile),
      spellChange(total - base, profile),
    ],
    sumText: (total, base) => changeText(base, total, profile),
  };
}

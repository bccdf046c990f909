import { type Profile, UNRESOLVED_REASONS } from "../profile/mod.ts";
import { type CallTree, ROOT } from "./call_tree.ts";
import { changeText } from "./profile_heading.ts";
import { printable } from "./printable.ts";
import { spellShare, spellWeightAndUnit } from "./spell_weight.ts";

/**
 * Says what is known of a node of a call tree, one thing a line: its name, what it weighs and how
 * much of all that is, before and after if the profile is differential, what ends in it, its file and
 * what it is, and why it has no name.
 */
export function frameText(profile: Profile, tree: CallTree, node: number): string[] {
  const { totalOf, selfOf, base } = tree;
  const whole = totalOf[ROOT]!;
  const total = totalOf[node]!;
  const self = selfOf[node]!;
  const spell = (weight: number) =>
    `${spellWeightAndUnit(weight, profile)} (${spellShare(weight, whole)})`;
  const lines = [node === ROOT ? "all" : functionOf(tree, node).name, spell(total)];
  if (base !== undefined) lines.push(changeText(base.totalOf[node]!, total, profile));
  if (self > 0 && self < total) lines.push(`self ${spell(self)}`);
  if (node !== ROOT) lines.push(...placeLines(tree, node));
  return lines.map(printable);
}

function functionOf({ functions, functionOf }: CallTree, node: number) {
  return functions[functionOf[node]!]!;
}

function placeLines(tree: CallTree, node: number): string[] {
  const { kind, image, detail } = functionOf(tree, node);
  const lines: string[] = [];
  const what = kind === "native" || kind === "name" || image === `[${kind}]` ? "" : kind;
  if (image !== "") lines.push(what === "" ? image : `${image} (${what})`);
  else if (what !== "") lines.push(what);
  const reason = detail?.reason;
  if (reason !== undefined) lines.push(`no name: ${UNRESOLVED_REASONS[reason].meaning}`);
  return lines;
}

import type { Profile } from "../profile/mod.ts";
import { type CallTree, ROOT } from "./call_tree.ts";
import { spellChange, spellGrowth, spellWeightAndUnit, type WeightScale } from "./spell_weight.ts";

/**
 * Says in one line what a profile weighs: `46781 samples`, of a differential profile
 * `1000 samples before, 1200 samples after: +200 (+20.0 %)`.
 */
export function profileHeading(profile: Profile, { totalOf, base }: CallTree): string {
  return base === undefined
    ? spellWeightAndUnit(totalOf[ROOT]!, profile)
    : changeText(base.totalOf[ROOT]!, totalOf[ROOT]!, profile);
}

/** Says what was, what is, and what changed. */
export function changeText(before: number, after: number, scale: WeightScale): string {
  const [old, now] = [before, after].map((weight) => spellWeightAndUnit(weight, scale));
  const change = after - before;
  const relative = before === 0 ? "" : ` (${spellGrowth(before, after)})`;
  return `${old} before, ${now} after: ${spellChange(change, scale)}${relative}`;
}

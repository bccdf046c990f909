import { spellGrowth } from "../../spell_weight.ts";

/** A change in per cent of what was before; `new` if nothing was, `gone` if nothing is. */
export function growthText(before: number, after: number): string {
  if (before === 0 && after > 0) return "new";
  if (before > 0 && after === 0) return "gone";
  return spellGrowth(before, after);
}

import { countText } from "../../count_text.ts";
import { spellChange, spellDigits, spellShare, spellWeightAndUnit } from "../../spell_weight.ts";
import type { PageData } from "../page_data.ts";
import { childrenOf, type FlameTree, nameOf, ROOT } from "./flame_tree.ts";
import { growthText } from "./growth_text.ts";

/** What is said about a frame. */
export interface FrameFacts {
  readonly name: string;
  /** Labels with what they label, in order. */
  readonly rows: readonly (readonly [label: string, text: string])[];
}

const KIND_TEXTS = {
  native: "native code",
  inlined: "inlined function",
  kernel: "kernel code",
  jit: "code made at run time",
  name: "named by the recorder",
} as const;

/**
 * All that is known of a frame.
 *
 * @param zoom The node that is as wide as the page.
 */
export function factsOf(
  tree: FlameTree,
  scale: PageData["weight"],
  node: number,
  zoom: number,
): FrameFacts {
  const rows = tree.base === undefined
    ? weightRows(tree, scale, node, zoom)
    : changeRows(tree, scale, node, tree.base);
  return { name: nameOf(tree, node), rows: [...rows, ...placeRows(tree, node)] };
}

/** What a screen reader says of a frame that gets the focus. */
export function spokenFacts(tree: FlameTree, scale: PageData["weight"], node: number): string {
  const total = tree.totalOf[node]!;
  const count = [...childrenOf(tree, node)].length;
  const parts = [
    nameOf(tree, node),
    `${spellShare(total, tree.totalOf[ROOT]!)} of all`,
    spellWeightAndUnit(total, scale),
  ];
  if (tree.base !== undefined) {
    const before = tree.base.totalOf[node]!;
    parts.push(`before ${spellWeightAndUnit(before, scale)}`, growthText(before, total));
  }
  const place = tree.places[tree.placeOf[node]!];
  if (place !== undefined && place.reason !== "") parts.push("without a name");
  parts.push(
    `level ${tree.levelOf[node]!}`,
    count === 0 ? "calls nothing" : `calls ${countText(count, "functions")}`,
  );
  return parts.join(", ");
}

function* weightRows(
  { totalOf, selfOf, parentOf, endOf }: FlameTree,
  scale: PageData["weight"],
  node: number,
  zoom: number,
): Generator<[string, string]> {
  const total = totalOf[node]!;
  const text = spellWeightAndUnit(total, scale);
  const exact = spellDigits(total, scale);
  yield ["Weight", text.startsWith(exact) ? text : `${text} (${exact} ${scale.weightType.unit})`];
  if (node === ROOT) return;
  yield ["Of all", spellShare(total, totalOf[ROOT]!)];
  const isBelowZoom = zoom !== ROOT && node > zoom && node < endOf[zoom]!;
  if (isBelowZoom) yield ["Of zoomed", spellShare(total, totalOf[zoom]!)];
  yield ["Of parent", spellShare(total, totalOf[parentOf[node]!]!)];
  yield [
    "Self",
    `${spellWeightAndUnit(selfOf[node]!, scale)}, ${spellShare(selfOf[node]!, totalOf[ROOT]!)}`,
  ];
}

function* changeRows(
  { totalOf, selfOf }: FlameTree,
  scale: PageData["weight"],
  node: number,
  base: NonNullable<FlameTree["base"]>,
): Generator<[string, string]> {
  const [before, after] = [base.totalOf[node]!, totalOf[node]!];
  const [selfBefore, selfAfter] = [base.selfOf[node]!, selfOf[node]!];
  yield [
    "Before",
    `${spellWeightAndUnit(before, scale)}, ${spellShare(before, base.totalOf[ROOT]!)} of all`,
  ];
  yield [
    "After",
    `${spellWeightAndUnit(after, scale)}, ${spellShare(after, totalOf[ROOT]!)} of all`,
  ];
  yield ["Change", `${spellChange(after - before, scale)}, ${growthText(before, after)}`];
  yield [
    "Self",
    `${spellWeightAndUnit(selfBefore, scale)} → ${spellWeightAndUnit(selfAfter, scale)}, ` +
    spellChange(selfAfter - selfBefore, scale),
  ];
}

function* placeRows(tree: FlameTree, node: number): Generator<[string, string]> {
  if (node === ROOT) return;
  const { image, kind } = tree.functions[tree.functionOf[node]!]!;
  const { file, line, reason } = tree.places[tree.placeOf[node]!]!;
  if (image !== "") yield ["Image", image];
  if (file !== "") yield ["Source", line > 0 ? `${file}:${line}` : file];
  yield ["Kind", KIND_TEXTS[kind]];
  if (reason !== "") yield ["No name", reason];
  else if (kind !== "name") yield ["Name", "resolved"];
}

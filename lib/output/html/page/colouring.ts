import { baseName } from "../../../profile/base_name.ts";
import { type FlameTree, type PageFunction, ROOT } from "./flame_tree.ts";
import { KIND_TINTS } from "./kind_tints.ts";
import { cssOf } from "./oklch.ts";
import { changeScale, GREY, HUES, type Palette, shadeOf, type Tint } from "./palette.ts";
import type { PageState } from "./page_state.ts";

/** What the frames of a tree look like. */
export interface Colouring {
  /** The fill of a node. */
  fillOf(node: number): string;
  /** The fill of a node where something else is what counts. */
  dimFillOf(node: number): string;
  /** What the colours mean, the heaviest first. */
  readonly legend: readonly LegendEntry[];
}

/** A line of the legend. */
export interface LegendEntry {
  readonly label: string;
  readonly fill: string;
  /** The weight of the stacks that end in such frames; undefined if that is not what it tells. */
  readonly weight?: number;
}

/** What a group of functions is called, and its colour. */
interface Group {
  readonly label: string;
  readonly tint: Tint;
}

const KINDS: Readonly<Record<PageFunction["kind"], Group>> = {
  native: { label: "native", tint: KIND_TINTS.native },
  name: { label: "named by the recorder", tint: KIND_TINTS.name },
  inlined: { label: "inlined", tint: KIND_TINTS.inlined },
  jit: { label: "made at run time", tint: KIND_TINTS.jit },
  kernel: { label: "kernel", tint: KIND_TINTS.kernel },
};
const UNRESOLVED: Group = { label: "without a name", tint: GREY };
const CHANGE_STEPS = 20;

/** Gives frames their colours. */
export function colourTree(
  tree: FlameTree,
  by: PageState["colour"],
  palette: Palette,
): Colouring {
  if (by === "change" && tree.base !== undefined) return changeColouring(tree, palette);
  const groups = by === "kind" ? kindsOf(tree) : imagesOf(tree);
  const fills = tree.functions.map(({ name }, of) =>
    cssOf(palette.frame(groups[of]!.tint, shadeOf(name)))
  );
  const dimFills = groups.map(({ tint }) => cssOf(palette.dim(tint)));
  const rootFill = cssOf(palette.frame(GREY, 0));
  const rootDimFill = cssOf(palette.dim(GREY));
  return {
    fillOf: (node) => node === ROOT ? rootFill : fills[tree.functionOf[node]!]!,
    dimFillOf: (node) => node === ROOT ? rootDimFill : dimFills[tree.functionOf[node]!]!,
    legend: legendOf(tree, groups, palette),
  };
}

/** How much a weight grew: -1 is gone, -0.5 half, 0 as before, 0.5 double, 1 new. */
export function changePart(before: number, after: number): number {
  return before === after ? 0 : (after - before) / Math.max(before, after);
}

function changeColouring({ totalOf, base }: FlameTree, palette: Palette): Colouring {
  const scale = changeScale(palette, CHANGE_STEPS);
  const dimFill = cssOf(palette.dim(GREY));
  const fillOf = (part: number) => scale[Math.round(CHANGE_STEPS * (part + 1))]!;
  return {
    fillOf: (node) => fillOf(changePart(base!.totalOf[node]!, totalOf[node]!)),
    dimFillOf: () => dimFill,
    legend: [
      ["gone", -1],
      ["half", -0.5],
      ["as before", 0],
      ["double", 0.5],
      ["new", 1],
    ].map(([label, part]) => ({ label: String(label), fill: fillOf(Number(part)) })),
  };
}

function kindsOf({ functions }: FlameTree): Group[] {
  return functions.map(({ kind, isUnresolved }) => isUnresolved ? UNRESOLVED : KINDS[kind]);
}

/** The heaviest files get a hue of their own. */
function imagesOf(tree: FlameTree): Group[] {
  const { functions } = tree;
  const weights = new Map<string, number>();
  for (const [of, weight] of selfWeights(tree).entries()) {
    const { image } = functions[of]!;
    weights.set(image, (weights.get(image) ?? 0) + weight);
  }
  const groups = new Map<string, Group>();
  for (const [image] of [...weights].sort(([, a], [, b]) => b - a)) {
    if (image === "") continue;
    const tint = HUES[groups.size];
    groups.set(image, tint === undefined ? OTHERS : { label: imageLabel(image), tint });
  }
  groups.set("", groups.size === 0 ? KINDS.name : NO_IMAGE);
  return functions.map(({ image, isUnresolved }) => isUnresolved ? UNRESOLVED : groups.get(image)!);
}

const OTHERS: Group = { label: "other files", tint: { hue: 80, strength: 0.3 } };
/** Threads and what else recorders name; the colour of flames where there is nothing else. */
const NO_IMAGE: Group = { label: "no file", tint: { hue: 80, strength: 0.3 } };

/** The name of the file, or all if there is none. */
function imageLabel(image: string): string {
  return baseName(image) || image;
}

function legendOf(tree: FlameTree, groups: readonly Group[], palette: Palette): LegendEntry[] {
  const weights = new Map<Group, number>();
  for (const [of, weight] of selfWeights(tree).entries()) {
    const group = groups[of]!;
    weights.set(group, (weights.get(group) ?? 0) + weight);
  }
  return [...weights].filter(([, weight]) => weight > 0).sort(([, a], [, b]) => b - a).map((
    [{ label, tint }, weight],
  ) => ({
    label,
    fill: cssOf(palette.frame(tint, 0)),
    weight,
  }));
}

/** By function, the weight of the stacks that end in it. */
function selfWeights({ functions, functionOf, selfOf, size }: FlameTree): Float64Array {
  const weights = new Float64Array(functions.length);
  for (let node = ROOT + 1; node < size; node++) weights[functionOf[node]!]! += selfOf[node]!;
  return weights;
}

import type { ChildOrder, WidthOf } from "./flame_layout.ts";
import type { TotalColumn } from "./function_totals.ts";
import { type FlameTree, ROOT } from "./flame_tree.ts";

/** What the user chose: all of it is in the URL, behind the `#`. */
export interface PageState {
  /** The node that is as wide as the page. */
  readonly zoom: number;
  /** A regular expression; empty if nothing is searched for. */
  readonly search: string;
  /** Where the root is: at the bottom, or at the top. */
  readonly layout: "flame" | "icicle";
  /** What colours tell. */
  readonly colour: "image" | "kind" | "change";
  readonly order: ChildOrder;
  readonly width: WidthOf;
  readonly theme: "auto" | "light" | "dark";
  /** What the functions are sorted by. */
  readonly sort: TotalColumn;
  readonly ascending: boolean;
  /** Whether the functions are there. */
  readonly table: boolean;
  /** Whether only functions that match are there. */
  readonly matching: boolean;
}

/** What of a profile decides what its state may be. */
export interface StateBounds {
  /** How many nodes there are. */
  readonly size: number;
  readonly isDifferential: boolean;
  /** Whether a differential profile weighs something before, and nothing after. */
  readonly isGone: boolean;
}

/** The bounds of the profile that a tree is of. */
export function boundsOf({ size, totalOf, base }: FlameTree): StateBounds {
  const isGone = base !== undefined && base.totalOf[ROOT]! > 0 && totalOf[ROOT] === 0;
  return { size, isDifferential: base !== undefined, isGone };
}

/** How a page begins. */
export function defaultState(
  { isDifferential, isGone }: Pick<StateBounds, "isDifferential" | "isGone">,
): PageState {
  return {
    zoom: ROOT,
    search: "",
    layout: "icicle",
    colour: isDifferential ? "change" : "image",
    order: "name",
    width: isGone ? "before" : "after",
    theme: "auto",
    sort: isDifferential ? "selfChange" : "self",
    ascending: false,
    table: true,
    matching: false,
  };
}

const COLUMNS = ["self", "total", "name"] as const;
const CHANGES = ["selfChange", "totalChange"] as const;

/** Reads the part of a URL behind the `#`. What is wrong in it is as if it were not there. */
export function parseState(hash: string, bounds: StateBounds): PageState {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const start = defaultState(bounds);
  const { isDifferential } = bounds;
  const choice = <Value extends string>(name: string, values: readonly Value[], other: Value) =>
    values.find((value) => value === given.get(name)) ?? other;
  const flag = (name: string, other: boolean) =>
    choice(name, ["yes", "no"], other ? "yes" : "no") === "yes";
  return {
    zoom: parseNode(given.get("zoom") ?? "", bounds.size),
    search: given.get("search") ?? "",
    layout: choice("layout", ["flame", "icicle"], start.layout),
    colour: choice(
      "colour",
      isDifferential ? ["image", "kind", "change"] : ["image", "kind"],
      start.colour,
    ),
    order: choice("order", ["name", "weight"], start.order),
    width: choice(
      "width",
      isDifferential ? ["after", "before", "both"] : ["after"],
      start.width,
    ),
    theme: choice("theme", ["auto", "light", "dark"], start.theme),
    sort: choice("sort", isDifferential ? [...COLUMNS, ...CHANGES] : COLUMNS, start.sort),
    ascending: flag("ascending", start.ascending),
    table: flag("table", start.table),
    matching: flag("matching", start.matching),
  };
}

/** The part of a URL behind the `#`: what is not as a page begins; empty if all is. */
export function formatState(state: PageState, bounds: StateBounds): string {
  const given = new URLSearchParams();
  const start: Readonly<Record<string, unknown>> = { ...defaultState(bounds) };
  for (const [name, value] of Object.entries(state)) {
    if (value === start[name]) continue;
    given.set(name, typeof value === "boolean" ? (value ? "yes" : "no") : String(value));
  }
  return given.toString();
}

function parseNode(text: string, size: number): number {
  const node = /^\d{1,10}$/.test(text) ? Number(text) : ROOT;
  return node < size ? node : ROOT;
}

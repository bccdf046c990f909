/// <reference lib="dom" />
import { spellChange, spellShare, spellWeight } from "../../spell_weight.ts";
import type { PageData } from "../page_data.ts";
import { elementById, newElement } from "./elements.ts";
import { type FlameTree, nameOf, ROOT } from "./flame_tree.ts";
import type { SearchResult } from "./frame_search.ts";
import {
  type FunctionTotal,
  functionTotals,
  sortTotals,
  type TotalColumn,
} from "./function_totals.ts";
import { growthText } from "./growth_text.ts";
import type { PageState } from "./page_state.ts";

/** What the table shows. */
export interface TableScene {
  readonly state: PageState;
  readonly found: SearchResult | undefined;
}

/** What the user does with it. */
export interface TableActions {
  sortBy(column: TotalColumn): void;
  /** Of a function of the tree. */
  choose(of: number): void;
}

/** Rows that are shown at once; a page with all of 20,000 functions would be slow. */
const ROWS = 60;

const TITLES: Readonly<Record<TotalColumn, string>> = {
  self: "Self",
  selfChange: "± Self",
  total: "Total",
  totalChange: "± Total",
  name: "Function",
};

/** The heaviest functions of what is zoomed to. */
export class TableView {
  readonly #panel = elementById("functions", HTMLElement);
  readonly #title = elementById("functions-title", HTMLHeadingElement);
  readonly #columns = elementById("columns", HTMLTableRowElement);
  readonly #rows = elementById("rows", HTMLTableSectionElement);
  readonly #more = elementById("more", HTMLButtonElement);
  readonly #tree: FlameTree;
  readonly #scale: PageData["weight"];
  readonly #actions: TableActions;
  #totals: FunctionTotal[] = [];
  #zoom = -1;
  #limit = ROWS;
  #shown: TableScene | undefined;

  constructor(tree: FlameTree, scale: PageData["weight"], actions: TableActions) {
    this.#tree = tree;
    this.#scale = scale;
    this.#actions = actions;
    this.#panel.toggleAttribute("data-wide", tree.base !== undefined);
    this.#more.addEventListener("click", () => {
      this.#limit += ROWS;
      this.#fill();
    });
  }

  /** Shows something else. */
  show(scene: TableScene): void {
    const { state } = scene;
    this.#panel.hidden = !state.table;
    this.#shown = scene;
    if (!state.table) return;
    if (this.#zoom !== state.zoom) {
      this.#zoom = state.zoom;
      this.#totals = functionTotals(this.#tree, state.zoom);
      this.#limit = ROWS;
    }
    sortTotals(this.#totals, this.#tree, state.sort, state.ascending);
    this.#title.textContent = state.zoom === ROOT
      ? "Functions"
      : `Functions in ${nameOf(this.#tree, state.zoom)}`;
    this.#title.title = this.#title.textContent;
    this.#fillHead(state);
    this.#fill();
  }

  #fillHead({ sort, ascending }: PageState): void {
    const columns: readonly TotalColumn[] = this.#tree.base === undefined
      ? ["self", "total", "name"]
      : ["self", "selfChange", "total", "totalChange", "name"];
    if (this.#columns.childElementCount === 0) {
      for (const column of columns) {
        const button = newElement("button", "", TITLES[column]);
        button.type = "button";
        button.addEventListener("click", () => this.#actions.sortBy(column));
        const head = newElement("th", column === "name" ? "function" : "weight", button);
        head.scope = "col";
        this.#columns.append(head);
      }
    }
    for (const [at, head] of [...this.#columns.children].entries()) {
      const isSorted = columns[at] === sort;
      head.setAttribute("aria-sort", !isSorted ? "none" : ascending ? "ascending" : "descending");
    }
  }

  #fill(): void {
    const { state, found } = this.#shown!;
    const totals = state.matching && found !== undefined
      ? this.#totals.filter((of) => found.matches[of.function] === 1)
      : this.#totals;
    this.#rows.replaceChildren(
      ...totals.slice(0, this.#limit).map((of) => this.#row(of, found)),
    );
    const rest = totals.length - this.#limit;
    this.#more.hidden = rest <= 0;
    this.#more.textContent = `${Math.min(rest, ROWS)} more of ${totals.length}`;
  }

  #row(of: FunctionTotal, found: SearchResult | undefined): HTMLTableRowElement {
    const { functions, totalOf, base } = this.#tree;
    const whole = totalOf[this.#zoom]!;
    const { name, image } = functions[of.function]!;
    const button = newElement("button", "", ...breakable(name));
    button.type = "button";
    button.title = `Search for ${name}`;
    button.addEventListener("click", () => this.#actions.choose(of.function));
    const label = newElement("td", "function", button, newElement("small", "", image || "\u00a0"));
    label.title = image;
    const weights = base === undefined
      ? [this.#shareCell(of.self, whole), this.#shareCell(of.total, whole)]
      : [
        this.#pairCell(of.baseSelf, of.self),
        this.#changeCell(of.baseSelf, of.self),
        this.#pairCell(of.baseTotal, of.total),
        this.#changeCell(of.baseTotal, of.total),
      ];
    return newElement(
      "tr",
      found?.matches[of.function] === 1 ? "match" : "",
      ...weights,
      label,
    );
  }

  #shareCell(weight: number, whole: number): HTMLTableCellElement {
    const text = newElement("small", "", spellWeight(weight, this.#scale));
    const cell = newElement("td", "share", spellShare(weight, whole), text);
    cell.style.setProperty("--part", String(whole === 0 ? 0 : weight / whole));
    return cell;
  }

  #pairCell(before: number, after: number): HTMLTableCellElement {
    const text = newElement("small", "", `was ${spellWeight(before, this.#scale)}`);
    return newElement("td", "", spellWeight(after, this.#scale), text);
  }

  #changeCell(before: number, after: number): HTMLTableCellElement {
    return newElement(
      "td",
      after > before ? "more" : after < before ? "less" : "",
      spellChange(after - before, this.#scale),
      newElement("small", "", growthText(before, after)),
    );
  }
}

/** A name that may be broken behind what divides its parts. */
function breakable(name: string): (Node | string)[] {
  return name.split(/(?<=::|[<,(/])/).flatMap((part, at) =>
    at === 0 ? [part] : [newElement("wbr", ""), part]
  );
}

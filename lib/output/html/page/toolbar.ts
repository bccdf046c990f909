/// <reference lib="dom" />
import { countText } from "../../count_text.ts";
import { spellChange, spellShare, spellWeightAndUnit } from "../../spell_weight.ts";
import type { PageData } from "../page_data.ts";
import type { LegendEntry } from "./colouring.ts";
import { elementById, newElement } from "./elements.ts";
import { type FlameTree, nameOf, ROOT } from "./flame_tree.ts";
import { growthText } from "./growth_text.ts";
import type { PageState } from "./page_state.ts";

/** What the search field says besides. */
export interface FoundText {
  readonly text: string;
  /** What is wrong with the expression; empty if nothing is. */
  readonly error: string;
}

/** Takes a choice of the user; a step is one to go back from. */
export type Choose = (change: Partial<PageState>, isStep?: boolean) => void;

/** The choices that are menus, by the ids of their elements. */
const MENUS = ["colour", "order", "width", "theme"] as const;
/** Legends have no room for more. */
const LEGEND_ENTRIES = 12;

/** All above the graph: what there is, the search, and the choices. */
export class Toolbar {
  readonly search: HTMLInputElement = elementById("search", HTMLInputElement);
  readonly #found = elementById("found", HTMLOutputElement);
  readonly #zoomed = elementById("zoomed", HTMLParagraphElement);
  readonly #reset = elementById("reset", HTMLButtonElement);
  readonly #table = elementById("table", HTMLButtonElement);
  readonly #matching = elementById("matching", HTMLInputElement);
  readonly #legend = elementById("legend", HTMLUListElement);
  readonly #menus = MENUS.map((id) => elementById(id, HTMLSelectElement));
  readonly #layouts = [...document.querySelectorAll<HTMLInputElement>('[name="layout"]')];
  readonly #tree: FlameTree;
  readonly #scale: PageData["weight"];

  constructor(tree: FlameTree, data: PageData, choose: Choose) {
    this.#tree = tree;
    this.#scale = data.weight;
    const isDifferential = tree.base !== undefined;
    elementById("title", HTMLHeadingElement).textContent = data.title;
    elementById("summary", HTMLParagraphElement).textContent = this.#summary();
    elementById("width-choice", HTMLLabelElement).hidden = !isDifferential;
    if (!isDifferential) this.#menus[0]!.querySelector('[value="change"]')!.remove();
    this.#listen(choose);
  }

  /** Shows a state. */
  show(state: PageState, legend: readonly LegendEntry[], { text, error }: FoundText): void {
    if (this.search.value !== state.search) this.search.value = state.search;
    this.search.setAttribute("aria-invalid", String(error !== ""));
    this.#found.textContent = error || text;
    this.#found.classList.toggle("error", error !== "");
    for (const [at, id] of MENUS.entries()) this.#menus[at]!.value = state[id];
    for (const radio of this.#layouts) radio.checked = radio.value === state.layout;
    this.#table.setAttribute("aria-pressed", String(state.table));
    this.#matching.checked = state.matching;
    this.#matching.parentElement!.hidden = state.search === "";
    this.#showZoom(state.zoom);
    this.#showLegend(legend);
  }

  #listen(choose: Choose): void {
    // One step for what is typed at once: going back gives the search before.
    let isTyping = false;
    this.search.addEventListener("input", () => {
      choose({ search: this.search.value }, !isTyping);
      isTyping = true;
    });
    this.search.addEventListener("blur", () => isTyping = false);
    for (const [at, id] of MENUS.entries()) {
      // The menus have no other values than those that states have.
      this.#menus[at]!.addEventListener("change", ({ target }) => {
        if (target instanceof HTMLSelectElement) choose({ [id]: target.value });
      });
    }
    for (const radio of this.#layouts) {
      radio.addEventListener("change", () => {
        choose({ layout: radio.value === "flame" ? "flame" : "icicle" });
      });
    }
    this.#table.addEventListener("click", () => {
      choose({ table: this.#table.getAttribute("aria-pressed") !== "true" });
    });
    this.#matching.addEventListener("change", () => choose({ matching: this.#matching.checked }));
    this.#reset.addEventListener("click", () => choose({ zoom: ROOT }, true));
  }

  #summary(): string {
    const { totalOf, base, functions } = this.#tree;
    const count = countText(functions.length, "functions");
    const after = totalOf[ROOT]!;
    if (base === undefined) return `${spellWeightAndUnit(after, this.#scale)} · ${count}`;
    const before = base.totalOf[ROOT]!;
    return `${spellWeightAndUnit(before, this.#scale)} → ${
      spellWeightAndUnit(after, this.#scale)
    }, ` +
      `${growthText(before, after)} · ${count}`;
  }

  #showZoom(zoom: number): void {
    this.#reset.hidden = zoom === ROOT;
    if (zoom === ROOT) {
      this.#zoomed.textContent = "Click a frame to zoom";
      return;
    }
    const { totalOf, base } = this.#tree;
    const name = nameOf(this.#tree, zoom);
    const share = base === undefined
      ? spellShare(totalOf[zoom]!, totalOf[ROOT]!)
      : spellChange(totalOf[zoom]! - base.totalOf[zoom]!, this.#scale);
    this.#zoomed.replaceChildren(
      newElement("b", "", share),
      base === undefined ? " of all in " : " in ",
      newElement("code", "", name),
    );
    this.#zoomed.title = name;
  }

  #showLegend(legend: readonly LegendEntry[]): void {
    const whole = this.#tree.totalOf[ROOT]!;
    this.#legend.replaceChildren(
      ...legend.slice(0, LEGEND_ENTRIES).map((entry) => {
        const swatch = newElement("span", "swatch");
        swatch.style.background = entry.fill;
        const share = entry.weight === undefined ? "" : ` ${spellShare(entry.weight, whole)}`;
        const item = newElement("li", "", swatch, `${entry.label}${share}`);
        if (share !== "") item.title = `${share.trim()} of all weight is of stacks that end there`;
        return item;
      }),
    );
  }
}

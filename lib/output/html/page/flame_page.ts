/// <reference lib="dom" />
import { countText } from "../../count_text.ts";
import { spellShare, spellWeightAndUnit } from "../../spell_weight.ts";
import type { PageData } from "../page_data.ts";
import { type Colouring, colourTree } from "./colouring.ts";
import { elementById } from "./elements.ts";
import { type FlameLayout, layOut } from "./flame_layout.ts";
import { type FlameTree, flameTreeOf, nameOf, ROOT } from "./flame_tree.ts";
import { FocusedFrame } from "./focused_frame.ts";
import {
  expressionOf,
  matchedWeight,
  searchFunctions,
  type SearchResult,
  topMatches,
} from "./frame_search.ts";
import { listenToGraph } from "./graph_input.ts";
import { GraphView } from "./graph_view.ts";
import { moveFocus } from "./move_focus.ts";
import { listenToKeys } from "./page_keys.ts";
import { PageHistory } from "./page_history.ts";
import { boundsOf, type PageState } from "./page_state.ts";
import { DARK, LIGHT, type Palette } from "./palette.ts";
import { TableView } from "./table_view.ts";
import { type FoundText, Toolbar } from "./toolbar.ts";

/** The page: what the user does becomes a state, and a state becomes what is seen. */
export class FlamePage {
  readonly #scale: PageData["weight"];
  readonly #tree: FlameTree;
  readonly #history: PageHistory;
  readonly #toolbar: Toolbar;
  readonly #table: TableView;
  readonly #graph: GraphView = new GraphView(() => this.#frame.graphMoved(this.#zoom()));
  readonly #frame: FocusedFrame;
  readonly #prefersDark = matchMedia("(prefers-color-scheme: dark)");
  #state: PageState;
  // What is made of the state, and of which.
  #shown: PageState | undefined;
  #layout: FlameLayout | undefined;
  #colouring: Colouring | undefined;
  #palette: Palette | undefined;
  #found: SearchResult | undefined;

  constructor(data: PageData) {
    const tree = flameTreeOf(data);
    this.#tree = tree;
    this.#scale = data.weight;
    this.#history = new PageHistory(
      boundsOf(tree),
      (state) => this.#restore(state),
    );
    this.#state = this.#history.read();
    this.#toolbar = new Toolbar(tree, data, (change, isStep) => this.#set(change, isStep));
    this.#table = new TableView(tree, data.weight, {
      sortBy: (column) => {
        const { sort, ascending } = this.#state;
        this.#set({ sort: column, ascending: column === sort ? !ascending : column === "name" });
      },
      choose: (of) => this.#searchFor(tree.functions[of]!.name),
    });
    this.#frame = new FocusedFrame(tree, data.weight, this.#graph);
    this.#listen();
    this.#restore(this.#state);
  }

  #listen(): void {
    listenToGraph({
      point: (x, y) => this.#frame.hover(this.#graph.nodeAt(x, y), this.#zoom(), x, y),
      leave: () => this.#frame.leave(),
      scroll: () => this.#frame.graphMoved(this.#zoom()),
      click: (x, y, isTouch) => this.#click(this.#graph.nodeAt(x, y), isTouch),
      move: (move) => {
        const { node } = this.#frame;
        this.#frame.focus(
          moveFocus(this.#tree, this.#layout!, this.#zoom(), node, move),
          this.#zoom(),
        );
      },
      focus: () => this.#frame.focus(this.#frame.node, this.#zoom()),
      blur: () => this.#frame.leave(),
      zoom: () => this.#zoomTo(this.#frame.node),
      search: () => {
        if (this.#frame.node !== ROOT) this.#searchFor(nameOf(this.#tree, this.#frame.node));
      },
      copy: () => this.#frame.copyName(),
    }, () => this.#state.layout === "flame");
    listenToKeys({
      search: this.#toolbar.search,
      escape: () => this.#escape(),
      next: (step) => this.#nextMatch(step),
    });
    this.#prefersDark.addEventListener("change", () => this.#show());
  }

  #set(change: Partial<PageState>, isStep = false): void {
    const isZoom = change.zoom !== undefined;
    this.#state = { ...this.#state, ...change };
    this.#history.write(this.#state, isStep);
    if (isZoom) this.#frame.node = this.#state.zoom;
    this.#show();
  }

  /** Shows what the URL says. */
  #restore(state: PageState): void {
    this.#state = state;
    this.#frame.node = state.zoom;
    this.#show();
  }

  /** Shows the state; what it has in common with the one before is not made again. */
  #show(): void {
    const [state, before, tree] = [this.#state, this.#shown, this.#tree];
    const isDark = state.theme === "dark" || state.theme === "auto" && this.#prefersDark.matches;
    const palette = isDark ? DARK : LIGHT;
    document.documentElement.dataset["theme"] = isDark ? "dark" : "light";
    if (before?.order !== state.order || before.width !== state.width) this.#layout = undefined;
    if (before?.colour !== state.colour || palette !== this.#palette) this.#colouring = undefined;
    if (before?.search !== state.search) this.#found = searchFunctions(tree, state.search);
    this.#shown = state;
    this.#palette = palette;
    const layout = this.#layout ??= layOut(tree, state.order, state.width);
    const colouring = this.#colouring ??= colourTree(tree, state.colour, palette);
    const found = this.#found;
    this.#toolbar.show(state, colouring.legend, this.#foundText());
    const isFlame = state.layout === "flame";
    this.#graph.show({ tree, layout, colouring, palette, found, zoom: this.#zoom(), isFlame });
    this.#frame.leave();
    this.#frame.place();
    this.#table.show({ state, found });
    if (before !== undefined && before.zoom !== state.zoom) this.#frame.speakZoom(state.zoom);
    markDrawn();
  }

  /** A function that is gone has no width where widths are those of later. */
  #zoom(): number {
    let node = this.#state.zoom;
    while (node !== ROOT && this.#layout!.widthOf[node] === 0) node = this.#tree.parentOf[node]!;
    return node;
  }

  /** What matches of what the graph shows, in the weights that it is drawn by. */
  #foundText(): FoundText {
    const found = this.#found;
    if (found === undefined || found.error !== "") return { text: "", error: found?.error ?? "" };
    const zoom = this.#zoom();
    const { widthOf } = this.#layout!;
    const weight = matchedWeight(this.#tree, found, zoom, widthOf);
    const share = spellShare(weight, widthOf[zoom]!);
    const functions = countText(found.functionCount, "functions");
    return {
      text: `${share}${zoom === ROOT ? "" : " of zoomed"} · ${
        spellWeightAndUnit(weight, this.#scale)
      } · ${functions}`,
      error: "",
    };
  }

  #click(node: number, isTouch: boolean): void {
    if (node < 0) return;
    // A finger cannot hover: the first touch says what it is.
    if (isTouch && this.#frame.node !== node) this.#frame.focus(node, this.#zoom());
    else this.#zoomTo(node);
  }

  #zoomTo(zoom: number): void {
    this.#set({ zoom }, true);
  }

  #searchFor(name: string): void {
    const search = expressionOf(name);
    this.#set({ search: this.#state.search === search ? "" : search }, true);
  }

  /** From the search field it clears that; else it resets the zoom. */
  #escape(): void {
    const { search } = this.#toolbar;
    if (document.activeElement === search && search.value !== "") this.#set({ search: "" }, true);
    else if (this.#state.zoom !== ROOT) this.#zoomTo(ROOT);
    elementById("scroller", HTMLDivElement).focus();
    this.#frame.leave();
  }

  /** Focuses the next match in the zoom, or the one before. */
  #nextMatch(step: 1 | -1): void {
    if (this.#found === undefined) return;
    const { startOf, widthOf } = this.#layout!;
    const matches = [...topMatches(this.#tree, this.#found, this.#zoom())]
      .filter((node) => widthOf[node]! > 0)
      .sort((a, b) => startOf[a]! - startOf[b]!);
    if (matches.length === 0) return;
    const { node } = this.#frame;
    const at = matches.indexOf(node);
    const next = at < 0 ? (step > 0 ? 0 : matches.length - 1) : at + step;
    elementById("scroller", HTMLDivElement).focus();
    this.#frame.focus(matches[(next + matches.length) % matches.length]!, this.#zoom());
  }
}

/** For measurements: when the page was last drawn. */
function markDrawn(): void {
  performance.clearMarks("drawn");
  performance.mark("drawn");
}

/// <reference lib="dom" />
import type { PageData } from "../page_data.ts";
import { elementById } from "./elements.ts";
import { type FlameTree, ROOT } from "./flame_tree.ts";
import { factsOf, spokenFacts } from "./frame_facts.ts";
import type { GraphView } from "./graph_view.ts";
import { Tooltip } from "./tooltip.ts";

/** The frame that the keyboard is at, and the one that the pointer is at, with what they are. */
export class FocusedFrame {
  /** The node that the keyboard is at. */
  node: number = ROOT;
  readonly #tree: FlameTree;
  readonly #unit: PageData["weight"];
  readonly #graph: GraphView;
  readonly #tooltip = new Tooltip();
  readonly #focused = elementById("focused", HTMLDivElement);
  readonly #hovered = elementById("hovered", HTMLDivElement);
  readonly #spoken = elementById("spoken", HTMLDivElement);

  constructor(tree: FlameTree, unit: PageData["weight"], graph: GraphView) {
    this.#tree = tree;
    this.#unit = unit;
    this.#graph = graph;
  }

  /** Moves the keyboard to a node, shows it, and says what it is. */
  focus(node: number, zoom: number): void {
    this.node = node;
    this.#graph.reveal(node);
    this.place(node);
    const { left, top, height } = this.#focused.getBoundingClientRect();
    this.#hovered.hidden = true;
    this.#tooltip.show(factsOf(this.#tree, this.#unit, node, zoom), left, top, height);
    this.#spoken.textContent = spokenFacts(this.#tree, this.#unit, node);
  }

  /** Puts the outline around the node of the keyboard, after the graph changed. */
  place(node: number): void {
    this.#graph.frame(this.#focused, node);
  }

  /** The pointer is at a place, with a node or -1. */
  hover(node: number, zoom: number, x: number, y: number): void {
    if (node < 0) {
      this.leave();
      return;
    }
    this.#graph.frame(this.#hovered, node);
    this.#tooltip.show(factsOf(this.#tree, this.#unit, node, zoom), x, y, 0);
  }

  /** Nothing is pointed at. */
  leave(): void {
    this.#hovered.hidden = true;
    this.#tooltip.hide();
  }
}

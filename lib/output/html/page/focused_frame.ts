/// <reference lib="dom" />
import type { PageData } from "../page_data.ts";
import { elementById } from "./elements.ts";
import { type FlameTree, nameOf, ROOT } from "./flame_tree.ts";
import { factsOf, spokenFacts } from "./frame_facts.ts";
import type { GraphView } from "./graph_view.ts";
import { Tooltip } from "./tooltip.ts";

/** The frame that the keyboard is at, and the one that the pointer is at, with what they are. */
export class FocusedFrame {
  /** The node that the keyboard is at. */
  node: number = ROOT;
  readonly #tree: FlameTree;
  readonly #scale: PageData["weight"];
  readonly #graph: GraphView;
  readonly #tooltip = new Tooltip();
  readonly #focused = elementById("focused", HTMLDivElement);
  readonly #hovered = elementById("hovered", HTMLDivElement);
  readonly #spoken = elementById("spoken", HTMLDivElement);
  /** Whether the tooltip is about the node of the keyboard. */
  #isTold = false;

  constructor(tree: FlameTree, scale: PageData["weight"], graph: GraphView) {
    this.#tree = tree;
    this.#scale = scale;
    this.#graph = graph;
  }

  /** Moves the keyboard to a node, shows it, and says what it is. */
  focus(node: number, zoom: number): void {
    this.node = node;
    this.#graph.reveal(node);
    this.place();
    this.#hovered.hidden = true;
    this.#isTold = true;
    this.#tell(zoom);
    this.#spoken.textContent = spokenFacts(this.#tree, this.#scale, node);
  }

  /** Copies the name of the node of the keyboard, and says whether that was allowed. */
  async copyName(): Promise<void> {
    const name = nameOf(this.#tree, this.node);
    try {
      await navigator.clipboard.writeText(name);
      this.#spoken.textContent = `Copied ${name}`;
    } catch {
      this.#spoken.textContent = "The browser does not let the page copy";
    }
  }

  /** Says that the zoom is another one. */
  speakZoom(zoom: number): void {
    this.#spoken.textContent = zoom === ROOT
      ? "Zoom reset"
      : `Zoomed to ${spokenFacts(this.#tree, this.#scale, zoom)}`;
  }

  /** Puts the outline around the node of the keyboard, after the graph changed. */
  place(): void {
    this.#graph.frame(this.#focused, this.node);
  }

  /** The pointer is at a place, with a node or -1. */
  hover(node: number, zoom: number, x: number, y: number): void {
    this.leave();
    if (node < 0) return;
    this.#graph.frame(this.#hovered, node);
    this.#tooltip.show(factsOf(this.#tree, this.#scale, node, zoom), x, y, 0);
  }

  /** The graph was scrolled or resized: what is told goes along with the node of the keyboard. */
  graphMoved(zoom: number): void {
    this.place();
    if (this.#isTold) this.#tell(zoom);
    else this.leave();
  }

  /** Nothing is pointed at. */
  leave(): void {
    this.#isTold = false;
    this.#hovered.hidden = true;
    this.#tooltip.hide();
  }

  #tell(zoom: number): void {
    const { left, top, height } = this.#focused.getBoundingClientRect();
    this.#tooltip.show(factsOf(this.#tree, this.#scale, this.node, zoom), left, top, height);
  }
}

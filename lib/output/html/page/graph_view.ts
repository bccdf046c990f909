/// <reference lib="dom" />
import type { Colouring } from "./colouring.ts";
import { elementById } from "./elements.ts";
import { type FlameLayout, nodeAt } from "./flame_layout.ts";
import { type FlameTree, nameOf, ROOT } from "./flame_tree.ts";
import { fitName } from "./fit_name.ts";
import type { SearchResult } from "./frame_search.ts";
import { cssOf } from "./oklch.ts";
import type { Palette } from "./palette.ts";
import { levelsIn, type View, visitBoxes } from "./visible_boxes.ts";

/** What the graph shows. */
export interface GraphScene {
  readonly tree: FlameTree;
  readonly layout: FlameLayout;
  readonly colouring: Colouring;
  readonly palette: Palette;
  readonly found: SearchResult | undefined;
  /** The node that is as wide as the page; it has a width. */
  readonly zoom: number;
  /** Whether the root is at the bottom. */
  readonly isFlame: boolean;
}

/** Of a level to the next, in CSS pixels. */
const ROW = 20;
const GAP = 1;
const PADDING = 5;
/** Frames that are narrower have no text. */
const TEXT_WIDTH = 24;
/** Space behind the last level, so that it is not taken for cut off. */
const MARGIN = 8;

/**
 * The graph, drawn on a canvas of the size of what is visible of it. d3-flame-graph 5.0.0, which makes
 * SVG elements, took 13 s to open a page of 100,000 nodes and 14 s to zoom on two busy cores. Told to
 * leave out frames narrower than a pixel it took 1.4 s and 0.14 s, where this takes 0.7 s and 0.06 s
 * and leaves out none, and the keyboard, the history and widths by another weight were still missing.
 */
export class GraphView {
  readonly #scroller = elementById("scroller", HTMLDivElement);
  readonly #spacer = elementById("spacer", HTMLDivElement);
  readonly #canvas = elementById("canvas", HTMLCanvasElement);
  readonly #font: string;
  #scene: GraphScene | undefined;
  #charWidth = 0;
  /** Of all levels, in CSS pixels. */
  #height = 0;
  // Of what is visible. The browser would lay out all that changed before it answers.
  #viewWidth: number;
  #viewHeight: number;
  #scrollTop = 0;

  /** @param resized Is called when the graph has another size, after it was drawn. */
  constructor(resized: () => void) {
    const family = getComputedStyle(document.documentElement).getPropertyValue("--mono");
    this.#font = `12px ${family}`;
    this.#viewWidth = this.#scroller.clientWidth;
    this.#viewHeight = this.#scroller.clientHeight;
    new ResizeObserver(() => {
      this.#viewWidth = this.#scroller.clientWidth;
      this.#viewHeight = this.#scroller.clientHeight;
      this.#fit();
      this.#draw();
      if (this.#scene !== undefined) resized();
    }).observe(this.#scroller);
    this.#scroller.addEventListener("scroll", () => {
      if (this.#scrollTop === this.#scroller.scrollTop) return;
      this.#scrollTop = this.#scroller.scrollTop;
      this.#draw();
    });
  }

  /** Shows something else. */
  show(scene: GraphScene): void {
    const before = this.#scene;
    this.#scene = scene;
    this.#fit();
    const isNew = before?.zoom !== scene.zoom || before.isFlame !== scene.isFlame;
    if (isNew) this.#scrollToZoom(scene, before === undefined || before.isFlame !== scene.isFlame);
    this.#draw();
  }

  /** The node at a place of the window in CSS pixels; -1 if there is none. */
  nodeAt(clientX: number, clientY: number): number {
    const scene = this.#scene;
    if (scene === undefined) return -1;
    const { left, top } = this.#spacer.getBoundingClientRect();
    const y = clientY - top;
    const level = Math.floor((scene.isFlame ? this.#height - y : y) / ROW);
    const { from, to, pixels } = this.#view(scene);
    return nodeAt(scene.layout, level, from + (clientX - left) * (to - from) / pixels);
  }

  /** Puts an element around a node, or hides it if the node is not to be seen. */
  frame(element: HTMLElement, node: number): void {
    const { layout, tree } = this.#scene!;
    const { from, to, pixels } = this.#view(this.#scene!);
    const scale = pixels / (to - from);
    const start = layout.startOf[node]!;
    const left = Math.max(0, (start - from) * scale);
    const right = Math.min(pixels, (start + layout.widthOf[node]! - from) * scale);
    const level = tree.levelOf[node]!;
    element.hidden = right < 0 || left > pixels || layout.widthOf[node] === 0;
    element.style.left = `${left}px`;
    element.style.top = `${this.#yOf(this.#scene!, level)}px`;
    element.style.width = `${Math.max(3, right - left - GAP)}px`;
    element.style.height = `${ROW - GAP}px`;
  }

  /** Scrolls as little as it takes to show a node. */
  reveal(node: number): void {
    const scene = this.#scene!;
    const y = this.#yOf(scene, scene.tree.levelOf[node]!);
    if (y < this.#scrollTop) this.#scrollTo(y - ROW);
    else if (y + 2 * ROW > this.#scrollTop + this.#viewHeight) {
      this.#scrollTo(y + 2 * ROW - this.#viewHeight);
    }
  }

  /** Keeps the zoomed frame where it is, if most of the window is left to what it calls. */
  #scrollToZoom(scene: GraphScene, isFirst: boolean): void {
    const { isFlame, tree, zoom } = scene;
    const height = this.#viewHeight;
    const y = this.#yOf(scene, tree.levelOf[zoom]!) - this.#scrollTop;
    const above = isFlame ? height - (y + ROW) : y;
    if (!isFirst && above >= 0 && above < height / 3) return;
    const room = Math.min(3 * ROW, height / 3);
    this.#scrollTo(this.#scrollTop + (isFlame ? y + ROW + room - height : y - room));
  }

  #scrollTo(top: number): void {
    const wanted = Math.max(0, Math.min(top, this.#height - this.#viewHeight));
    if (wanted === this.#scrollTop) return;
    this.#scroller.scrollTop = wanted;
    this.#scrollTop = this.#scroller.scrollTop;
    this.#draw();
  }

  #yOf({ isFlame }: GraphScene, level: number): number {
    return isFlame ? this.#height - (level + 1) * ROW : level * ROW;
  }

  #view({ layout, zoom }: GraphScene): View {
    const from = layout.startOf[zoom]!;
    return { from, to: from + layout.widthOf[zoom]!, pixels: this.#viewWidth };
  }

  /** Makes the canvas as large as what is visible, and what scrolls as high as the levels. */
  #fit(): void {
    const scene = this.#scene;
    if (scene === undefined) return;
    const levels = levelsIn(scene.layout, this.#view(scene));
    this.#height = Math.max(this.#viewHeight, levels * ROW + MARGIN);
    this.#scrollTop = Math.min(this.#scrollTop, this.#height - this.#viewHeight);
    this.#spacer.style.height = `${this.#height}px`;
    const width = Math.round(this.#viewWidth * devicePixelRatio);
    const height = Math.round(this.#viewHeight * devicePixelRatio);
    if (this.#canvas.width === width && this.#canvas.height === height) return;
    this.#canvas.width = width;
    this.#canvas.height = height;
    this.#canvas.style.width = `${this.#viewWidth}px`;
    this.#canvas.style.height = `${this.#viewHeight}px`;
  }

  #draw(): void {
    const scene = this.#scene;
    const context = this.#canvas.getContext("2d");
    if (scene === undefined || context === null) return;
    const view = this.#view(scene);
    const ratio = devicePixelRatio;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = cssOf(scene.palette.background);
    context.fillRect(0, 0, view.pixels, this.#viewHeight);
    context.font = this.#font;
    context.textBaseline = "middle";
    this.#charWidth = context.measureText("0").width;
    const levels = levelsIn(scene.layout, view);
    for (let level = 0; level < levels; level++) {
      const y = this.#yOf(scene, level) - this.#scrollTop;
      if (y + ROW > 0 && y < this.#viewHeight) this.#drawLevel(context, scene, view, level, y);
    }
  }

  #drawLevel(
    context: CanvasRenderingContext2D,
    scene: GraphScene,
    view: View,
    level: number,
    y: number,
  ): void {
    const { tree, colouring, palette, found, zoom } = scene;
    const isAbove = level < tree.levelOf[zoom]!;
    const matchFill = cssOf(palette.match);
    const [text, dimText] = [cssOf(palette.text), cssOf(palette.dimText)];
    visitBoxes(scene.layout, level, view, (node, x, width) => {
      const isMatch = found !== undefined && node !== ROOT &&
        found.matches[tree.functionOf[node]!] === 1;
      const isDim = !isMatch && (isAbove || found !== undefined);
      context.fillStyle = isMatch
        ? matchFill
        : isDim
        ? colouring.dimFillOf(node)
        : colouring.fillOf(node);
      context.fillRect(x, y, width > 3 ? width - GAP : width, ROW - GAP);
      if (width < TEXT_WIDTH) return;
      context.fillStyle = isDim ? dimText : text;
      const room = width - 2 * PADDING;
      context.fillText(
        fitName(
          nameOf(tree, node),
          room,
          this.#charWidth,
          (part) => context.measureText(part).width,
        ),
        x + PADDING,
        y + ROW / 2,
      );
    });
  }
}

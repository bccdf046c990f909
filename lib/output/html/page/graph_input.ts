/// <reference lib="dom" />
import { elementById } from "./elements.ts";
import type { FocusMove } from "./move_focus.ts";

/** What the user does with the graph. */
export interface GraphActions {
  /** The pointer is at a place of the window, in CSS pixels. */
  point(x: number, y: number): void;
  /** The pointer is elsewhere. */
  leave(): void;
  /** What is seen is another part of the graph. */
  scroll(): void;
  /** Something was clicked; a finger cannot point at it before. */
  click(x: number, y: number, isTouch: boolean): void;
  /** The focus goes elsewhere. */
  move(move: FocusMove): void;
  /** The graph has got the focus, by a key, or lost it. */
  focus(): void;
  blur(): void;
  /** Zooms to the frame with the focus. */
  zoom(): void;
  /** Searches for the function with the focus, or copies its name. */
  search(): void;
  copy(): void;
}

/** Passes on what the user does with the graph. */
export function listenToGraph(actions: GraphActions, isFlame: () => boolean): void {
  const scroller = elementById("scroller", HTMLDivElement);
  let pointerType = "mouse";
  scroller.addEventListener("pointerdown", (event) => pointerType = event.pointerType);
  scroller.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "touch") actions.point(event.clientX, event.clientY);
  });
  scroller.addEventListener("pointerleave", () => actions.leave());
  scroller.addEventListener("scroll", () => actions.scroll());
  scroller.addEventListener("click", (event) => {
    actions.click(event.clientX, event.clientY, pointerType === "touch");
  });
  scroller.addEventListener("focus", () => {
    // A click does not ask for more than it does.
    if (scroller.matches(":focus-visible")) actions.focus();
  });
  scroller.addEventListener("blur", () => actions.blur());
  scroller.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const move = moveOf(event.key, isFlame());
    if (move !== undefined) actions.move(move);
    else if (event.key === "Enter" || event.key === " ") actions.zoom();
    else if (event.key === "s") actions.search();
    else if (event.key === "c") actions.copy();
    else return;
    event.preventDefault();
  });
}

/** Up is where callers are in an icicle, and where called functions are in a flame. */
export function moveOf(key: string, isFlame: boolean): FocusMove | undefined {
  switch (key) {
    case "ArrowUp":
      return isFlame ? "in" : "out";
    case "ArrowDown":
      return isFlame ? "out" : "in";
    case "ArrowLeft":
      return "previous";
    case "ArrowRight":
      return "next";
    case "Home":
      return "first";
    case "End":
      return "last";
    default:
      return undefined;
  }
}

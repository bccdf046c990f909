/// <reference lib="dom" />
import { elementById, newElement } from "./elements.ts";
import type { FrameFacts } from "./frame_facts.ts";

/** From what it is about, in CSS pixels. */
const DISTANCE = 14;
const EDGE = 8;

/** What is known of a frame, near to it. */
export class Tooltip {
  readonly #element = elementById("tooltip", HTMLDivElement);

  /** Shows it below a place of the window, or above that if there is no room. */
  show({ name, rows }: FrameFacts, x: number, y: number, height: number): void {
    const list = newElement("dl", "");
    for (const [label, text] of rows) {
      list.append(newElement("dt", "", label), newElement("dd", "", text));
    }
    this.#element.replaceChildren(newElement("strong", "", name), list);
    this.#element.hidden = false;
    const { width, height: own } = this.#element.getBoundingClientRect();
    const left = Math.max(EDGE, Math.min(x + DISTANCE, innerWidth - width - EDGE));
    const below = y + height + DISTANCE;
    const top = below + own <= innerHeight - EDGE ? below : Math.max(EDGE, y - own - DISTANCE);
    this.#element.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  hide(): void {
    this.#element.hidden = true;
  }
}

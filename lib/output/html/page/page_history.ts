/// <reference lib="dom" />
import { formatState, type PageState, parseState, type StateBounds } from "./page_state.ts";

/** The state of the page in its URL, and in the history of the browser. */
export class PageHistory {
  readonly #bounds: StateBounds;
  /** The hash that was read or written last: going back is told twice, by two events. */
  #known = location.hash;

  /** @param onChange Called when the user goes back or forward, or edits the URL. */
  constructor(bounds: StateBounds, onChange: (state: PageState) => void) {
    this.#bounds = bounds;
    for (const event of ["popstate", "hashchange"]) {
      addEventListener(event, () => {
        if (this.#known === location.hash) return;
        this.#known = location.hash;
        onChange(this.read());
      });
    }
  }

  /** What the URL says. */
  read(): PageState {
    return parseState(location.hash, this.#bounds);
  }

  /** Writes the URL; a step is one that the user can go back from. */
  write(state: PageState, isStep: boolean): void {
    const text = formatState(state, this.#bounds);
    if (text === location.hash.slice(1)) return;
    try {
      if (isStep) history.pushState(null, "", `#${text}`);
      else history.replaceState(null, "", `#${text}`);
    } catch {
      // Not where a page is shown inside of another one, or too often: the page works without.
    }
    this.#known = location.hash;
  }
}

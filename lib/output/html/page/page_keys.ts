/// <reference lib="dom" />
import { elementById } from "./elements.ts";

/** What keys do wherever the focus is. */
export interface PageKeyActions {
  /** The search field. */
  readonly search: HTMLInputElement;
  escape(): void;
  /** Goes to the next match, or with -1 to the one before. */
  next(step: 1 | -1): void;
}

/** Listens to the keys of the page, and to the button that lists them. */
export function listenToKeys({ search, escape, next }: PageKeyActions): void {
  const help = elementById("help", HTMLDialogElement);
  elementById("keys", HTMLButtonElement).addEventListener("click", () => help.showModal());
  elementById("search-form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    next(1);
  });
  document.addEventListener("keydown", (event) => {
    // A dialog closes itself.
    if (help.open) return;
    const isTyping = event.target === search;
    const isFind = event.key.toLowerCase() === "f" && (event.ctrlKey || event.metaKey) &&
      !event.altKey && !event.shiftKey;
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
    // In the field itself, the browser's own search is meant.
    if (isFind && !isTyping || isPlain && event.key === "/" && !isTyping) {
      search.focus();
      search.select();
    } else if (isPlain && event.key === "Escape") escape();
    else if (isPlain && !isTyping && (event.key === "n" || event.key === "N")) {
      next(event.key === "n" ? 1 : -1);
    } else if (isPlain && !isTyping && event.key === "?") help.showModal();
    else return;
    event.preventDefault();
  });
}

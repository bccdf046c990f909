/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

/** Elements that are of a class that a caller wants. */
type ElementClass<Kind extends Element> = new () => Kind;

/**
 * The element of the page with this id.
 *
 * @throws {Error} If it is not there or another one, which only a change of page.html can cause.
 */
export function elementById<Kind extends Element>(id: string, kind: ElementClass<Kind>): Kind {
  const element = document.getElementById(id);
  if (element instanceof kind) return element;
  throw new Error(`Cannot find the ${kind.name} "${id}" in the page`);
}

/** A new element with a class, if that is not empty, and what it holds; texts stay texts. */
export function newElement<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  className: string,
  ...content: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  if (className !== "") element.className = className;
  element.append(...content);
  return element;
}

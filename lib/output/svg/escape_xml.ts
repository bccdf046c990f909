import { printable } from "../printable.ts";

/**
 * A text as XML 1.0 may have it in elements and in attributes: markup and line ends as references or
 * spelled, what no document may contain as U+FFFD.
 */
export function escapeXml(text: string): string {
  return text.split("\n").map(escapeLine).join("&#10;");
}

function escapeLine(line: string): string {
  return printable(line).toWellFormed()
    .replace(FORBIDDEN_REGEXP, "\ufffd")
    .replace(MARKUP_REGEXP, (character) => `&#${character.charCodeAt(0)};`);
}

const MARKUP_REGEXP = /[&<>"']/g;
/** What is left of what XML forbids (XML 1.0, production 2). */
const FORBIDDEN_REGEXP = /[\ufffe\uffff]/g;

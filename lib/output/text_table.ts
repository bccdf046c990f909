import { printable } from "./printable.ts";

/** How wide a column to the left becomes at most; what is longer moves what is behind it. */
const MAX_LEFT_WIDTH = 60;

/**
 * Rows of a table as lines that end in line feeds: columns two blanks apart, the first ones to the
 * right, as numbers are, the others to the left. No line ends in blanks.
 *
 * @param rows All have the same number of cells; the first is the heading.
 * @param rightCount How many of the first columns are to the right.
 */
export function* tableLines(
  rows: readonly (readonly string[])[],
  rightCount: number,
): Generator<string> {
  const widths = widthsOf(rows, rightCount);
  for (const row of rows) {
    let line = "";
    for (const [column, cell] of row.entries()) {
      const blanks = " ".repeat(Math.max(0, widths[column]! - lengthOf(cell)));
      const isRight = column < rightCount;
      line += `${column === 0 ? "" : "  "}${isRight ? blanks : ""}${cell}${isRight ? "" : blanks}`;
    }
    yield `${printable(line.trimEnd())}\n`;
  }
}

function widthsOf(rows: readonly (readonly string[])[], rightCount: number): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      const width = Math.max(widths[column] ?? 0, lengthOf(cell));
      widths[column] = column < rightCount ? width : Math.min(width, MAX_LEFT_WIDTH);
    }
  }
  return widths;
}

/** In code points, which is what most names take of a line. */
function lengthOf(text: string): number {
  return SURROGATE_REGEXP.test(text) ? Array.from(text).length : text.length;
}

const SURROGATE_REGEXP = /[\ud800-\udbff]/;

// Control and format characters, and what divides lines and paragraphs: they do something to what
// stands around them, or are not seen (Unicode, general categories).
const HIDING_REGEXP = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * A line in which nothing hides, and that does nothing to a terminal or a browser: names in
 * snapshots and files are not to be trusted. A character that is not seen, or that turns the ones
 * around it, is spelled as `\x1b`, `\u202e` or `\u{e0041}`.
 */
export function printable(line: string): string {
  return line.replace(HIDING_REGEXP, (character) => {
    const code = character.codePointAt(0)!.toString(16);
    if (code.length > 4) return `\\u{${code}}`;
    return code.length < 3 ? `\\x${code.padStart(2, "0")}` : `\\u${code.padStart(4, "0")}`;
  });
}

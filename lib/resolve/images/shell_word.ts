const PLAIN_REGEXP = /^[A-Za-z0-9_./+:@%=,-]+$/;
// deno-lint-ignore no-control-regex -- those are the characters to find
const CONTROL_REGEXP = /[\x00-\x1f\x7f]/;

/**
 * Spells a text as one word of a shell's command line. Paths come from snapshots and are not to be
 * trusted: nothing in them is expanded or run, and no control character reaches the terminal.
 *
 * @example
 * ```ts
 * import { shellWord } from "./shell_word.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(shellWord("/opt/x.so"), "/opt/x.so");
 * assertEquals(shellWord("/opt/it's; rm"), `'/opt/it'\\''s; rm'`);
 * ```
 */
export function shellWord(text: string): string {
  if (PLAIN_REGEXP.test(text)) return text;
  if (!CONTROL_REGEXP.test(text)) return `'${text.replaceAll("'", "'\\''")}'`;
  const escaped = [...text].map((character) => {
    if (CONTROL_REGEXP.test(character)) {
      return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
    }
    return character === "'" || character === "\\" ? `\\${character}` : character;
  });
  return `$'${escaped.join("")}'`;
}

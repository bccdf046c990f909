// deno-lint-ignore no-control-regex -- those are the characters to find
const CONTROL_REGEXP = /[\x00-\x1f\x7f-\x9f]/g;

/** A line that does nothing to a terminal: names in snapshots and files are not to be trusted. */
export function printable(line: string): string {
  return line.replace(
    CONTROL_REGEXP,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}

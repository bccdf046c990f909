import { COMMANDS } from "./commands.ts";
import { nearestWord } from "./nearest_word.ts";
import { UsageError } from "./usage_error.ts";

const NAMES = COMMANDS.map(({ name }) => name).filter((name) => name !== "filter");

/**
 * Checks that the first word of the command line is no command that was mistyped, which would be
 * taken for a recording.
 *
 * @throws {UsageError} If it is near a command, and there is no file of that name.
 */
export function checkCommand([first = ""]: readonly string[]): void {
  const name = first.startsWith("-") ? undefined : nearestWord(first, NAMES);
  if (name === undefined || name === first || mayExist(first)) return;
  throw new UsageError(`There is no file or command "${first}", did you mean ${name}?`);
}

function mayExist(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound);
  }
}

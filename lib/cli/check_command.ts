import { commandOf, COMMANDS } from "./commands.ts";
import { nearestWord } from "./nearest_word.ts";
import { OPTIONS } from "./option_table.ts";
import { UsageError } from "./usage_error.ts";

const NAMES = COMMANDS.map(({ name }) => name).filter((name) => name !== "filter");

/** What stands before the value of an option, if that is a word of its own. */
const VALUED = new Set(
  OPTIONS.filter(({ value }) => value !== undefined)
    .flatMap(({ name, short }) => short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`]),
);

/**
 * Checks that the first word of the command line is no command that was mistyped, and the first one
 * behind options none that belongs before them: it would be taken for a recording.
 *
 * @throws {UsageError} If it is near a command, and there is no file of that name.
 */
export function checkCommand(args: readonly string[]): void {
  if (commandOf(args).command.name !== "filter") return;
  const at = firstOperand(args);
  const word = args[at];
  if (word === undefined) return;
  const name = at === 0 ? nearestWord(word, NAMES) : NAMES.find((one) => one === word);
  if (name === undefined || mayExist(word)) return;
  throw new UsageError(
    at === 0
      ? `There is no file or command "${word}", did you mean ${name}?`
      : `There is no file "${word}", and as a command it comes first: symfold ${word}`,
  );
}

/** Where the first word is that is no option, nor the value of one; -1 if there is none. */
function firstOperand(args: readonly string[]): number {
  for (let at = 0; at < args.length && args[at] !== "--"; at++) {
    const arg = args[at]!;
    if (arg === "-" || !arg.startsWith("-")) return at;
    if (VALUED.has(arg)) at++;
  }
  return -1;
}

function mayExist(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound);
  }
}

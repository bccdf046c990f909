import { type Options, UsageError } from "./options.ts";

/**
 * Checks what standard input and output are to be used for.
 *
 * @throws {UsageError} If it is what a pipe or a terminal cannot do.
 */
export function checkStandardStreams(options: Options): void {
  const { command, sides, output = "-", outputChoice, report } = options;
  const { name, isText } = outputChoice.format;
  const isWriting = command === "filter" || command === "diff";
  if (isWriting && output === "-" && !isText && Deno.stdout.isTerminal()) {
    throw new UsageError(
      `Standard output is a terminal, and ${name} is not for reading: use --output FILE, or a pipe`,
    );
  }
  const readers = (sides.length > 0 ? sides : [options])
    .flatMap(({ inputs, maps }) => [...inputs, ...maps]).filter((path) => path === "-");
  if (readers.length > 1) {
    throw new UsageError(`Standard input is to be read ${readers.length} times, want it once`);
  }
  if (readers.length > 0 && Deno.stdin.isTerminal()) {
    throw new UsageError("Standard input is a terminal: name a recording, or pipe one in");
  }
  if (report === "-" && output === "-") {
    throw new UsageError(
      'Standard output cannot take both the stacks and the report: use "--output FILE"',
    );
  }
}

import { type Options, UsageError } from "./options.ts";
import { namedFiles } from "./named_files.ts";

/**
 * Checks what standard input and output, and pipes that options name, are to be used for.
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
  checkPipes(sides);
  if (readers.length > 0 && Deno.stdin.isTerminal()) {
    throw new UsageError("Standard input is a terminal: name a recording, or pipe one in");
  }
  if (report === "-" && output === "-") {
    throw new UsageError(
      'Standard output cannot take both the stacks and the report: use "--output FILE"',
    );
  }
}

/** What holds for both recordings is read for each of them, which a pipe does not bear. */
function checkPipes([before, after]: readonly Options[]): void {
  if (before === undefined || after === undefined) return;
  const others = new Set(namedFiles(after).map(({ path }) => path));
  const shared = namedFiles(before).find(({ path }) => others.has(path) && isPipe(path));
  if (shared === undefined) return;
  const { option: name, path } = shared;
  throw new UsageError(
    `Option "--${name}" names "${path}" for both recordings, which a pipe gives only once: ` +
      `want a file, or --before-${name} and --after-${name}`,
  );
}

function isPipe(path: string): boolean {
  try {
    const { isFile, isDirectory } = Deno.statSync(path);
    return !isFile && !isDirectory;
  } catch {
    // Whoever reads it will say what is the matter.
    return false;
  }
}

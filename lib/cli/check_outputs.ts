import { type Options, UsageError } from "./options.ts";
import { type NamedFile, namedFiles } from "./named_files.ts";

/**
 * Checks that nothing that is to be read would be written over: the names that take the place of a
 * recording's addresses do not tell what the addresses were.
 *
 * Files are the same if device and inode are, whatever path leads to them.
 *
 * @throws {UsageError} If an output is one of the inputs, or the other output.
 */
export function checkOutputs(options: Options): void {
  const inputs = inputsOf(options);
  const outputs = [["--output", options.output], ["--report", options.report]] as const;
  for (const [option, path] of outputs) {
    const identity = identityOf(path);
    if (identity === undefined) continue;
    const input = inputs.find((one) => identityOf(one.path) === identity);
    if (input === undefined) continue;
    throw new UsageError(
      `Option "${option}" names "${path}", which is ${input.what} and would be lost: ` +
        "want another file",
    );
  }
  const { output, report } = options;
  if (output === undefined || output === "-" || report === undefined) return;
  const identity = identityOf(output);
  if (output !== report && (identity === undefined || identity !== identityOf(report))) return;
  throw new UsageError(`Options "--output" and "--report" name the same file "${output}"`);
}

/** What is to be read, on either side of a comparison. */
function inputsOf(options: Options): Pick<NamedFile, "path" | "what">[] {
  return [
    ...options.sides.flatMap(inputsOf),
    ...options.inputs.map((path) => ({ path, what: "a recording" })),
    ...namedFiles(options),
  ];
}

/** What tells a file from others; undefined of what is no regular file, or is not there. */
function identityOf(path: string | undefined): string | undefined {
  if (path === undefined || path === "-") return undefined;
  try {
    const { isFile, dev, ino } = Deno.statSync(path);
    return isFile ? `${dev} ${ino}` : undefined;
  } catch {
    // Whoever reads or writes it will say what is the matter.
    return undefined;
  }
}

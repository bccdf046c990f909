import { type Options, UsageError } from "./options.ts";
import { codeMapFile, mapsFiles } from "./process_files.ts";

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

interface Input {
  readonly path: string | undefined;
  /** As a clause behind "which is". */
  readonly what: string;
}

function inputsOf(options: Options): Input[] {
  const { buildIds, bundle, kallsyms, vmlinux, vdso } = options;
  return [
    ...options.sides.flatMap(inputsOf),
    ...options.inputs.map((path) => ({ path, what: "a recording" })),
    ...options.maps.flatMap(snapshotPaths).map((path) => ({ path, what: "a maps snapshot" })),
    ...options.perfMaps.map((value) => ({ path: codeMapFile(value).path, what: "a perf map" })),
    { path: buildIds, what: "the list of build-ids" },
    { path: bundle, what: "the bundle" },
    { path: kallsyms, what: "the kallsyms snapshot" },
    { path: vmlinux, what: "vmlinux" },
    { path: vdso, what: "the vDSO" },
  ];
}

/** The files that a value of `--maps` stands for. */
function snapshotPaths(value: string): string[] {
  try {
    return mapsFiles(value).map(({ path }) => path);
  } catch {
    // A folder without snapshots: whoever reads it will say so.
    return [];
  }
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

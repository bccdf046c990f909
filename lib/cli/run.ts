import { gzipChunks } from "../bytes/mod.ts";
import type { Recording } from "../input/mod.ts";
import type { Report, Resolved } from "../resolve/mod.ts";
import { checkOutputs } from "./check_outputs.ts";
import { completions, type Shell, SHELLS } from "./completions.ts";
import type { CommandName } from "./commands.ts";
import { helpText } from "./help_text.ts";
import { type Options, parseOptions, UsageError } from "./options.ts";
import { manPage } from "./man_page.ts";
import {
  ClosedPipeError,
  pipeToFile,
  pipeToStandardOutput,
  writeFile,
  writeStandardOutput,
} from "./output_files.ts";
import { Progress } from "./progress.ts";
import { readInputs } from "./read_inputs.ts";
import { openRecordedMachine } from "./recorded_machine.ts";
import { hasAllPermissions } from "./running_vdso.ts";
import { resolveRecordings } from "./resolve_recordings.ts";
import { shapeProfile } from "../shape/mod.ts";
import { droppedText, invalidLineText, percentResolved, reportText } from "./report_text.ts";
import { VERSION } from "./version.ts";

/** All was done. */
export const EXIT_DONE = 0;
/** Something could not be done; what could be was. */
export const EXIT_FAILED = 1;
/** The command line is wrong. */
export const EXIT_USAGE = 2;

/**
 * The command `symfold`.
 *
 * @param args Without the program's name.
 * @returns The exit code.
 */
export async function run(args: readonly string[]): Promise<number> {
  try {
    const options = parseOptions(args);
    if (options.help) return print(helpText(options.command));
    if (options.version) return print(`symfold ${VERSION}\n`);
    checkStandardStreams(options);
    checkOutputs(options);
    dropPermissions(options);
    return await COMMANDS[options.command](options);
  } catch (error) {
    if (error instanceof ClosedPipeError) return EXIT_DONE;
    const message = error instanceof Error ? error.message : String(error);
    complain(message);
    if (!(error instanceof UsageError)) return EXIT_FAILED;
    complain("Try --help");
    return EXIT_USAGE;
  }
}

/** What does the work of each command; gives the exit code. The filter starts sooner without the others. */
const COMMANDS: Readonly<Record<CommandName, (options: Options) => Promise<number>>> = {
  filter: (options) => new Run(options).run(),
  collect: (options) => new Run(options).collect(),
  explain: async (options) => {
    const { explainCommand } = await import("./explain_command.ts");
    return await printAll((lose) => explainCommand(options, lose));
  },
  images: async (options) => {
    const { imagesCommand } = await import("./images_command.ts");
    return await printAll((lose) => imagesCommand(options, lose));
  },
  completions: ({ operands: [shell] }) => Promise.resolve(print(completions(shellOf(shell!)))),
  man: () => Promise.resolve(print(manPage())),
};

/** Prints what a command found; what it could not do it tells as it goes. */
async function printAll(
  work: (lose: (message: string) => void) => Promise<string>,
): Promise<number> {
  let isIncomplete = false;
  const text = await work((message) => {
    isIncomplete = true;
    complain(message);
  });
  print(text);
  return isIncomplete ? EXIT_FAILED : EXIT_DONE;
}

function shellOf(name: string): Shell {
  const shell = SHELLS.find((one) => one === name);
  if (shell !== undefined) return shell;
  throw new UsageError(`There are no completions for "${name}", want one of ${SHELLS.join(", ")}`);
}

/** One run of the filter: read, resolve, write, report; or of what shares its reading. */
class Run {
  readonly #options: Options;
  readonly #progress: Progress;
  /** Whether something was lost on the way that the exit code has to tell. */
  #isIncomplete = false;
  /** What the stacks weigh that the user did not want. */
  #droppedWeight = 0;

  constructor(options: Options) {
    this.#options = options;
    this.#progress = new Progress(!options.quiet);
  }

  async run(): Promise<number> {
    const options = this.#options;
    using machine = await openRecordedMachine(options, (message) => this.#lose(message));
    const recordings = await this.#readRecordings();
    if (recordings.length === 0) return EXIT_FAILED;
    this.#progress.show(() => "symfold: reading symbols");
    const details = options.outputChoice.format.usesDetails;
    const resolved = await resolveRecordings(recordings, { ...options, ...machine, details });
    if (resolved.profile.samples.size > 0) await this.#write(resolved);
    this.#report(resolved.report);
    return this.#isIncomplete ? EXIT_FAILED : EXIT_DONE;
  }

  async collect(): Promise<number> {
    const { quiet } = this.#options;
    const { collect } = await import("./collect.ts");
    await collect(this.#options, {
      say: (message) => quiet || complain(message),
      lose: (message) => this.#lose(message),
      readRecordings: () => this.#readRecordings(),
    });
    return this.#isIncomplete ? EXIT_FAILED : EXIT_DONE;
  }

  /** Reads all recordings; one that fails does not stop the others. */
  async #readRecordings(): Promise<Recording[]> {
    const { inputs: paths, format, merge, event, weight, roots } = this.#options;
    const recordings = await readInputs(
      { paths, format, options: { merge, event, weight, roots } },
      {
        onProgress: (...of) => this.#progress.show(() => readingText(...of)),
        onFailure: (message) => this.#lose(message),
      },
    );
    for (const { profile, notes } of recordings) {
      const { invalid, firstInvalid } = profile.skipped;
      if (firstInvalid !== undefined) this.#lose(invalidLineText(invalid, firstInvalid));
      for (const note of notes) this.#note(note);
    }
    if (!recordings.some(({ profile }) => profile.samples.size > 0)) {
      this.#lose("Found no stacks: there is nothing to write");
    }
    return recordings;
  }

  async #write({ profile: resolved }: Resolved): Promise<void> {
    const { output, outputChoice, merge, shape, title, weightType } = this.#options;
    const { profile, droppedWeight } = shapeProfile(resolved, shape);
    if (profile.samples.size === 0) {
      this.#lose("Found no stacks that --include and --exclude leave: there is nothing to write");
      return;
    }
    this.#droppedWeight = droppedWeight;
    this.#progress.show(() => "symfold: writing");
    const write = await outputChoice.format.load();
    const chunks = write(weightType === undefined ? profile : { ...profile, weightType }, {
      merge,
      title: title ?? titleOf(this.#options.inputs),
      exporter: `symfold ${VERSION}`,
    });
    const written = outputChoice.gzip ? gzipChunks(chunks) : chunks;
    if (output === undefined || output === "-") await pipeToStandardOutput(written);
    else await pipeToFile(output, written);
    this.#progress.clear();
  }

  #report(report: Report): void {
    const { report: path, quiet, verbose, failUnder } = this.#options;
    if (path !== undefined) {
      const text = JSON.stringify({ symfold: VERSION, ...report }, undefined, 2) + "\n";
      if (path === "-") print(text);
      else writeFile(path, (write) => write(new TextEncoder().encode(text)));
    }
    if (!quiet) {
      complain(reportText(report, verbose).trimEnd(), "");
      if (this.#droppedWeight > 0) complain(droppedText(this.#droppedWeight, report), "");
    }
    if (report.reasons.some(({ reason }) => reason === "no-maps")) {
      this.#lose("Cannot resolve addresses: no maps snapshot was given, use --maps FILE");
    }
    if (failUnder !== undefined && percentResolved(report) < failUnder) {
      const share = percentResolved(report).toFixed(2);
      this.#lose(`Resolved ${share} % of the native frames, want at least ${failUnder} %`);
    }
  }

  /** Something that the user should know, although nothing is wrong. */
  #note(message: string): void {
    this.#progress.clear();
    if (!this.#options.quiet) complain(message);
  }

  #lose(message: string): void {
    this.#isIncomplete = true;
    this.#progress.clear();
    complain(message);
  }
}

/** The names of recordings, without their folders. */
function titleOf(inputs: readonly string[]): string {
  const names = inputs.filter((path) => path !== "-").map((path) => path.split("/").at(-1)!);
  return names.length === 0 ? "symfold" : names.join(", ");
}

/** What a pipe or a terminal cannot do. */
function checkStandardStreams(
  { command, inputs, maps, output = "-", outputChoice, report }: Options,
): void {
  const { name, isText } = outputChoice.format;
  if (command === "filter" && output === "-" && !isText && Deno.stdout.isTerminal()) {
    throw new UsageError(
      `Standard output is a terminal, and ${name} is not for reading: use --output FILE, or a pipe`,
    );
  }
  const readers = [...inputs, ...maps].filter((path) => path === "-");
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

/** Nothing needs to write unless the user asked for a file. */
function dropPermissions({ command, output, report }: Options): void {
  // Deno lets only a program with all permissions read what collecting needs, and the vDSO.
  if (command === "collect" || hasAllPermissions()) return;
  if (output === undefined && report === undefined) {
    Deno.permissions.revokeSync({ name: "write" });
  }
}

function readingText(name: string, size: number | undefined, bytesRead: number): string {
  const megabytes = (bytesRead / 1e6).toFixed(0);
  const share = size ? `, ${Math.min(100, 100 * bytesRead / size).toFixed(0)} %` : "";
  return `symfold: reading ${name}: ${megabytes} MB${share}`;
}

function print(text: string): number {
  writeStandardOutput((write) => write(new TextEncoder().encode(text)));
  return EXIT_DONE;
}

function complain(message: string, prefix = "symfold: "): void {
  try {
    Deno.stderr.writeSync(new TextEncoder().encode(`${prefix}${message}\n`));
  } catch {
    // Nobody can be told. That must not keep the work from being done.
  }
}

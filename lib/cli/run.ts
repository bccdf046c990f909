import { gzipChunks } from "../bytes/mod.ts";
import type { Recording } from "../input/mod.ts";
import type { MapsSnapshot } from "../maps/mod.ts";
import { baseName, type Profile, SAMPLES, type WeightType } from "../profile/mod.ts";
import { alignReport, type ReasonCounts, type Report, type Resolved } from "../resolve/mod.ts";
import { checkCommand } from "./check_command.ts";
import { checkOutputs } from "./check_outputs.ts";
import { checkStandardStreams } from "./check_streams.ts";
import { completions, type Shell, SHELLS } from "./completions.ts";
import type { CommandName } from "./commands.ts";
import { type Side, SIDES } from "./diff_sides.ts";
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
import { printable } from "../output/printable.ts";
import { diffProfiles, shapeProfile } from "../shape/mod.ts";
import { droppedText, invalidLineText, percentResolved, reportText } from "./report_text.ts";
import { VERSION } from "./version.ts";
import { wrongSnapshotText } from "./wrong_snapshot.ts";

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
    checkCommand(args);
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
  diff: (options) => new Run(options).diff(),
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
  /** Which recording of a comparison it is for. */
  readonly #side: Side | undefined;
  /** Whether something was lost on the way that the exit code has to tell. */
  #isIncomplete = false;
  /** What is to be said of stacks that the user did not want. */
  #droppedTexts: readonly string[] = [];
  /** What the user gave. */
  #snapshots: readonly MapsSnapshot[] = [];
  /** What prints recordings with their maps that have none. */
  readonly #mapsFrom = new Set<string>();

  constructor(options: Options, side?: Side, progress = new Progress(!options.quiet)) {
    this.#options = options;
    this.#side = side;
    this.#progress = progress;
  }

  /** Stands in front of what is said. */
  get #label(): string {
    return this.#side === undefined ? "" : `${this.#side}: `;
  }

  async run(): Promise<number> {
    const resolved = await this.#resolve();
    if (resolved === undefined) return EXIT_FAILED;
    const { profile, report } = resolved;
    if (profile.samples.size > 0) {
      await this.#write(profile, ({ weight }) => [droppedText(weight, report.sampleWeight)]);
    }
    this.#writeReport(report);
    this.#tell(report);
    return this.#isIncomplete ? EXIT_FAILED : EXIT_DONE;
  }

  /** Names both sides and compares them; nothing is written if one of them has no stacks. */
  async diff(): Promise<number> {
    const { sides, normalize, quiet } = this.#options;
    const runs = sides.map((side, at) => new Run(side, SIDES[at], this.#progress));
    const resolved: (Resolved | undefined)[] = [];
    for (const run of runs) resolved.push(await run.#resolve());
    for (const [at, side] of resolved.entries()) {
      if (side?.profile.samples.columns().bases === undefined) continue;
      runs[at]!.#lose("Stacks have two counts, as a comparison has: only the second is compared");
    }
    const [before, after] = resolved.map((side) => side?.profile);
    if (before !== undefined && after !== undefined) {
      if (before.samples.size > 0 && after.samples.size > 0) {
        await this.#writeDiff(before, after, diffProfiles(before, after, { normalize }));
      }
    }
    const decimals = Math.max(...resolved.map((side) => side?.report.decimals ?? 0));
    const reports = resolved.map((side) => side && alignReport(side.report, decimals));
    this.#writeReport(Object.fromEntries(SIDES.map((side, at) => [side, reports[at]])));
    for (const [at, report] of reports.entries()) {
      if (report === undefined) continue;
      if (at > 0 && reports[0] !== undefined && !quiet) complain("", "");
      runs[at]!.#tell(report);
    }
    for (const text of quiet ? [] : this.#droppedTexts) complain(text, "");
    return [this, ...runs].some((run) => run.#isIncomplete) ? EXIT_FAILED : EXIT_DONE;
  }

  async #writeDiff(before: Profile, after: Profile, diff: Profile): Promise<void> {
    const [one, other] = [before, after].map(({ weightType = SAMPLES }) => typeText(weightType));
    if (one !== other && this.#options.weightType === undefined) {
      this.#note(`before counts ${one}, after ${other}: --unit says what both are`);
    }
    const totals = totalsOf(diff);
    await this.#write(diff, ({ base, weight }) => [
      `before: ${droppedText(base, totals.base)}`,
      `after: ${droppedText(weight, totals.weight)}`,
    ]);
  }

  /** Reads and resolves; undefined, and the user told, if nothing can be read. */
  async #resolve(): Promise<Resolved | undefined> {
    const options = this.#options;
    using machine = await openRecordedMachine(options, (message) => this.#lose(message));
    this.#snapshots = machine.snapshots;
    const recordings = await this.#readRecordings();
    if (recordings.length === 0) return undefined;
    const types = recordings.map(({ profile: { weightType = SAMPLES } }) => typeText(weightType));
    if (new Set(types).size > 1 && options.weightType === undefined) {
      this.#note(
        `The recordings count ${[...new Set(types)].join(", ")}: --unit says what all are`,
      );
    }
    this.#progress.show(() => "symfold: reading symbols");
    const details = options.outputChoice.format.usesDetails;
    return await resolveRecordings(recordings, { ...options, ...machine, details });
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
    let failures = 0;
    const recordings = await readInputs(
      { paths, format, options: { merge, event, weight, roots } },
      {
        onProgress: (...of) => this.#progress.show(() => readingText(...of)),
        onFailure: (message) => {
          failures++;
          this.#lose(message);
        },
      },
    );
    for (const { profile, notes, maps, mapsFrom } of recordings) {
      if (maps.length === 0 && mapsFrom !== undefined) this.#mapsFrom.add(mapsFrom);
      const { invalid, firstInvalid } = profile.skipped;
      if (firstInvalid !== undefined) this.#lose(invalidLineText(invalid, firstInvalid));
      for (const note of notes) this.#note(note);
    }
    // Where none could be read that has been said.
    if (failures < paths.length && recordings.every(({ profile }) => profile.samples.size === 0)) {
      this.#lose(
        `Found no stacks: there is nothing to ${this.#side === undefined ? "write" : "compare"}`,
      );
    }
    return recordings;
  }

  /**
   * Shapes and writes a profile.
   *
   * @param textsOf What is to be said of stacks that were left out, given their weights.
   */
  async #write(
    named: Profile,
    textsOf: (dropped: { readonly base: number; readonly weight: number }) => string[],
  ): Promise<void> {
    const { output, outputChoice, merge, shape, title, weightType } = this.#options;
    const { profile, droppedWeight: weight, droppedBase: base } = shapeProfile(named, shape);
    if (profile.samples.size === 0) {
      this.#lose("Found no stacks that --include and --exclude leave: there is nothing to write");
      return;
    }
    if (weight + base > 0) this.#droppedTexts = textsOf({ base, weight });
    this.#progress.show(() => "symfold: writing");
    const write = await outputChoice.format.load();
    const chunks = write(weightType === undefined ? profile : { ...profile, weightType }, {
      merge,
      title: title ?? titleOf(this.#options),
      exporter: `symfold ${VERSION}`,
    });
    const written = outputChoice.gzip ? gzipChunks(chunks) : chunks;
    if (output === undefined || output === "-") await pipeToStandardOutput(written);
    else await pipeToFile(output, written);
    this.#progress.clear();
  }

  /** Writes the report as JSON, if the user wants that. */
  #writeReport(report: object): void {
    const { report: path } = this.#options;
    if (path === undefined) return;
    const text = JSON.stringify({ symfold: VERSION, ...report }, undefined, 2) + "\n";
    if (path === "-") print(text);
    else writeFile(path, (write) => write(new TextEncoder().encode(text)));
  }

  /** Tells people the report, and what is not as it should be. */
  #tell(report: Report): void {
    const { quiet, verbose, failUnder } = this.#options;
    if (!quiet) {
      const lines = reportText(report, verbose, this.#label).trimEnd().split("\n");
      for (const line of lines) complain(line, "");
      for (const text of this.#droppedTexts) complain(text, "");
    }
    if (report.reasons.some(isWithoutMaps)) {
      const option = this.#side === undefined ? "--maps" : `--${this.#side}-maps`;
      const otherwise = [...this.#mapsFrom].map((command) => ` or ${command}`).join("");
      const advice = `use ${option} FILE${otherwise}`;
      this.#lose(`Cannot resolve addresses: no maps snapshot was given, ${advice}`);
    }
    const doubt = wrongSnapshotText(report, this.#snapshots);
    if (doubt !== undefined) this.#lose(doubt);
    if (failUnder !== undefined && percentResolved(report) < failUnder) {
      const share = percentResolved(report).toFixed(2);
      this.#lose(`Resolved ${share} % of the native frames, want at least ${failUnder} %`);
    }
  }

  /** Something that the user should know, although nothing is wrong. */
  #note(message: string): void {
    this.#progress.clear();
    if (!this.#options.quiet) complain(this.#label + message);
  }

  #lose(message: string): void {
    this.#isIncomplete = true;
    this.#progress.clear();
    complain(this.#label + message);
  }
}

/** Whether there are addresses that only a snapshot could help, and no names of the recorder's. */
function isWithoutMaps({ reason, weight, namedWeight = 0 }: ReasonCounts): boolean {
  return reason === "no-maps" && namedWeight < weight;
}

/** The names of recordings, without their folders unless these are all that differs. */
function titleOf({ inputs, sides }: Options): string {
  const paths = inputs.filter((path) => path !== "-");
  const names = paths.map((path) => baseName(path));
  if (sides.length > 0) return (names[0] === names[1] ? paths : names).join(" \u2192 ");
  return names.length === 0 ? "symfold" : names.join(", ");
}

function typeText({ name, unit }: WeightType): string {
  return unit === "count" ? name : `${name} (${unit})`;
}

/** What all samples of a comparison weigh together, before and after. */
function totalsOf({ samples }: Profile): { readonly base: number; readonly weight: number } {
  let base = 0;
  let weight = 0;
  for (let sample = 0; sample < samples.size; sample++) {
    base += samples.baseOf(sample);
    weight += samples.weightOf(sample);
  }
  return { base, weight };
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

/** Prints a line on standard error; what of it came out of files does nothing to a terminal. */
function complain(message: string, prefix = "symfold: "): void {
  try {
    Deno.stderr.writeSync(new TextEncoder().encode(`${printable(prefix + message)}\n`));
  } catch {
    // Nobody can be told. That must not keep the work from being done.
  }
}

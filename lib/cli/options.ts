// @ts-types="./parse_args.d.ts"
import { parseArgs } from "@std/cli/parse-args";
import type { FormatName, RootStyle } from "../input/mod.ts";
import { SAMPLES, type WeightType } from "../profile/mod.ts";
import type { ShapeOptions } from "../shape/mod.ts";
import type { Annotated, ReturnAddresses, UnresolvedStyle } from "../resolve/mod.ts";
import type { DemangleStyle } from "../symbols/mod.ts";
import { processId, size } from "./collect_options.ts";
import { type Command, type CommandName, commandOf, spellCommand } from "./commands.ts";
import { chooseOutput, type OutputChoice } from "./output_choice.ts";
import { SIDES, valuesOfSide } from "./diff_sides.ts";
import { nearestWord } from "./nearest_word.ts";
import type { OptionRow } from "./option_row.ts";
import { OPTIONS, optionsOf } from "./option_table.ts";
import type { PathRule } from "./path_map.ts";
import { UsageError } from "./usage_error.ts";

export { UsageError } from "./usage_error.ts";

/** What the user asked for. */
export interface Options {
  readonly command: CommandName;
  /** What is on the command line besides options. */
  readonly operands: readonly string[];
  /** The recordings, operands or not; `-` is standard input. Never empty for `filter`. */
  readonly inputs: readonly string[];
  /** What holds for each of the recordings of `diff`, before and after; empty for other commands. */
  readonly sides: readonly Options[];
  /** The format of the recordings; undefined to find it out. */
  readonly format: FormatName | undefined;
  readonly event: string | undefined;
  readonly weight: string | undefined;
  readonly roots: RootStyle;
  readonly maps: readonly string[];
  /** What `symfold collect` wrote. */
  readonly bundle: string | undefined;
  /** How many bytes the bundle may unpack to; undefined for the default. */
  readonly maxBundleSize: number | undefined;
  /** The process to collect from. */
  readonly pid: number | undefined;
  /** Where the kernel shows its processes: `/proc`. */
  readonly proc: string;
  readonly dryRun: boolean;
  /** Whether to take code along that is not around the addresses of a recording. */
  readonly code: boolean;
  /** Whether to take files along whole. */
  readonly whole: boolean;
  /** Whether to take debug information along. */
  readonly dwarf: boolean;
  readonly sysroot: string | undefined;
  readonly debugDirs: readonly string[];
  readonly pathMap: readonly PathRule[];
  /** Folders to be searched for files that are not at their paths. */
  readonly search: readonly string[];
  /** A list of build-ids. */
  readonly buildIds: string | undefined;
  readonly vdso: string | undefined;
  readonly kallsyms: string | undefined;
  readonly vmlinux: string | undefined;
  /** Perf maps and jitdumps. */
  readonly perfMaps: readonly string[];
  readonly annotate: readonly Annotated[];
  readonly imagePrefix: boolean;
  readonly shape: ShapeOptions;
  readonly inlines: boolean;
  readonly lines: boolean;
  readonly output: string | undefined;
  /** How the profile is written. */
  readonly outputChoice: OutputChoice;
  /** What the profile is called; undefined if the user did not say. */
  readonly title: string | undefined;
  /** What weights count; undefined to do as the recordings say. */
  readonly weightType: WeightType | undefined;
  readonly report: string | undefined;
  readonly demangle: DemangleStyle;
  readonly unresolved: UnresolvedStyle;
  /** Undefined to do as the format has it. */
  readonly returnAddresses: ReturnAddresses | undefined;
  /** Whether files name frames that they do not seem to fit. */
  readonly trustFiles: boolean;
  readonly merge: boolean;
  /** Whether the recordings of `diff` are to weigh the same. */
  readonly normalize: boolean;
  /** A share of frames in percent, 0 to 100; undefined if any will do. */
  readonly failUnder: number | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly help: boolean;
  readonly version: boolean;
}

/**
 * Reads the command line.
 *
 * @throws {UsageError} If it has an option that the command does not have, a value that is none, or
 * too few or too many operands.
 */
export function parseOptions(args: readonly string[]): Options {
  const { command, rest } = commandOf(args);
  const rows = optionsOf(command.name);
  const values = parseRows(rows, rest, (arg) => unknownOption(arg, command));
  for (const row of rows) checkValues(row, values[row.name]);
  const operands = values._.map(String);
  const asksOnly = values.help === true || values.version === true;
  if (!asksOnly) checkOperands(command, operands, values);
  const options = optionsOfValues(command, rows, values, operands);
  if (command.name !== "diff" || asksOnly) return options;
  const sides = SIDES.map((side, at) =>
    optionsOfValues(command, rows, valuesOfSide(rows, values, side), [operands[at]!])
  );
  return { ...options, sides };
}

type Values = ReturnType<typeof parseRows>;

function optionsOfValues(
  command: Command,
  rows: readonly OptionRow[],
  values: Values,
  operands: readonly string[],
): Options {
  const all = (name: string) => (values[name] ?? []) as readonly string[];
  const last = (name: string) => all(name).at(-1);
  const chosen = (name: string) =>
    last(name) ?? rows.find((row) => row.name === name)?.choices?.[0];
  const isFilter = command.name === "filter";
  const isDiff = command.name === "diff";
  const takesRecordings = isFilter || isDiff || command.name === "collect";
  const recordings = takesRecordings ? operands : all("recording");
  return {
    command: command.name,
    operands,
    inputs: isFilter && operands.length === 0 ? ["-"] : recordings,
    sides: [],
    format: last("input") as FormatName | undefined,
    event: last("event"),
    weight: last("weight"),
    roots: values.threads === true ? "comm-pid/tid" : values.pids === true ? "comm-pid" : "comm",
    maps: all("maps"),
    bundle: last("bundle"),
    maxBundleSize: size(last("max-bundle-size")),
    pid: processId(last("pid")),
    proc: (last("proc") ?? "/proc").replace(/(?<=.)\/+$/, ""),
    dryRun: values["dry-run"] === true,
    code: values.code === true,
    whole: values.whole === true,
    dwarf: values.dwarf === true,
    sysroot: last("sysroot"),
    debugDirs: all("debug-dir"),
    pathMap: all("path-map").map(pathRule),
    search: all("search"),
    buildIds: last("build-ids"),
    vdso: last("vdso"),
    kallsyms: last("kallsyms"),
    vmlinux: last("vmlinux"),
    perfMaps: all("perf-map"),
    annotate: annotated(last("annotate")),
    output: last("output"),
    outputChoice: chooseOutput(last("format"), isFilter || isDiff ? last("output") : undefined),
    title: last("title"),
    weightType: weightTypeOf(last("unit")),
    report: last("report"),
    demangle: (chosen("demangle") ?? "short") as DemangleStyle,
    unresolved: unresolvedOf(command, chosen("unresolved")),
    returnAddresses: last("return-addresses") as ReturnAddresses | undefined,
    trustFiles: values["trust-files"] === true,
    merge: values.merge === true || isDiff,
    normalize: values.normalize === true,
    failUnder: percent(last("fail-under")),
    imagePrefix: values["image-prefix"] === true,
    shape: {
      include: all("include").map((text) => pattern("include", text)),
      exclude: all("exclude").map((text) => pattern("exclude", text)),
      mergeRecursion: values["merge-recursion"] === true,
      reverse: values.reverse === true,
      root: rootName(last("root")),
    },
    inlines: values.inlines === true,
    lines: values.lines === true,
    json: values.json === true,
    quiet: values.quiet === true,
    verbose: values.verbose === true,
    help: values.help === true,
    version: values.version === true,
  };
}

/** Knows of the options their names and whether they take values, and nothing else. */
function parseRows(
  rows: readonly OptionRow[],
  args: readonly string[],
  refuse: (arg: string) => never,
) {
  const switches = rows.filter(({ value }) => value === undefined).map(({ name }) => name);
  const valued = rows.filter(({ value }) => value !== undefined).map(({ name }) => name);
  const negatable = rows.filter(({ negated }) => negated).map(({ name }) => name);
  for (const name of switches) checkSwitch(name, args);
  return parseArgs(joinDashes(args, valued), {
    boolean: switches,
    string: [...valued, "_"],
    collect: valued,
    negatable,
    alias: Object.fromEntries(
      rows.flatMap(({ name, short }) => short === undefined ? [] : [[short, name]]),
    ),
    default: Object.fromEntries(negatable.map((name) => [name, true])),
    unknown: (arg, key) => key === undefined || arg === "-" || refuse(arg),
  });
}

function unknownOption(arg: string, command: Command): never {
  const [head] = arg.split("=", 1);
  const isElsewhere = OPTIONS.some(({ name, short, negated }) =>
    head === `--${name}` || head === `-${short}` || negated && head === `--no-${name}`
  );
  if (!isElsewhere) throw new UsageError(`Unknown option "${arg}"${didYouMean(head!, command)}`);
  throw new UsageError(`"${spellCommand(command)}" has no option "${head}"`);
}

/** The option that was most likely meant, as the end of a message; empty if none is near. */
function didYouMean(head: string, command: Command): string {
  const names = optionsOf(command.name).map(({ name, negated }) => negated ? `no-${name}` : name);
  const name = head.startsWith("--") ? nearestWord(head.slice(2), names) : undefined;
  return name === undefined ? "" : `, did you mean --${name}?`;
}

function hasRecording({ recording }: Values): boolean {
  return Array.isArray(recording) && recording.length > 0;
}

function checkOperands(command: Command, { length }: readonly string[], values: Values): void {
  if (command.name === "explain" && length === 0 && !hasRecording(values)) {
    throw new UsageError('"symfold explain" needs an ADDRESS, or --recording FILE');
  }
  const { least, most, usage } = command;
  if (length >= least && length <= most) return;
  const wanted = least === most ? least : length < least ? `at least ${least}` : `at most ${most}`;
  const spelled = spellCommand(command);
  throw new UsageError(
    `"${spelled}" has ${length} ${
      length === 1 ? "operand" : "operands"
    }, want ${wanted}: ${spelled} ${usage}`,
  );
}

/** `parseArgs` takes `--maps=-`, but not `--maps -`. */
function joinDashes(args: readonly string[], valued: readonly string[]): string[] {
  const names = valued.map((name) => `--${name}`);
  const joined: string[] = [];
  for (const [at, arg] of args.entries()) {
    if (arg === "--") return [...joined, ...args.slice(at)];
    const name = joined.at(-1)!;
    if (arg === "-" && names.includes(name)) joined[joined.length - 1] = `${name}=-`;
    else joined.push(arg);
  }
  return joined;
}

/** `parseArgs` would take `--no-merge=yes` for its opposite. */
function checkSwitch(name: string, args: readonly string[]): void {
  const end = args.indexOf("--");
  for (const arg of end < 0 ? args : args.slice(0, end)) {
    const [head] = arg.split("=", 1);
    if (head === arg || head !== `--${name}` && head !== `--no-${name}`) continue;
    throw new UsageError(`Option "${head}" takes no value: "${arg}"`);
  }
}

function checkValues(row: OptionRow, value: unknown): void {
  if (row.value === undefined) return;
  const name = `--${row.name}`;
  const values = value as readonly string[];
  for (const one of values) {
    if (one === "") throw new UsageError(`Option "${name}" needs a value: ${row.value}`);
    if (row.choices !== undefined && !row.choices.includes(one)) {
      const wanted = row.choices.join(", ");
      throw new UsageError(`Option "${name}" has the value "${one}", want one of ${wanted}`);
    }
  }
  if (!row.repeatable && values.length > 1) {
    throw new UsageError(`Option "${name}" is given ${values.length} times, want it once`);
  }
}

/** Addresses differ between any two processes: where two are compared they say nothing. */
function unresolvedOf({ name }: Command, text = "offset"): UnresolvedStyle {
  return name === "diff" && text === "offset" ? "stable" : text as UnresolvedStyle;
}

function pathRule(text: string): PathRule {
  const at = text.indexOf("=");
  if (at > 0) return { from: text.slice(0, at), to: text.slice(at + 1) };
  throw new UsageError(`Option "--path-map" has the value "${text}", want FROM=TO`);
}

function pattern(name: string, text: string): RegExp {
  try {
    return new RegExp(text, "u");
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new UsageError(`Option "--${name}" has the value "${text}": ${detail}`);
  }
}

function rootName(text = ""): string {
  if (!/[;\p{Cc}]/u.test(text)) return text.trim();
  throw new UsageError(`Option "--root" has the value "${text}", want no ";" in it`);
}

function weightTypeOf(unit: string | undefined): WeightType | undefined {
  if (unit === undefined) return undefined;
  return unit === "samples" ? SAMPLES : { name: "weight", unit };
}

function annotated(text: string | undefined): Annotated[] {
  return (text === undefined ? [] : text.split(",")).map((kind) => {
    if (kind === "kernel" || kind === "jit" || kind === "inline") return kind;
    throw new UsageError(`Option "--annotate" has the value "${kind}", want kernel, jit or inline`);
  });
}

function percent(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value <= 100) return value;
  throw new UsageError(`Option "--fail-under" has the value "${text}", want a number up to 100`);
}

// @ts-types="./parse_args.d.ts"
import { parseArgs } from "@std/cli/parse-args";
import type { Annotated, ReturnAddresses, UnresolvedStyle } from "../resolve/mod.ts";
import type { DemangleStyle } from "../symbols/mod.ts";

/** What the user asked for. */
export interface Options {
  /** The recordings; `-` is standard input. Never empty. */
  readonly inputs: readonly string[];
  readonly maps: readonly string[];
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
  readonly output: string | undefined;
  readonly report: string | undefined;
  readonly demangle: DemangleStyle;
  readonly unresolved: UnresolvedStyle;
  readonly returnAddresses: ReturnAddresses;
  readonly merge: boolean;
  /** A share of frames in percent, 0 to 100; undefined if any will do. */
  readonly failUnder: number | undefined;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly help: boolean;
  readonly version: boolean;
}

/** A folder of the recorded machine, and where it is here. */
export interface PathRule {
  readonly from: string;
  readonly to: string;
}

/** The command line is not one that symfold takes. */
export class UsageError extends Error {
  /** The message says what is there and what is wanted. */
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}

/** One option of the command line. Parsing and help both come from this table. */
interface OptionRow {
  readonly name: string;
  readonly short?: string;
  /** What stands for the value in the help; none for a switch. */
  readonly value?: string;
  readonly choices?: readonly string[];
  readonly repeatable?: boolean;
  /** A switch that is on unless `--no-NAME` is given. */
  readonly negated?: boolean;
  readonly help: string;
}

const TABLE: readonly OptionRow[] = [
  {
    name: "maps",
    value: "FILE",
    repeatable: true,
    help: "a copy of the process's /proc/PID/maps or smaps; give several snapshots of one " +
      "process by repeating it",
  },
  {
    name: "sysroot",
    value: "DIR",
    help: "look for the mapped files below DIR, which holds copies at their full paths",
  },
  {
    name: "debug-dir",
    value: "DIR",
    repeatable: true,
    help: "look for separate debug files below DIR: .build-id/ab/cdef.debug, " +
      "BUILDID/debuginfo, or the mapped file's path (default /usr/lib/debug)",
  },
  {
    name: "path-map",
    value: "FROM=TO",
    repeatable: true,
    help: "paths that begin with FROM in the snapshot begin with TO here, as for containers",
  },
  {
    name: "search",
    value: "DIR",
    repeatable: true,
    help: "look below DIR for mapped files that were deleted or are missing, by build-id or by " +
      "their layout",
  },
  {
    name: "build-ids",
    value: "FILE",
    help: "the output of perf buildid-list: a file with another build-id gives no names",
  },
  {
    name: "kallsyms",
    value: "FILE",
    help: "a copy of /proc/kallsyms, taken as root, for kernel frames",
  },
  {
    name: "vmlinux",
    value: "FILE",
    help: "the kernel's ELF file, for kernel frames; kallsyms tells where it was loaded",
  },
  {
    name: "perf-map",
    value: "FILE",
    repeatable: true,
    help: "the /tmp/perf-PID.map or jit-PID.dump that a runtime wrote, for code made at run time",
  },
  { name: "vdso", value: "FILE", help: "a copy of the vDSO, for frames in [vdso]" },
  { name: "output", short: "o", value: "FILE", help: "write to FILE, complete or not at all" },
  {
    name: "demangle",
    value: "STYLE",
    choices: ["short", "full", "none"],
    help: "C++ and Rust names without parameters (short), whole, or as in the symbol table",
  },
  {
    name: "unresolved",
    value: "STYLE",
    choices: ["offset", "file", "address"],
    help: "what stands for a frame without a name: [file+0xvaddr], [file], or the frame as it was",
  },
  {
    name: "annotate",
    value: "KINDS",
    help: "write _[k] behind kernel and _[j] behind JIT frames: kernel, jit, or both with a comma",
  },
  {
    name: "return-addresses",
    value: "WHICH",
    choices: ["callers", "all", "none"],
    help: "which frames are return addresses: all but the leaf, all (heap profiles), or none " +
      "(the recorder has adjusted them)",
  },
  { name: "merge", negated: true, help: "write a line for each line read, in the same order" },
  {
    name: "report",
    value: "FILE",
    help: "write what was resolved, and what was not and why, as JSON",
  },
  {
    name: "fail-under",
    value: "PERCENT",
    help: "exit with 1 if less than PERCENT of the native frames, by weight, were resolved",
  },
  { name: "quiet", short: "q", help: "no report and no progress on standard error" },
  { name: "verbose", short: "v", help: "say more in the report" },
  { name: "help", short: "h", help: "print this help" },
  { name: "version", help: "print the version" },
];

/**
 * Reads the command line.
 *
 * @throws {UsageError} If it has an unknown option, or a value that is none.
 */
export function parseOptions(args: readonly string[]): Options {
  for (const { name, value } of TABLE) if (value === undefined) checkSwitch(name, args);
  const values = parseArgs(joinDashes(args), {
    boolean: TABLE.filter(({ value }) => value === undefined).map(({ name }) => name),
    string: [...TABLE.filter(({ value }) => value !== undefined).map(({ name }) => name), "_"],
    collect: TABLE.filter(({ value }) => value !== undefined).map(({ name }) => name),
    negatable: TABLE.filter(({ negated }) => negated).map(({ name }) => name),
    alias: Object.fromEntries(
      TABLE.flatMap(({ name, short }) => short === undefined ? [] : [[short, name]]),
    ),
    default: { merge: true },
    unknown: (arg, key) => {
      if (key === undefined || arg === "-") return true;
      throw new UsageError(`Unknown option "${arg}"`);
    },
  });
  for (const row of TABLE) checkValues(row, values[row.name]);
  const last = (name: string) => (values[name] as readonly string[]).at(-1);
  const inputs = values._.map(String);
  return {
    inputs: inputs.length > 0 ? inputs : ["-"],
    maps: values.maps as readonly string[],
    sysroot: last("sysroot"),
    debugDirs: values["debug-dir"] as readonly string[],
    pathMap: (values["path-map"] as readonly string[]).map(pathRule),
    search: values.search as readonly string[],
    buildIds: last("build-ids"),
    vdso: last("vdso"),
    kallsyms: last("kallsyms"),
    vmlinux: last("vmlinux"),
    perfMaps: values["perf-map"] as readonly string[],
    annotate: annotated(last("annotate")),
    output: last("output"),
    report: last("report"),
    demangle: (last("demangle") ?? "short") as DemangleStyle,
    unresolved: (last("unresolved") ?? "offset") as UnresolvedStyle,
    returnAddresses: (last("return-addresses") ?? "callers") as ReturnAddresses,
    merge: values.merge === true,
    failUnder: percent(last("fail-under")),
    quiet: values.quiet === true,
    verbose: values.verbose === true,
    help: values.help === true,
    version: values.version === true,
  };
}

/** `parseArgs` takes `--maps=-`, but not `--maps -`. */
function joinDashes(args: readonly string[]): string[] {
  const names = TABLE.filter(({ value }) => value !== undefined).map(({ name }) => `--${name}`);
  const joined: string[] = [];
  for (const [at, arg] of args.entries()) {
    if (arg === "--") return [...joined, ...args.slice(at)];
    const name = joined.at(-1)!;
    if (arg === "-" && names.includes(name)) joined[joined.length - 1] = `${name}=-`;
    else joined.push(arg);
  }
  return joined;
}

/** The text of `--help`, at most 80 columns wide. */
export function helpText(): string {
  const rows = TABLE.map((row) => {
    const name = `${row.negated ? "--no-" : "--"}${row.name}`;
    const short = row.short === undefined ? "    " : `-${row.short}, `;
    return { head: `  ${short}${name}${row.value === undefined ? "" : ` ${row.value}`}`, row };
  });
  const lines = rows.flatMap(({ head, row }) => {
    const choices = row.choices === undefined
      ? ""
      : `; one of ${row.choices.join(", ")} (default ${row.choices[0]})`;
    const wrapped = wrap(row.help + choices, HELP_WIDTH - HELP_INDENT);
    const indent = " ".repeat(HELP_INDENT);
    if (head.length >= HELP_INDENT) return [head, ...wrapped.map((line) => indent + line)];
    return wrapped.map((line, at) => (at === 0 ? head.padEnd(HELP_INDENT) : indent) + line);
  });
  return `${USAGE}\nOptions:\n${lines.join("\n")}\n\n${EPILOGUE}`;
}

const HELP_WIDTH = 80;
const HELP_INDENT = 27;

const USAGE = `Usage: symfold --maps FILE [OPTION]... [RECORDING]...

Turns the addresses in collapsed stacks into function names, offline.

Reads collapsed stacks ("main;0x7f572d91b230 42" a line, gzip or not) from the
RECORDINGs, or standard input if there is none or it is "-". Writes them with
names to standard output, for flamegraph.pl, inferno, speedscope and others.

  symfold --maps 4711.maps raw.folded | flamegraph.pl > cpu.svg
  bpftrace ... | symfold --maps 4711.maps --sysroot server1/ > named.folded
`;

const EPILOGUE = `Exit codes: 0 all done; 1 something could not be done, or part of the input
could not be read (the rest was written); 2 the command line is wrong.
`;

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

function pathRule(text: string): PathRule {
  const at = text.indexOf("=");
  if (at > 0) return { from: text.slice(0, at), to: text.slice(at + 1) };
  throw new UsageError(`Option "--path-map" has the value "${text}", want FROM=TO`);
}

function annotated(text: string | undefined): Annotated[] {
  return (text === undefined ? [] : text.split(",")).map((kind) => {
    if (kind === "kernel" || kind === "jit") return kind;
    throw new UsageError(`Option "--annotate" has the value "${kind}", want kernel or jit`);
  });
}

function percent(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value <= 100) return value;
  throw new UsageError(`Option "--fail-under" has the value "${text}", want a number up to 100`);
}

function wrap(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!;
    if (line === "") lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

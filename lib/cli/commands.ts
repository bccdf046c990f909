import { type Format, FORMATS } from "../input/mod.ts";

/** What symfold can do; `filter` is what it does if no command is named. */
export type CommandName =
  | "filter"
  | "diff"
  | "explain"
  | "images"
  | "collect"
  | "completions"
  | "man";

/** One command. The dispatch, the check of its operands and its help come from a row like this. */
export interface Command {
  /** The first word of the command line; `filter` has none. */
  readonly name: CommandName;
  /** What stands behind the command in the usage line. */
  readonly usage: string;
  /** The least number of operands. */
  readonly least: number;
  /** The greatest number of operands. */
  readonly most: number;
  /** The words that an operand may be; none if there is nothing to choose from, files by default. */
  readonly words?: readonly string[];
  /** What it does, in a line of the list of commands. */
  readonly summary: string;
  /** The paragraphs of the help before the options, at most 80 columns wide. */
  readonly description: string;
  /** The paragraph of the help behind the options. */
  readonly exitCodes: string;
}

const PRINTING_EXIT_CODES =
  `Exit codes: 0 done; 1 it could not be printed; 2 the command line is wrong.
`;

function formatLine({ name, help }: Format): string {
  return `  ${name.padEnd(16)} ${help}\n`;
}

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  {
    name: "filter",
    usage: "[--maps FILE] [OPTION]... [RECORDING]...",
    least: 0,
    most: Infinity,
    summary: "names the addresses in recordings",
    description: `Turns the addresses in recordings into function names, offline.

Reads the RECORDINGs, or standard input if there is none or it is "-": collapsed
stacks ("main;0x7f572d91b230 42" a line), or what one of the recorders below
writes, compressed with gzip or Zstandard or not. Writes collapsed stacks with
names to standard output, for flamegraph.pl, inferno, speedscope and others, or
a flame graph or profile to the file that -o names. A report goes to standard
error: what has no name, why, and what to do about it.

  symfold --maps 4711.maps raw.folded | flamegraph.pl > cpu.svg
  symfold --maps 4711.maps -o cpu.html raw.folded
  bpftrace ... | symfold --maps 4711.maps --sysroot server1/ > named.folded
  perf script --show-mmap-events | symfold > named.folded

Formats of recordings, which are told by their content:
${FORMATS.map(formatLine).join("")}`,
    exitCodes: `Exit codes: 0 all done; 1 something could not be done, or part of the input
could not be read (the rest was written); 2 the command line is wrong.
`,
  },
  {
    name: "diff",
    usage: "[OPTION]... BEFORE AFTER",
    least: 2,
    most: 2,
    summary: "names two recordings and compares them",
    description: `Names the addresses in two recordings, each with its own maps and files, and
compares the stacks by name: where a program was loaded does not matter. Writes
collapsed stacks with two counts, BEFORE's and AFTER's, or what --format says.

Recordings that have their maps in them, or have names already, need no more.
Options marked with (*) hold for both recordings. For one of them, in place of
that, write --before- or --after- in front: --before-maps, --after-sysroot, ...

  symfold diff before.perf.txt after.perf.txt > diff.folded
  symfold diff --before-maps 4711.maps --after-maps 5822.maps \\
    monday.folded tuesday.folded > diff.folded
  symfold diff --before-bundle old.tar.gz --after-bundle new.tar.gz \\
    --normalize old.txt new.txt > diff.folded
`,
    exitCodes: `Exit codes: 0 all done; 1 something could not be done, or part of an input could
not be read (the rest was compared); 2 the command line is wrong.
`,
  },
  {
    name: "explain",
    usage: "(--maps FILE | --recording FILE) [OPTION]... [ADDRESS]...",
    least: 0,
    most: Infinity,
    words: [],
    summary: "says what was decided for addresses, and why",
    description: `Says how each ADDRESS gets its name, or why it gets none: the mapping that holds
it, the loaded image and the load biases that lost against the one chosen, the
place in the file, the code around it, every symbol that covers it and the rule
that chose, and the debug files that were tried.

An ADDRESS may be spelled as any frame of a recording: 0x7f572d91b230, or
7f572d91b230, libc.so.6+0x12, '[libc.so.6@0x891f5]'. It is looked up as it is;
with --return-addresses all, one byte before, as that of a caller.

With --recording, it is looked up as it is there, files, load biases and
snapshots are chosen as for naming that recording, and what its return addresses
say of the image is shown. Without an ADDRESS, the heaviest frames without a
name are explained, one for each image and reason.

  symfold explain --maps 4711.maps --sysroot server1/ 0x7f572d91b230
  symfold explain --maps 4711.maps --recording raw.folded
`,
    exitCodes: `Exit codes: 0 all addresses were explained, with or without a name; 1 one is no
address, or something could not be read; 2 the command line is wrong.
`,
  },
  {
    name: "images",
    usage: "(--maps FILE | --recording FILE) [OPTION]...",
    least: 0,
    most: 0,
    words: [],
    summary: "lists the images of a snapshot, and what is missing",
    description: `Lists the loaded images of a snapshot, or of a recording that has its maps in
it: base, load bias, build-id, architecture, what is remarkable about the
layout, where names will come from, what is missing, and the command that gets
it. Nothing is run, and no network is used.

  symfold images --maps 4711.maps --sysroot server1/
  symfold images --recording perf.txt --sysroot server1/
`,
    exitCodes: `Exit codes: 0 done, whatever is missing; 1 something could not be read; 2 the
command line is wrong.
`,
  },
  {
    name: "collect",
    usage: "[--pid PID | --maps FILE] [OPTION]... [RECORDING]...",
    least: 0,
    most: Infinity,
    summary: "takes along what naming elsewhere needs, in one archive",
    description: `Takes along what symfold needs from the recorded machine, in one archive:
snapshots, kernel symbols, perf maps, build-ids, the vDSO, and of each mapped
file what names are found by. Elsewhere,

  symfold --bundle symfold-4711.tar.gz raw.folded > named.folded

then gives what symfold gives here. With a RECORDING, code and debug
information are taken only where it has addresses; one that has its maps in it
is all that is needed. Nothing is run or changed; what cannot be read is named.

  symfold collect --pid 4711 --maps <(cat /proc/4711/maps) raw.folded
  symfold collect perf.txt
`,
    exitCodes: `Exit codes: 0 all done; 1 a file of the process is missing or cannot be read
(the rest was written), or nothing was written; 2 the command line is wrong.
`,
  },
  {
    name: "completions",
    usage: "bash|zsh|fish",
    least: 1,
    most: 1,
    words: ["bash", "zsh", "fish"],
    summary: "prints completions for a shell",
    description: `Prints a script that makes a shell complete symfold's command line.

  source <(symfold completions bash)
  symfold completions zsh > ~/.zfunc/_symfold
  symfold completions fish > ~/.config/fish/completions/symfold.fish
`,
    exitCodes: PRINTING_EXIT_CODES,
  },
  {
    name: "man",
    usage: "",
    least: 0,
    most: 0,
    words: [],
    summary: "prints the manual page",
    description: `Prints the manual page, for man(1).

  symfold man > /usr/local/share/man/man1/symfold.1
`,
    exitCodes: PRINTING_EXIT_CODES,
  },
];

/** Options that every command has, so that they may stand before it, too: `symfold --help diff`. */
const ASKING: readonly string[] = ["--help", "-h", "--version"];

/**
 * Splits a command line into the command and its arguments. Only the very first word may be a
 * command, so that a recording of the same name can be read as `./NAME`; and one behind `--help`.
 */
export function commandOf(
  args: readonly string[],
): { readonly command: Command; readonly rest: readonly string[] } {
  const at = args.findIndex((arg) => !ASKING.includes(arg));
  const named = COMMANDS.find(({ name }) => name !== "filter" && name === args[at]);
  if (named !== undefined) return { command: named, rest: args.toSpliced(at, 1) };
  return { command: commandNamed("filter"), rest: args };
}

/** The row of a command. */
export function commandNamed(name: CommandName): Command {
  return COMMANDS.find((command) => command.name === name)!;
}

/** A command as it is typed. */
export function spellCommand({ name }: Command): string {
  return name === "filter" ? "symfold" : `symfold ${name}`;
}

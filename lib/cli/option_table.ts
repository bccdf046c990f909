import { FORMATS } from "../input/mod.ts";
import { OUTPUT_FORMATS } from "../output/formats.ts";
import { COLLECT_ROWS } from "./collect_options.ts";
import { type CommandName, COMMANDS } from "./commands.ts";
import { sideRows } from "./diff_sides.ts";
import type { OptionRow } from "./option_row.ts";

/** Commands that resolve addresses: what helps one of them helps the others. */
const RESOLVING: readonly CommandName[] = ["filter", "diff", "explain", "images"];
/** Of them, those where it helps to tell processes apart by their numbers. */
const TELLING_PROCESSES: readonly CommandName[] = ["filter", "explain", "images"];
/** Commands that look for the files of the recorded machine. */
const FINDING: readonly CommandName[] = [...RESOLVING, "collect"];
/** Commands that write a profile of names. */
const WRITING: readonly CommandName[] = ["filter", "diff"];
const ALL: readonly CommandName[] = COMMANDS.map(({ name }) => name);

/** Options under a heading of the help. */
function under(heading: string, rows: readonly OptionRow[]): OptionRow[] {
  return rows.map((row) => ({ ...row, heading }));
}

const ROWS: readonly OptionRow[] = [
  ...under("What is taken along", COLLECT_ROWS),
  ...under("The recorded machine", [
    {
      name: "maps",
      value: "FILE",
      repeatable: true,
      help: "a copy of the process's /proc/PID/maps or smaps; repeat it for several snapshots of " +
        "one process; for several processes PID=FILE, or a folder of PID.maps files; replaces " +
        "what the recording itself has",
      commands: FINDING,
      perSide: true,
    },
    {
      name: "bundle",
      value: "FILE",
      help: "the archive that symfold collect wrote: maps, files, kallsyms, perf maps, vDSO and " +
        "build-ids in one; the options here add to it, or replace what it has",
      commands: RESOLVING,
      perSide: true,
    },
    {
      name: "max-bundle-size",
      value: "SIZE",
      help: "how much a bundle may unpack to: 500M, 8G (default 4G, at most 256 times its size)",
      commands: RESOLVING,
    },
    {
      name: "sysroot",
      value: "DIR",
      help:
        "look for the mapped files below DIR, which holds copies at their full paths (default this machine's " +
        "own files, unless there is a bundle)",
      commands: FINDING,
      perSide: true,
    },
    {
      name: "debug-dir",
      value: "DIR",
      repeatable: true,
      help: "look for separate debug files below DIR: .build-id/ab/cdef.debug, " +
        "BUILDID/debuginfo, or the mapped file's path (default /usr/lib/debug)",
      commands: FINDING,
      perSide: true,
    },
    {
      name: "path-map",
      value: "FROM=TO",
      repeatable: true,
      help: "a file or folder FROM of the snapshot, with all in it, is TO here, as for containers",
      commands: FINDING,
      perSide: true,
    },
    {
      name: "search",
      value: "DIR",
      repeatable: true,
      help: "look below DIR for mapped files that were deleted or are missing, by build-id or by " +
        "their layout",
      commands: FINDING,
      perSide: true,
    },
    {
      name: "build-ids",
      value: "FILE",
      help: "the output of perf buildid-list: a file with another build-id gives no names",
      commands: FINDING,
      perSide: true,
    },
    {
      name: "kallsyms",
      value: "FILE",
      help: "a copy of /proc/kallsyms, taken as root, for kernel frames",
      commands: FINDING,
      perSide: true,
    },
    {
      name: "vmlinux",
      value: "FILE",
      help: "the kernel's ELF file, for kernel frames; kallsyms tells where it was loaded",
      commands: FINDING,
      perSide: true,
    },
    {
      name: "perf-map",
      value: "FILE",
      repeatable: true,
      help:
        "the /tmp/perf-PID.map or jit-PID.dump that a runtime wrote, for code made at run time; " +
        "PID=FILE if it has another name and there are several processes",
      commands: FINDING,
      perSide: true,
    },
    {
      name: "vdso",
      value: "FILE",
      help: "a copy of the vDSO, for frames in [vdso]",
      commands: FINDING,
      perSide: true,
    },
    {
      name: "trust-files",
      help: "take names from files although return addresses say that they are not those that ran",
      commands: [...WRITING, "explain"],
    },
  ]),
  ...under("The recordings", [
    {
      name: "input",
      value: "FORMAT",
      choices: FORMATS.map(({ name }) => name),
      otherwise: "told by their content",
      help: "the format of the recordings",
      commands: RESOLVING,
    },
    {
      name: "recording",
      value: "FILE",
      repeatable: true,
      help: "a recording, of any format: explain what is decided when it is read; without an " +
        "ADDRESS, the heaviest frames that get no name",
      commands: ["explain"],
    },
    {
      name: "recording",
      value: "FILE",
      help: "a recording that has its maps in it, such as of perf script --show-mmap-events",
      commands: ["images"],
    },
    {
      name: "event",
      value: "NAME",
      help: "read the stacks of this event of perf, or map of bpftrace (default the first)",
      commands: RESOLVING,
      perSide: true,
    },
    {
      name: "weight",
      value: "NAME",
      help: "what a stack weighs: period (perf); inuse_space, inuse_objects, alloc_space or " +
        "alloc_objects (heap profiles); a sample type (pprof)",
      commands: RESOLVING,
    },
    {
      name: "pids",
      help: "begin each stack of perf with its process, comm-123",
      commands: TELLING_PROCESSES,
    },
    {
      name: "threads",
      help: "begin each stack of perf with its process and thread, comm-123/124",
      commands: TELLING_PROCESSES,
    },
    {
      name: "return-addresses",
      value: "WHICH",
      choices: ["callers", "all", "none"],
      otherwise: "as the format has it, callers for folded",
      help:
        "which frames are return addresses: callers, all frames but the leaf; all, the leaf too, " +
        "as in heap profiles; none, for the recorder has adjusted them",
      commands: [...WRITING, "collect"],
      perSide: true,
    },
    {
      name: "return-addresses",
      value: "WHICH",
      choices: ["none", "all", "callers"],
      otherwise: "callers with a recording, else none",
      help:
        "whether an ADDRESS is a return address, and is looked up one byte before: none is, all " +
        "are, or those are that are callers in the recording",
      commands: ["explain"],
    },
  ]),
  ...under("What is written", [
    {
      name: "output",
      short: "o",
      value: "FILE",
      help: "write to FILE, complete or not at all; .gz at the end compresses",
    },
    {
      name: "format",
      value: "FORMAT",
      choices: OUTPUT_FORMATS.map(({ name }) => name),
      otherwise: "by the end of the name of -o, else folded",
      help: "what is written",
    },
    { name: "title", value: "TEXT", help: "what the profile is called in pictures and profiles" },
    {
      name: "unit",
      value: "UNIT",
      help:
        "what the weights are, such as samples, bytes or nanoseconds (default as the recording " +
        "says)",
    },
    {
      name: "merge",
      negated: true,
      help: "write a line for each line read, in the same order",
      commands: ["filter"],
    },
    { name: "json", help: "print JSON, for programs", commands: ["explain", "images"] },
  ]),
  ...under("How frames are written", [
    {
      name: "demangle",
      value: "STYLE",
      choices: ["short", "full", "none"],
      help:
        "C++ and Rust names without parameters (short), with them (full), or as in the symbol " +
        "table (none)",
      commands: RESOLVING,
    },
    {
      name: "unresolved",
      value: "STYLE",
      choices: ["offset", "file", "address"],
      help:
        "what stands for a frame without a name: [file+0xvaddr], [file], or the frame as it was",
      commands: ["filter"],
    },
    {
      name: "unresolved",
      value: "STYLE",
      choices: ["offset", "file"],
      help: "what stands for a frame without a name: [file+0xvaddr], or [file]",
      commands: ["diff"],
    },
    {
      name: "annotate",
      value: "KINDS",
      help:
        "write _[k] behind kernel, _[j] behind JIT and _[i] behind inlined frames: kernel, jit, " +
        "inline, or several with commas",
    },
    {
      name: "inlines",
      negated: true,
      help: "no frames for inlined functions: each address becomes one frame",
    },
    { name: "lines", help: "write the place in the source before names: [file.c:12] name" },
    { name: "image-prefix", help: "write the file before names: [libc.so.6] malloc" },
  ]),
  ...under("Which stacks are written, and how", [
    {
      name: "include",
      value: "REGEX",
      repeatable: true,
      help: "only stacks with a frame that REGEX (JavaScript's) matches somewhere",
    },
    {
      name: "exclude",
      value: "REGEX",
      repeatable: true,
      help: "no stacks with a frame that REGEX matches somewhere",
    },
    { name: "merge-recursion", help: "one frame for a function that calls itself directly" },
    { name: "reverse", help: "leaf first, to see callers" },
    { name: "root", value: "NAME", help: "a frame called NAME in front of all stacks" },
    {
      name: "normalize",
      help: "scale the weights of BEFORE so that both recordings weigh the same",
      commands: ["diff"],
    },
  ]),
  ...under("The report, and help", [
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
    {
      name: "quiet",
      short: "q",
      help: "no report and no progress on standard error",
      commands: [...WRITING, "collect"],
    },
    { name: "verbose", short: "v", help: "say more in the report" },
    {
      name: "verbose",
      short: "v",
      help: "every remark, all of the build-ids, and all commands",
      commands: ["images"],
    },
    { name: "help", short: "h", help: "print this help", commands: ALL },
    { name: "version", help: "print the version", commands: ALL },
  ]),
];

/** Every option, in the order of the help. */
export const OPTIONS: readonly OptionRow[] = ROWS.flatMap((row) => [row, ...sideRows(row)]);

/** The options that a command takes, in the order of its help. */
export function optionsOf(command: CommandName): readonly OptionRow[] {
  return OPTIONS.filter(({ commands = WRITING }) => commands.includes(command));
}

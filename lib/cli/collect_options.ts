import type { OptionRow } from "./option_row.ts";
import { UsageError } from "./usage_error.ts";

/** The options that only `symfold collect` has. */
export const COLLECT_ROWS: readonly OptionRow[] = [
  {
    name: "pid",
    value: "PID",
    help: "the running process; its maps, files, perf map, vDSO, and the kernel's symbols are " +
      "read from /proc",
    commands: ["collect"],
  },
  {
    name: "proc",
    value: "DIR",
    help: "read the process from DIR, where the machine's /proc is mounted",
    commands: ["collect"],
  },
  {
    name: "output",
    short: "o",
    value: "FILE",
    help: "write to FILE, complete or not at all (default symfold-PID.tar.gz, or " +
      "symfold-bundle.tar.gz); - is standard output",
    commands: ["collect"],
  },
  {
    name: "dry-run",
    help: "list what would be in the bundle, with sizes, and write nothing",
    commands: ["collect"],
  },
  {
    name: "code",
    negated: true,
    help: "leave the code out, so that return addresses cannot be checked; without a RECORDING " +
      "all of it is taken, with one the code around its addresses",
    commands: ["collect"],
  },
  {
    name: "dwarf",
    help: "take all debug information (.debug_*) too; without it, what the RECORDINGs need",
    commands: ["collect"],
  },
  { name: "whole", help: "take whole files, not only what is needed", commands: ["collect"] },
];

/**
 * A value of `--pid`.
 *
 * @throws {UsageError} If it is no number of a process.
 */
export function processId(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw new UsageError(`Option "--pid" has the value "${text}", want the number of a process`);
}

const UNITS: Readonly<Record<string, number>> = { "": 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/**
 * A size in bytes: `500M`.
 *
 * @throws {UsageError} If it is none.
 */
export function size(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, digits, unit = ""] = /^(\d{1,12})([KMG]?)$/.exec(text) ?? [];
  if (digits !== undefined) return Number(digits) * UNITS[unit]!;
  const wanted = "want a number of bytes, or one with K, M or G";
  throw new UsageError(`Option "--max-bundle-size" has the value "${text}", ${wanted}`);
}

import type { CommandName } from "./commands.ts";

/** One option of the command line. Parsing and help both come from a table of these. */
export interface OptionRow {
  /** Without dashes. */
  readonly name: string;
  /** One letter, without its dash. */
  readonly short?: string;
  /** What stands for the value in the help; none for a switch. */
  readonly value?: string;
  /** The values that it takes, the default first. */
  readonly choices?: readonly string[];
  /** What is the case if it is not given, where that is none of the choices. */
  readonly otherwise?: string;
  /** Whether it may be given more than once. */
  readonly repeatable?: boolean;
  /** A switch that is on unless `--no-NAME` is given. */
  readonly negated?: boolean;
  /** The heading that it is under in the help. */
  readonly heading?: string;
  /** The option that it is, for one side of a comparison; left out if it is none of these. */
  readonly sideOf?: string;
  /** What it does, without a stop. */
  readonly help: string;
  /** The commands that take it; those that write profiles by default. A name has one row a command. */
  readonly commands?: readonly CommandName[];
  /** Whether `diff` has it for each of its recordings besides, as `--before-NAME`. */
  readonly perSide?: boolean;
}

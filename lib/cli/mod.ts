/**
 * The command line: one table of options, files in and out, progress, the report as text, exit
 * codes. The only part, with `bytes/file_source.ts`, that touches the system.
 *
 * @example
 * ```ts
 * import { parseOptions } from "./mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseOptions(["--maps", "4711.maps", "raw.folded"]).inputs, ["raw.folded"]);
 * ```
 *
 * @module
 */
export { type CommandName } from "./commands.ts";
export { helpText } from "./help_text.ts";
export { type Options, parseOptions, UsageError } from "./options.ts";
export { EXIT_DONE, EXIT_FAILED, EXIT_USAGE, run } from "./run.ts";

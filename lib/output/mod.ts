/**
 * Profiles out: a `Profile` of names becomes bytes. One file a format. Weight out is weight in.
 *
 * To add a format: write a file with its writer and a line into the table of `formats.ts`, which
 * `--format`, the ends of file names and the help come from. `call_tree.ts`, `functions.ts` and
 * `placed_frames.ts` give a profile as a tree, as functions, and as frames with what is inlined in them.
 *
 * @example
 * ```ts
 * import { writeFolded } from "./mod.ts";
 * import { FrameTable, SampleTable, StackTable } from "../profile/mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const frames = new FrameTable();
 * const stacks = new StackTable();
 * const samples = new SampleTable();
 * stacks.push(frames.internText("main"));
 * stacks.push(frames.internText("work"));
 * samples.push(stacks.finish(), 42);
 * const chunks = [...writeFolded({ frames, stacks, samples, decimals: 0 })];
 * assertEquals(new TextDecoder().decode(chunks[0]), "main;work 42\n");
 * ```
 *
 * @module
 */
export {
  OUTPUT_FORMATS,
  type OutputFormat,
  type OutputFormatName,
  outputFormatNamed,
  outputFormatOfPath,
} from "./formats.ts";
export type { ProfileWriter, WriteOptions } from "./profile_writer.ts";
export { writeFolded, type WriteFoldedOptions } from "./folded.ts";
export { writeHtml } from "./html/write_html.ts";
export { writeFirefox } from "./firefox.ts";
export { writePprof } from "./pprof.ts";
export { writeSpeedscope } from "./speedscope.ts";
export { writeSvg } from "./svg/write_svg.ts";
export { writeTop } from "./top.ts";
export { writeTree } from "./tree.ts";

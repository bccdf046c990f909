import { assert } from "@std/assert";

/** A frame that perf has a name for. */
export interface PerfFrame {
  /** As in a folded recording. */
  readonly address: string;
  /** `leaf` or `caller`. */
  readonly role: string;
  /** How often it was recorded in that role. */
  readonly weight: number;
  /** The names that are right, as symfold spells them in a folded line. */
  readonly names: readonly string[];
}

/** Of the frames that perf names, by weight. */
const WANTED_SHARE = 0.995;

/** The names of the folders in a folder, sorted; none if it was not made. */
export function programsIn(folder: string | undefined): string[] {
  return folder === undefined ? [] : [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

/** A recording with a line for each frame, in its role. */
export function foldedOfFrames(frames: readonly PerfFrame[]): string {
  return frames.map(({ address, role }) => `${address}${role === "leaf" ? "" : ";leaf"} 1\n`)
    .join("");
}

/**
 * Asserts that 99.5 % of the frames have names that are right.
 *
 * @param title Says in the log what the figure is of.
 * @param output What became of {@linkcode foldedOfFrames}, in the same order.
 * @param minWeight A recording with less in it shows nothing.
 */
export function assertNamesOfPerf(
  title: string,
  frames: readonly PerfFrame[],
  output: string,
  minWeight: number,
): void {
  const lines = output.trimEnd().split("\n");
  let total = 0;
  let right = 0;
  const wrong: string[] = [];
  for (const [at, { address, role, weight, names }] of frames.entries()) {
    const found = lines[at]!.replace(/(?:;leaf)? 1$/, "");
    total += weight;
    if (names.includes(found)) right += weight;
    else wrong.push(`${weight} times ${address} as ${role} is ${found}, want one of ${names}`);
  }
  const examples = wrong.slice(0, 20).map((text) => `\n  ${text.slice(0, 300)}`).join("");
  assert(total >= minWeight, `perf names only ${total} frames`);
  assert(right >= WANTED_SHARE * total, `${right} of ${total} are right; wrong:${examples}`);
  // deno-lint-ignore no-console -- how much is left to be done, if anything
  console.log(`${title}: ${right} of ${total} frames as perf names them${examples}`);
}

import { mapsText } from "./maps_text.ts";
import { type FileFunction, findLargeFiles, type LargeFile } from "./large_files.ts";
import { Random } from "./random.ts";
import type { Workspace } from "./workspace.ts";

/** An address in a large file. */
export interface LargeAddress {
  readonly file: LargeFile;
  readonly vaddr: number;
  /** At run time. */
  readonly address: number;
}

/** A process that never ran, made of large files, and what was recorded of it. */
export interface LargeProcess {
  readonly files: readonly LargeFile[];
  /** Different, in random order. */
  readonly addresses: readonly LargeAddress[];
  /** The paths of the maps snapshot and of the recording: one address a line, in order. */
  readonly maps: string;
  readonly recording: string;
}

const FIRST_BIAS = 0x7f3c_0000_0000;
const BIAS_STEP = 0x4000_0000;

/** Picks functions of large files at random, and an address in each; undefined if there are none. */
export async function makeLargeProcess(
  workspace: Workspace,
  { fileCount, addressCount, seed }: {
    readonly fileCount: number;
    readonly addressCount: number;
    readonly seed: number;
  },
): Promise<LargeProcess | undefined> {
  const files = await findLargeFiles(fileCount);
  if (files.length === 0) return undefined;
  const biases = files.map((file, at) => file.isFixed ? 0 : FIRST_BIAS + at * BIAS_STEP);
  const random = new Random(seed);
  const addresses = new Map<number, LargeAddress>();
  while (addresses.size < addressCount) {
    const at = random.below(files.length);
    const { functions } = files[at]!;
    const { start, size }: FileFunction = functions[random.below(functions.length)]!;
    const vaddr = start + random.below(size);
    const address = biases[at]! + vaddr;
    addresses.set(address, { file: files[at]!, vaddr, address });
  }
  const maps = workspace.path("large.maps");
  const loaded = files.map((file, at) => ({ ...file, loadBias: biases[at]! }));
  await Deno.writeTextFile(maps, mapsText(loaded));
  const recording = workspace.path("large.folded");
  const lines = Iterator.from(addresses.keys()).map((address) => `0x${address.toString(16)} 1\n`);
  await Deno.writeTextFile(recording, lines.toArray().join(""));
  return { files, addresses: [...addresses.values()], maps, recording };
}

import { join } from "@std/path";
import { type DwarfJob, makeDwarfJob } from "./dwarf_job.ts";
import { makeProcess } from "./synthetic_process.ts";
import { SyntheticRecording } from "./synthetic_recording.ts";

/** What all rows share: how much is to be done, a folder that is removed behind them, and times. */
export class Workspace implements Disposable {
  readonly quick: boolean;
  /** How many times each side of a comparison runs. */
  readonly pairs: number;
  /** What a bar is multiplied by. */
  readonly tolerance: number;
  /** The absolute times, for `--times`. */
  readonly times: string[] = [];
  readonly #folder: string;
  #recording: Promise<SyntheticRecording> | undefined;
  #dwarfJob: Promise<DwarfJob> | undefined;

  /** Makes the folder. */
  constructor({ quick }: { readonly quick: boolean }) {
    this.quick = quick;
    this.pairs = quick ? 3 : 5;
    this.tolerance = quick ? 1.25 : 1;
    this.#folder = Deno.makeTempDirSync({ prefix: "symfold-bench-" });
  }

  /** The path of a file in the folder. */
  path(name: string): string {
    return join(this.#folder, name);
  }

  /**
   * The recording of the rows "folded" and "repeated": 400 MB, 1,000,000 lines, 200,000 different
   * stacks, 16,000 different addresses in three libraries. With `--quick` a tenth of all that.
   */
  recording(): Promise<SyntheticRecording> {
    return this.#recording ??= this.#makeRecording();
  }

  /**
   * The program of the rows "inlines" and "inlines-bytes": over 100 MB of debug information. With
   * `--quick` a quarter of that.
   */
  dwarfJob(): Promise<DwarfJob> {
    return this.#dwarfJob ??= makeDwarfJob(this.#folder, this.quick ? 8 : 32);
  }

  /** Removes the folder. */
  [Symbol.dispose](): void {
    Deno.removeSync(this.#folder, { recursive: true });
  }

  async #makeRecording(): Promise<SyntheticRecording> {
    const scale = this.quick ? 0.1 : 1;
    const process = makeProcess({
      folder: this.#folder,
      seed: 1,
      addressCount: 16_000 * scale,
    });
    const recording = new SyntheticRecording(process, {
      path: this.path("raw.folded"),
      seed: 2,
      stackCount: 200_000 * scale,
      lineCount: 1_000_000 * scale,
    });
    await recording.write();
    return recording;
  }
}

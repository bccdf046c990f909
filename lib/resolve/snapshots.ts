import type { AddressLocation, FrameLocation } from "../profile/mod.ts";
import { isOfProcess } from "./contenders.ts";
import type { RecordedFile } from "./recorded_file.ts";
import type { SnapshotIndex } from "./snapshot_index.ts";

/**
 * Snapshots by their processes. A recording of a whole machine has thousands of them, and each has
 * its own addresses.
 */
export class Snapshots {
  /** All of them, in order. */
  readonly all: readonly SnapshotIndex[];
  readonly #ofProcess = new Map<number, SnapshotIndex[]>();
  /** By process and path; undefined for paths that several files had. */
  readonly #files = new Map<number, ReadonlyMap<string, RecordedFile | undefined>>();
  /** Those that map something in the kernel's half, as `[vsyscall]`. */
  readonly #upper: readonly SnapshotIndex[];
  /** Whether each is of one process. */
  readonly #areOfProcesses: boolean;

  /** Sorts them. */
  constructor(all: readonly SnapshotIndex[]) {
    this.all = all;
    this.#upper = all.filter(hasUpper);
    this.#areOfProcesses = all.every(({ process }) => process !== undefined);
    for (const index of all) {
      if (index.process === undefined) continue;
      const own = this.#ofProcess.get(index.process);
      if (own === undefined) this.#ofProcess.set(index.process, [index]);
      else own.push(index);
    }
  }

  /**
   * Those that hold for an address, in order. Of the kernel's addresses, which are the same in all
   * processes, those that map something in its half, or else any one.
   */
  of(location: AddressLocation): readonly SnapshotIndex[] {
    const { process, address } = location;
    if (process === undefined && address < 0) {
      return this.#upper.length > 0 ? this.#upper : this.all.slice(0, 1);
    }
    if (process === undefined) return this.all;
    if (this.#areOfProcesses) return this.#ofProcess.get(process) ?? [];
    return this.all.filter((index) => isOfProcess(index.process, location));
  }

  /**
   * The file that a process has mapped from a path, which may be another one for other processes: in
   * containers, or since it was replaced. Undefined if it has none, or several.
   */
  fileOf(process: number | undefined, path: string): RecordedFile | undefined {
    if (process === undefined) return undefined;
    const known = this.#files.get(process);
    const files = known ?? filesByPath(this.#ofProcess.get(process) ?? []);
    if (known === undefined) this.#files.set(process, files);
    return files.get(path);
  }

  /**
   * Sorts the addresses among some frames.
   *
   * @returns Those that may be of the process of a snapshot; ascending.
   */
  addressesIn(frames: readonly FrameLocation[]): (index: SnapshotIndex) => Float64Array {
    const byProcess = new Map<number | undefined, number[]>();
    const everywhere: number[] = [];
    for (const location of frames) {
      if (location.kind !== "address") continue;
      const { process, address } = location;
      everywhere.push(address);
      const own = byProcess.get(process);
      if (own === undefined) byProcess.set(process, [address]);
      else own.push(address);
    }
    const shared = byProcess.get(undefined) ?? [];
    const sharedBelow = shared.filter((address) => !(address < 0));
    return (index) => {
      if (index.process === undefined) return Float64Array.from(everywhere).sort();
      const others = hasUpper(index) ? shared : sharedBelow;
      return Float64Array.from([...byProcess.get(index.process) ?? [], ...others]).sort();
    };
  }
}

function filesByPath(
  snapshots: readonly SnapshotIndex[],
): ReadonlyMap<string, RecordedFile | undefined> {
  const files = new Map<string, RecordedFile | undefined>();
  for (const file of snapshots.flatMap((index) => [...index.files])) {
    const { path } = file.request;
    files.set(path, files.has(path) && files.get(path) !== file ? undefined : file);
  }
  return files;
}

function hasUpper({ snapshot }: SnapshotIndex): boolean {
  return snapshot.mappings.some(({ start }) => start < 0);
}

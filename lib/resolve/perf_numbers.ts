import type { AddressLocation, FrameLocation } from "../profile/mod.ts";
import type { RecordedFile } from "./recorded_file.ts";
import type { Snapshots } from "./snapshots.ts";

/** What a number beside a file's name may be. */
type Reading = "address" | "fileOffset" | "either" | "neither";

/**
 * Tells what the numbers are that perf writes beside the names of files: addresses, or, in newer
 * perf, file offsets. A number that is only one of the two says so itself: it lies in an executable
 * mapping of the file, or in the code of the file. In a file at a low fixed address a number may be
 * either; then the others of the same file decide, or else those of all files.
 */
export class PerfNumbers {
  readonly #snapshots: Snapshots;
  readonly #filesOf: (module: string) => readonly RecordedFile[];
  /** Of each module how many numbers can only be file offsets, less those that can only be addresses. */
  readonly #votes = new Map<string, number>();
  #allVotes = 0;

  /**
   * Looks at all numbers once.
   *
   * @param filesOf The files that a module may be, opened.
   */
  constructor(
    locations: readonly FrameLocation[],
    snapshots: Snapshots,
    filesOf: (module: string) => readonly RecordedFile[],
  ) {
    this.#snapshots = snapshots;
    this.#filesOf = filesOf;
    for (const location of locations) {
      if (location.kind !== "address" || location.perfModule === "") continue;
      const reading = this.#readingOf(location);
      const vote = reading === "fileOffset" ? 1 : reading === "address" ? -1 : 0;
      const { perfModule } = location;
      this.#votes.set(perfModule, (this.#votes.get(perfModule) ?? 0) + vote);
      this.#allVotes += vote;
    }
  }

  /** Whether the number of a frame is a file offset. */
  isFileOffset(location: AddressLocation): boolean {
    if (location.perfModule === "") return false;
    const reading = this.#readingOf(location);
    if (reading !== "either") return reading === "fileOffset";
    return (this.#votes.get(location.perfModule) || this.#allVotes) > 0;
  }

  /** Whether most numbers of the recording are file offsets, so that those without a file say nothing. */
  get areFileOffsets(): boolean {
    return this.#allVotes > 0;
  }

  #readingOf(location: AddressLocation): Reading {
    const { address, perfModule } = location;
    if (!(address >= 0)) return "neither";
    const own = this.#snapshots.of(location);
    const snapshots = own.length > 0 ? own : this.#snapshots.all;
    const files = this.#filesOf(perfModule);
    const isAddress = files.some((file) =>
      snapshots.some((index) => index.isCodeOf(file, address))
    );
    const isFileOffset = files.some((file) =>
      snapshots.some((index) => index.isCodeOffsetOf(file, address)) ||
      file.elf?.loadSegments.some(({ executable, fileOffset, fileSize }) =>
        executable && address >= fileOffset && address < fileOffset + fileSize
      )
    );
    if (isAddress) return isFileOffset ? "either" : "address";
    return isFileOffset ? "fileOffset" : "neither";
  }
}

import type { ByteReader } from "../bytes/mod.ts";
import type { RawProfile } from "../profile/mod.ts";

/** What a recording holds: stacks, and what the file itself says about the processes they are of. */
export interface Recording {
  /** The stacks; with their processes, if the recording tells several apart. */
  readonly profile: RawProfile;
  /** The mappings of its processes, as far as the recording has them. */
  readonly maps: readonly RecordedMaps[];
  /** The command that prints the recording with its maps; left out if there is none. */
  readonly mapsFrom?: string;
  /**
   * Which frames are return addresses: all but the leaf (`callers`), the leaf too (`all`, as
   * allocation profilers have it), or none, because the recorder has adjusted them (`none`).
   */
  readonly returnAddresses: "callers" | "all" | "none";
  /** The build-ids that the recording has, lower-case hexadecimal, by the paths of the files. */
  readonly buildIds: ReadonlyMap<string, string>;
  /** What a person should know about how it was read, as sentences without an end. */
  readonly notes: readonly string[];
  /** Why it could not be read to its end; undefined if it was. */
  readonly failure: Error | undefined;
}

/** The mappings of a process that a recording has. */
export interface RecordedMaps {
  /**
   * The process, as the stacks' `processes` have it: its PID, but another number if one PID is that
   * of several programs, one after the other (see {@linkcode pidOf}). Undefined if all stacks are of
   * one process.
   */
  readonly process: number | undefined;
  /**
   * Which of the mappings of its PID they are, for a person: of which program, and until when. Left
   * out if there are no others.
   */
  readonly label?: string;
  /**
   * Spelled as the lines of `/proc/PID/maps` (proc_pid_maps(5)); never empty. Some recorders list
   * executable mappings only.
   */
  readonly text: string;
}

/** What stands at the root of each stack, if the recorder tells threads apart. */
export type RootStyle =
  /** The name of the thread. */
  | "comm"
  /** Its name and the number of its process, `comm-123`. */
  | "comm-pid"
  /** The same and the number of the thread, `comm-123/124`. */
  | "comm-pid/tid";

/** How recordings are read. What a format does not have does not matter for it. */
export interface ReadRecordingOptions {
  /**
   * Whether samples with the same stack become one. Otherwise memory grows with the recording.
   *
   * @default {true}
   */
  readonly merge?: boolean;
  /**
   * What stands at the root of each stack.
   *
   * @default {"comm"}
   */
  readonly roots?: RootStyle;
  /**
   * The event (perf) or the map (bpftrace, with its `@`) whose stacks are read; by default that of
   * the first.
   */
  readonly event?: string | undefined;
  /**
   * What weighs the stacks. For perf `samples` (the default) or `period`; for pprof the name of a
   * sample type (by default the one that the profile says, or its last); for heap profiles
   * `inuse_space` (the default), `inuse_objects`, `alloc_space` or `alloc_objects`.
   */
  readonly weight?: string | undefined;
  /** Is told now and then how many bytes of the reader were read so far, decompressed. */
  readonly onProgress?: (reader: ByteReader, bytesRead: number) => void;
}

/** PIDs are below it (proc(5), pid_max). */
export const PID_END: number = 1 << 22;

/** The PID of a process of a recording; -1 for one that is not known. */
export function pidOf(process: number): number {
  return process < 0 ? process : process % PID_END;
}

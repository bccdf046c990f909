import type { ByteReader } from "../bytes/mod.ts";
import type { RawProfile } from "../profile/mod.ts";

/** What a recording holds: stacks, and what the file itself says about the processes they are of. */
export interface Recording {
  /** The stacks. */
  readonly profile: RawProfile;
  /** The processes that the recording tells apart; empty if it says nothing about any. */
  readonly processes: readonly RecordedProcess[];
  /** Of each stack, by its number, which of the processes it is of; -1 if that is not known. */
  readonly processOf: Int32Array;
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

/** A process of a recording. */
export interface RecordedProcess {
  /** Its number; -1 if the recording does not say it. */
  readonly pid: number;
  /**
   * Its mappings, spelled as the lines of `/proc/PID/maps` (proc_pid_maps(5)); empty if the
   * recording has none. Some recorders list executable mappings only.
   */
  readonly maps: string;
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

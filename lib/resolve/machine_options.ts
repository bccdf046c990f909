import type { ByteReader, ByteSource } from "../bytes/mod.ts";
import type { MapsSnapshot } from "../maps/mod.ts";
import type { NamedCode } from "../symbols/mod.ts";
import type { FileProvider } from "./file_provider.ts";

/** What there is of the recorded machine. */
export interface MachineOptions {
  /**
   * Snapshots of the recorded process, or of several, if they say their `process`; of several of one
   * process that explain an address the one is taken by which it follows a call, or most of its stack
   * do, or else the first.
   */
  readonly snapshots: readonly MapsSnapshot[];
  /** Where the files of the recorded machine are. */
  readonly files: FileProvider;
  /** A snapshot of `/proc/kallsyms`, for kernel frames. */
  readonly kallsyms?: ByteReader | undefined;
  /**
   * The ELF file of the kernel, for kernel frames. A snapshot of kallsyms tells where it was loaded;
   * without one it is used if all kernel addresses lie in its code as it is.
   */
  readonly vmlinux?: ByteSource | undefined;
  /**
   * Perf maps and jitdumps, for code made at run time; the first that has an address is asked.
   *
   * @default {[]}
   */
  readonly generated?: readonly NamedCode[];
}

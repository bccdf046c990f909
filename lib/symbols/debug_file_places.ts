import type { ByteSource } from "../bytes/mod.ts";

/** Where files with more symbols may be. */
export interface DebugFilePlaces {
  /** Folders such as `/usr/lib/debug`. */
  readonly debugDirs: readonly string[];
  /** Opens a file; undefined if there is none. */
  readonly openDebugFile: (path: string) => Promise<ByteSource | undefined>;
}

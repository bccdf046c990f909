import type { ByteSource } from "../bytes/mod.ts";
import type { UnresolvedReason } from "../profile/mod.ts";
import type { CandidateFile } from "../symbols/mod.ts";

/** A file that the recorded process had mapped. */
export interface FileRequest {
  /** The path that the snapshot gives, or a frame. */
  readonly path: string;
  /** Whether the file had been deleted or replaced when the snapshot was taken. */
  readonly deleted: boolean;
}

/** The file, or why there is none. */
export type FileAnswer =
  | { readonly source: ByteSource }
  | { readonly reason: UnresolvedReason; readonly detail: string };

/**
 * Where the files of the recorded machine are. The command line has one that looks on disk; a
 * library user may have them in memory or elsewhere.
 */
export interface FileProvider {
  /** Whether files are taken from their own paths on this machine; false if left out. */
  readonly isThisMachine?: boolean;
  /**
   * Is told all files that are about to be opened, for a provider that finds several at once sooner
   * than one after the other.
   */
  prepare?(requests: readonly FileRequest[]): Promise<void>;
  /** Finds a file. Paths come from snapshots and are not to be trusted. */
  open(request: FileRequest): Promise<FileAnswer>;
  /**
   * Folders with separate debug files, such as `/usr/lib/debug`; none by default.
   */
  readonly debugDirs?: readonly string[];
  /**
   * Finds a debug file, below one of the {@linkcode debugDirs} or beside a mapped file; undefined
   * if there is none. Without this no debug file is looked for.
   */
  openDebugFile?(path: string): Promise<ByteSource | undefined>;
  /** The build-ids that a path had on the recorded machine; none if they are not known. */
  buildIdsOf?(path: string): readonly string[];
  /**
   * Files that may be those that are not at their paths any more. Taken only if there are such.
   */
  searchFiles?(): Iterable<CandidateFile>;
}

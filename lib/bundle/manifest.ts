import type { UnresolvedReason } from "../profile/mod.ts";

/** The entry that says what the others are. It is the first. */
export const MANIFEST_ENTRY = "symfold-bundle.json";
/** The version of the format that is written, and the only one that is read. */
export const BUNDLE_VERSION = 1;

/**
 * What a file of the recorded machine was: mapped by the process, with the symbols of another, or the
 * ELF file of the kernel, of which there is one at most.
 */
export type FileRole = "mapped" | "debug" | "kernel";

/** Which code a bundle holds: all, what is around the addresses of recordings, or none. */
export type BundledCode = "all" | "recordings" | "none";

/** What is in a bundle, as its manifest says. Entries are named as in the archive. */
export interface BundleManifest {
  /** What wrote it, such as `symfold 0.1.0`. */
  readonly createdBy: string;
  /** The process; undefined if only a snapshot of it was there. */
  readonly pid: number | undefined;
  /** The name of its program as the kernel has it (`comm`); empty if it is not known. */
  readonly command: string;
  /** The release of the kernel, such as `6.1.0-18-amd64`; empty if it is not known. */
  readonly kernel: string;
  /** Which code the files were taken with. */
  readonly code: BundledCode;
  /** Snapshots of `/proc/PID/maps`, in the order in which they are to be asked. */
  readonly maps: readonly ProcessEntry[];
  /** Perf maps and jitdumps, the newest last. */
  readonly codeMaps: readonly ProcessEntry[];
  /** The entry with a copy of `/proc/kallsyms`; empty if there is none. */
  readonly kallsyms: string;
  /** The entry with a copy of `/proc/modules`, which is for people; empty if there is none. */
  readonly modules: string;
  /** The entry with a list of build-ids, as `perf buildid-list` prints it; empty if there is none. */
  readonly buildIds: string;
  /** The folders that debug files were looked for in. */
  readonly debugDirs: readonly string[];
  /** The files. */
  readonly files: readonly BundledFile[];
  /** The files that are not in the bundle, and why. */
  readonly missing: readonly MissingFile[];
  /** What else could not be read, as sentences for people. */
  readonly notes: readonly string[];
}

/** An entry with a text that may be that of one process. */
export interface ProcessEntry {
  /** Its name. */
  readonly entry: string;
  /** The PID of the process; undefined if it is for all stacks. */
  readonly process: number | undefined;
}

/** Which file of the recorded machine it is. */
export interface FileIdentity {
  /** On the recorded machine; `[vdso]` is the vDSO. */
  readonly path: string;
  /** Whether it had been deleted or replaced when the snapshot was taken. */
  readonly deleted: boolean;
  /** What it was. */
  readonly role: FileRole;
}

/** A file that is in the bundle, whole or in parts. */
export interface BundledFile extends FileIdentity {
  /** Its entry. */
  readonly entry: string;
  /** Of the whole file, in bytes. */
  readonly size: number;
  /** Bytes of it that are in the bundle. */
  readonly kept: number;
  /** Lower-case hexadecimal; empty if it has none. */
  readonly buildId: string;
}

/** A file that could not be taken along. */
export interface MissingFile extends FileIdentity {
  /** Why, as a report has it. */
  readonly reason: UnresolvedReason;
  /** What exactly was the matter; empty if the reason says it all. */
  readonly detail: string;
}

/** A key that tells files apart. */
export function keyOf({ role, deleted, path }: FileIdentity): string {
  return `${role} ${deleted ? "deleted" : "present"} ${path}`;
}

/** A file that the process had mapped. */
export function identityOf({ path, deleted }: Omit<FileIdentity, "role">): FileIdentity {
  return { path, deleted, role: "mapped" };
}

/** All entries but the manifest's, by name; one that several parts of the manifest name is once. */
export function entriesOf(manifest: BundleManifest): string[] {
  const { maps, codeMaps, kallsyms, modules, buildIds, files } = manifest;
  const single = [kallsyms, modules, buildIds].filter((entry) => entry !== "");
  return [...single, ...[...maps, ...codeMaps, ...files].map(({ entry }) => entry)];
}

/** The text of the manifest's entry: JSON. */
export function spellManifest(manifest: BundleManifest): string {
  const head = { format: "symfold bundle", version: BUNDLE_VERSION };
  // What is not known shall be seen not to be known.
  const orNull = (_: string, value: unknown) => value === undefined ? null : value;
  return JSON.stringify({ ...head, ...manifest }, orNull, 2) + "\n";
}

import type { LayoutRemark } from "../../maps/mod.ts";
import type { ExplainedFailure, ExplainedFile, Hex } from "../explain/explanation.ts";

/** What snapshots hold, and where names will come from. All of it is plain data, fit for JSON. */
export interface ImagesDescription {
  /** In the order in which they were given. */
  readonly snapshots: readonly SnapshotDescription[];
  /** The names of kernel frames, which no snapshot tells of. */
  readonly kernel: OtherCode;
}

/** Where the names of code come from that is in no file of a snapshot. */
export interface OtherCode {
  /** The files that have names of it. */
  readonly namesFrom: readonly string[];
  /** What is missing; left out if nothing is. */
  readonly missing?: ExplainedFailure;
}

/** The images of a snapshot. */
export interface SnapshotDescription {
  /** The snapshot's file name. */
  readonly snapshot: string;
  /** The PID of the process whose it is; left out if that is not known. */
  readonly process?: number;
  /** At most the page size of the recorded machine, in bytes. */
  readonly pageSize: Hex;
  /** By base. */
  readonly images: readonly ImageDescription[];
  /** Executable memory that belongs to no file: code made at run time, as a rule. */
  readonly generatedCode: OtherCode & {
    /** How many mappings. */
    readonly mappings: number;
    /** In bytes. */
    readonly size: Hex;
  };
  /** One command that copies all files that are not here; empty if there is none. */
  readonly fetchFiles: string;
  /** The option with which symfold then finds them; empty if it needs none. */
  readonly fetchOption: string;
}

/** One loaded copy of a file. */
export interface ImageDescription extends ExplainedFile {
  /** The address of its first mapping; of the lowest mapping of the file if that is not here. */
  readonly imageBase: Hex;
  /** `address - vaddr`; left out if the file is not here, or does not fit its mappings. */
  readonly loadBias?: Hex;
  /** How many mappings belong to it. */
  readonly mappings: number;
  /** What is remarkable about it. */
  readonly remarks: readonly LayoutRemark[];
  /** Where its names will come from: `.symtab`, `.dynsym`, the path of a debug file, ... */
  readonly namesFrom: readonly string[];
  /** What could not be used for names, and why. */
  readonly problems: readonly string[];
  /** What is missing; left out if nothing is. */
  readonly missing?: MissingPart;
}

/** What an image lacks, and how to get it. */
export interface MissingPart extends ExplainedFailure {
  /** The file itself, the symbols of all or most functions, or the rest of the snapshot. */
  readonly what: "file" | "symbols" | "snapshot";
}

import { type ByteSource, MissingBytesError } from "../bytes/mod.ts";
import { ElfFile, readBuildId } from "../elf/mod.ts";
import { FormatError, isSourceError } from "../errors.ts";
import { baseName, type UnresolvedReason } from "../profile/mod.ts";
import {
  findFunctions,
  type FoundFunction,
  isSameBuildId,
  type LookupTrace,
  type SourceWish,
} from "../symbols/mod.ts";
import { openRecorded } from "./archived_file.ts";
import type { FileProvider, FileRequest } from "./file_provider.ts";

/** Why something of a file is not known. */
export interface Failure {
  readonly reason: UnresolvedReason;
  /** What exactly was the matter; empty if the reason says it all. */
  readonly detail: string;
}

/** One file of the recorded machine: opened once, asked once for all names that are wanted. */
export class RecordedFile {
  readonly request: FileRequest;
  /** What was opened; undefined if nothing was. */
  source: ByteSource | undefined;
  /** Set by {@linkcode open}; undefined if it failed. */
  elf: ElfFile | undefined;
  /** Why there is no {@linkcode elf}, or no symbols in it. */
  failure: Failure | undefined;
  /** How the file does not fit its mappings; empty if it does, or nothing is mapped. */
  layoutProblem = "";
  /** Where its names come from: `.symtab`, a debug file's path, ... */
  namesFrom: readonly string[] = [];
  /** Whether all its functions are known by name, and not only the exported ones. */
  hasSymtab = false;
  /** What could not be used for names, and why: clauses for the user. */
  problems: readonly string[] = [];
  /** Those of them that have to do with inlined functions and lines. */
  sourceProblems: readonly string[] = [];
  /** Its build-id, once that was read; empty if it has none. */
  knownBuildId = "";
  /** The build-id that the recording, or the user, says it has; empty if neither does. */
  recordedBuildId = "";
  readonly #wanted = new Set<number>();
  readonly #functions = new Map<number, FoundFunction>();

  /** Nothing is opened yet. */
  constructor(request: FileRequest) {
    this.request = request;
  }

  /** The last part of the path; `vdso` for `[vdso]`. */
  get baseName(): string {
    const { path } = this.request;
    return baseName(path).replace(/^\[(.*)\]$/, "$1");
  }

  /** Opens the file and reads its headers. */
  async open(files: FileProvider): Promise<void> {
    const recorded = files.buildIdsOf?.(this.request.path) ?? [];
    this.recordedBuildId = recorded[0] ?? "";
    const answer = await openRecorded(files, this.request);
    if (!("source" in answer)) {
      this.failure = answer;
      return;
    }
    this.source = answer.source;
    try {
      this.elf = await ElfFile.open(answer.source);
    } catch (error) {
      this.failure = failureOf(error, answer.source.size);
    }
    await this.#checkBuildId(recorded);
  }

  /** Takes another file for this one, because it is the one that was mapped. */
  adopt(elf: ElfFile): void {
    this.elf = elf;
    this.failure = undefined;
  }

  /** The build-id of the file; empty if it has none, or cannot be read. */
  async buildId(): Promise<string> {
    try {
      return this.elf === undefined ? "" : await readBuildId(this.elf);
    } catch (error) {
      if (isSourceError(error)) return "";
      throw error;
    }
  }

  /** Asks for the function at a vaddr. */
  want(vaddr: number): void {
    this.#wanted.add(vaddr);
  }

  /**
   * Finds all functions that were asked for, and where they are in the source if that is wished.
   *
   * @param trace Is told how, for those who want to know.
   */
  async lookUp(files: FileProvider, wish: SourceWish, trace?: LookupTrace): Promise<void> {
    if (wish.positions) this.knownBuildId = await this.buildId();
    if (this.#wanted.size > 0) await this.#lookUp(files, wish, trace);
  }

  /** Finds out where the file has names, without asking for any. */
  async findNames(files: FileProvider): Promise<void> {
    await this.#lookUp(files, { inlines: false, positions: false }, undefined);
  }

  /**
   * The functions at vaddrs that nobody asked for before, by symbols and bounds alone.
   *
   * @param vaddrs Ascending and different.
   * @returns In the same order; none are known of a file that cannot be read.
   */
  async functionsAt(
    files: FileProvider,
    vaddrs: Float64Array,
  ): Promise<readonly (FoundFunction | undefined)[]> {
    if (this.elf === undefined) return [];
    const openDebugFile = async (path: string) => await files.openDebugFile?.(path);
    const places = { debugDirs: files.debugDirs ?? [], openDebugFile };
    try {
      return (await findFunctions(this.elf, this.request.path, vaddrs, places)).functions;
    } catch (error) {
      if (isSourceError(error)) return [];
      throw error;
    }
  }

  async #lookUp(
    files: FileProvider,
    wish: SourceWish,
    trace: LookupTrace | undefined,
  ): Promise<void> {
    if (this.elf === undefined) return;
    const vaddrs = Float64Array.from(this.#wanted).sort();
    try {
      const lookup = await findFunctions(
        this.elf,
        this.request.path,
        vaddrs,
        {
          debugDirs: files.debugDirs ?? [],
          openDebugFile: async (path) => await files.openDebugFile?.(path),
        },
        wish,
        trace,
      );
      for (let at = 0; at < vaddrs.length; at++) {
        const found = lookup.functions[at];
        if (found !== undefined) this.#functions.set(vaddrs[at]!, found);
      }
      this.namesFrom = lookup.namesFrom;
      this.hasSymtab = lookup.hasSymtab;
      this.problems = lookup.problems;
      this.sourceProblems = lookup.sourceProblems;
      if (lookup.damage !== undefined) {
        this.failure = failureOf(lookup.damage, this.elf.source.size);
      }
    } catch (error) {
      this.failure = failureOf(error, this.elf.source.size);
    }
  }

  /** A file that has no build-id cannot be told from the one that was recorded. */
  async #checkBuildId(recorded: readonly string[]): Promise<void> {
    const found = recorded.length === 0 ? "" : await this.buildId();
    if (found === "" || recorded.some((buildId) => isSameBuildId(found, buildId))) return;
    const detail = `it has ${found}, the recording ${recorded.join(" or ")}`;
    this.elf = undefined;
    this.failure = { reason: "build-id-mismatch", detail };
  }

  /** The function at a vaddr that was asked for; undefined if nothing is known of it. */
  functionAt(vaddr: number): FoundFunction | undefined {
    return this.#functions.get(vaddr);
  }
}

/**
 * What an error says of a file.
 *
 * @param size Of the file, in bytes.
 * @throws If it is none of the errors about a source.
 */
export function failureOf(error: unknown, size: number): Failure {
  if (!isSourceError(error)) throw error;
  const detail = error.message;
  if (error instanceof MissingBytesError) return { reason: "not-in-bundle", detail };
  if (!(error instanceof FormatError)) return { reason: "unsupported-elf", detail };
  const isElsewhere = error.place === undefined || !("fileOffset" in error.place) ||
    error.place.fileOffset > 0;
  return { reason: isElsewhere || size === 0 ? "malformed-elf" : "not-elf", detail };
}

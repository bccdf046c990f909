// @ts-types="./path.d.ts"
import { join } from "@std/path/posix/join";
import type { ByteSource } from "../bytes/mod.ts";
import { FileSource } from "../bytes/file_source.ts";
import type { FileAnswer, FileProvider, FileRequest } from "../resolve/mod.ts";
import { type BuildIdList, type CandidateFile, parseBuildIdList } from "../symbols/mod.ts";
import { explain } from "./input_files.ts";
import { mapPath, type PathRule } from "./path_map.ts";
import { resolveInSysroot } from "./sysroot.ts";

/** Where {@linkcode DiskFiles} looks. */
export interface DiskFilesOptions {
  /** A folder with copies at their full paths; this machine's own files by default. */
  readonly sysroot?: string | undefined;
  /** Folders with debug files, on this machine. */
  readonly debugDirs?: readonly string[];
  /** Applied to paths of the recorded machine; the first that fits counts. */
  readonly pathMap?: readonly PathRule[];
  /** A copy of the vDSO. */
  readonly vdso?: string | undefined;
  /** Gives the running kernel's vDSO, if it is the recorded one; asked if no copy was named. */
  readonly runningVdso?: (() => Promise<FileAnswer>) | undefined;
  /** Folders to be searched for files that are not at their paths. */
  readonly search?: readonly string[];
  /** A list of build-ids, as `perf buildid-list` prints it. */
  readonly buildIds?: string | undefined;
}

/** Where distributions put debug files; below the sysroot if there is one. */
const DEFAULT_DEBUG_DIR = "/usr/lib/debug";

/** Finds the files of the recorded machine on disk: at their own paths, or below a sysroot. */
export class DiskFiles implements FileProvider, Disposable {
  readonly debugDirs: readonly string[];
  readonly isThisMachine: boolean;
  readonly #options: DiskFilesOptions;
  readonly #open: FileSource[] = [];

  readonly #buildIds: BuildIdList["buildIds"];

  /**
   * Opens nothing but the list of build-ids.
   *
   * @throws {Error} With a message for the user, if that cannot be read.
   */
  constructor(options: DiskFilesOptions = {}) {
    this.#options = options;
    this.isThisMachine = options.sysroot === undefined;
    this.#buildIds = options.buildIds === undefined ? new Map() : readBuildIds(options.buildIds);
    this.debugDirs = [...options.debugDirs ?? [], DEFAULT_DEBUG_DIR];
  }

  /** See {@linkcode FileProvider.open}. Only regular files are opened. */
  open({ path, deleted }: FileRequest): Promise<FileAnswer> {
    const { sysroot, vdso, runningVdso } = this.#options;
    if (path === VDSO && vdso === undefined) {
      return runningVdso?.() ?? Promise.resolve({ reason: "special-mapping", detail: "" });
    }
    // What is at the path now is another file than the one that ran, unless somebody put it there.
    if (deleted && sysroot === undefined && this.#mapped(path) === path) {
      return Promise.resolve({ reason: "file-deleted", detail: "" });
    }
    let here: string | undefined;
    try {
      here = path === VDSO ? vdso! : this.#here(path);
      return Promise.resolve({ source: this.#openFile(here) });
    } catch (error) {
      const { message } = error as Error;
      if (!isMissing(error)) return Promise.resolve({ reason: "file-unreadable", detail: message });
      // The message of `resolveInSysroot` is the path that is missing.
      const tried = here ?? message;
      const detail = tried === path ? "" : `looked for "${tried}"`;
      return Promise.resolve({ reason: "file-not-found", detail });
    }
  }

  /** See {@linkcode FileProvider.openDebugFile}. */
  openDebugFile(path: string): Promise<ByteSource | undefined> {
    const isHere = this.#options.debugDirs?.some((dir) =>
      path.startsWith(`${dir.replace(/\/+$/, "")}/`)
    );
    try {
      return Promise.resolve(this.#openFile(isHere ? path : this.#here(path)));
    } catch (error) {
      return isMissing(error) ? Promise.resolve(undefined) : Promise.reject(error);
    }
  }

  /** See {@linkcode FileProvider.buildIdsOf}. */
  buildIdsOf(path: string): readonly string[] {
    return this.#buildIds.get(path) ?? [];
  }

  /** See {@linkcode FileProvider.searchFiles}. Symbolic links are not followed. */
  *searchFiles(): Generator<CandidateFile> {
    for (const folder of this.#options.search ?? []) {
      for (const path of filesBelow(folder)) yield { path, source: new ClosedFile(path) };
    }
  }

  /** Closes all files. */
  [Symbol.dispose](): void {
    for (const source of this.#open) source[Symbol.dispose]();
  }

  #openFile(path: string): FileSource {
    const source = FileSource.open(path);
    this.#open.push(source);
    return source;
  }

  /** Where a path of the recorded machine is here. */
  #here(path: string): string {
    const { sysroot } = this.#options;
    const mapped = this.#mapped(path);
    return sysroot === undefined || mapped !== path ? mapped : resolveInSysroot(sysroot, path);
  }

  /** The path by the first rule of the path map that fits, which is one of this machine. */
  #mapped(path: string): string {
    return mapPath(this.#options.pathMap ?? [], path) ?? path;
  }
}

const VDSO = "[vdso]";

function readBuildIds(path: string): BuildIdList["buildIds"] {
  const { buildIds, invalid } = parseBuildIdList(readText(path));
  const [first] = invalid;
  if (first === undefined) return buildIds;
  const text = JSON.stringify(first.text.slice(0, 200));
  throw new Error(
    `Cannot read "${path}", line ${first.line}: it is ${text}, want a build-id and a path`,
  );
}

function readText(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    throw new Error(`Cannot read "${path}": ${explain(error)}`);
  }
}

/** The regular files below a folder, in order of their names. */
function* filesBelow(folder: string): Generator<string> {
  const entries = [...Deno.readDirSync(folder)].sort((a, b) => a.name < b.name ? -1 : 1);
  for (const { name, isDirectory, isFile } of entries) {
    const path = join(folder, name);
    if (isDirectory) yield* filesBelow(path);
    else if (isFile) yield path;
  }
}

/** A file that is open while it is read only: there may be very many. */
class ClosedFile implements ByteSource {
  readonly name: string;
  readonly size: number;

  constructor(path: string) {
    this.name = path;
    this.size = Deno.statSync(path).size;
  }

  async readAt(fileOffset: number, length: number, buffer?: Uint8Array): Promise<Uint8Array> {
    using file = FileSource.open(this.name);
    return await file.readAt(fileOffset, length, buffer);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
}

import type { ByteSource } from "../bytes/mod.ts";
import { FileSource } from "../bytes/file_source.ts";
import type { FileAnswer, FileProvider, FileRequest } from "../resolve/mod.ts";
import type { PathRule } from "./options.ts";
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
}

/** Where distributions put debug files; below the sysroot if there is one. */
const DEFAULT_DEBUG_DIR = "/usr/lib/debug";

/** Finds the files of the recorded machine on disk: at their own paths, or below a sysroot. */
export class DiskFiles implements FileProvider, Disposable {
  readonly debugDirs: readonly string[];
  readonly #options: DiskFilesOptions;
  readonly #open: FileSource[] = [];

  /** Opens nothing yet. */
  constructor(options: DiskFilesOptions = {}) {
    this.#options = options;
    this.debugDirs = [...options.debugDirs ?? [], DEFAULT_DEBUG_DIR];
  }

  /** See {@linkcode FileProvider.open}. Only regular files are opened. */
  open({ path, deleted }: FileRequest): Promise<FileAnswer> {
    const { sysroot, vdso } = this.#options;
    if (path === VDSO && vdso === undefined) {
      return Promise.resolve({ reason: "special-mapping", detail: "" });
    }
    // What is at the path now is another file than the one that ran, unless somebody put it there.
    if (deleted && sysroot === undefined && this.#mapped(path) === path) {
      return Promise.resolve({ reason: "file-deleted", detail: "" });
    }
    try {
      return Promise.resolve({ source: this.#openFile(path === VDSO ? vdso! : this.#here(path)) });
    } catch (error) {
      if (isMissing(error)) return Promise.resolve({ reason: "file-not-found", detail: "" });
      return Promise.resolve({ reason: "file-unreadable", detail: (error as Error).message });
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
    const rule = this.#options.pathMap?.find(({ from }) => path.startsWith(from));
    return rule === undefined ? path : rule.to + path.slice(rule.from.length);
  }
}

const VDSO = "[vdso]";

function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
}

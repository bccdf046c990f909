import { FileSource } from "../bytes/file_source.ts";
import type { FileAnswer, FileProvider, FileRequest } from "../resolve/mod.ts";
import { resolveInSysroot } from "./sysroot.ts";

/** Finds the files of the recorded machine on disk: at their own paths, or below a sysroot. */
export class DiskFiles implements FileProvider, Disposable {
  readonly #sysroot: string | undefined;
  readonly #open: FileSource[] = [];

  /** @param sysroot A folder with copies at their full paths; undefined for this machine's own. */
  constructor(sysroot: string | undefined) {
    this.#sysroot = sysroot;
  }

  /** See {@linkcode FileProvider.open}. Only regular files are opened. */
  open({ path, deleted }: FileRequest): Promise<FileAnswer> {
    // What is at the path now is another file than the one that ran, unless somebody put it there.
    if (deleted && this.#sysroot === undefined) {
      return Promise.resolve({ reason: "file-deleted", detail: "" });
    }
    try {
      const here = this.#sysroot === undefined ? path : resolveInSysroot(this.#sysroot, path);
      const source = FileSource.open(here);
      this.#open.push(source);
      return Promise.resolve({ source });
    } catch (error) {
      const isMissing = error instanceof Deno.errors.NotFound ||
        error instanceof Deno.errors.NotADirectory;
      if (isMissing) return Promise.resolve({ reason: "file-not-found", detail: "" });
      return Promise.resolve({ reason: "file-unreadable", detail: (error as Error).message });
    }
  }

  /** Closes all files. */
  [Symbol.dispose](): void {
    for (const source of this.#open) source[Symbol.dispose]();
  }
}

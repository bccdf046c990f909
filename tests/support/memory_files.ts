import { MemorySource } from "../../lib/bytes/mod.ts";
import type { FileAnswer, FileProvider, FileRequest } from "../../lib/resolve/mod.ts";

/** Files of a recorded machine that are in memory, by path; remembers what was asked for. */
export class MemoryFiles implements FileProvider {
  /** The paths that were opened, in order. */
  readonly opened: string[] = [];
  readonly #files: Readonly<Record<string, Uint8Array | FileAnswer>>;

  /** @param files Of each path the bytes, or the answer itself. */
  constructor(files: Readonly<Record<string, Uint8Array | FileAnswer>> = {}) {
    this.#files = files;
  }

  /** See {@linkcode FileProvider.open}. */
  open({ path }: FileRequest): Promise<FileAnswer> {
    this.opened.push(path);
    const found = this.#files[path] ?? { reason: "file-not-found", detail: "" };
    return Promise.resolve(
      found instanceof Uint8Array ? { source: new MemorySource(path, found) } : found,
    );
  }
}
